//! Volumes and paths of the host: archives that tar unpacks.

use super::super::{Archive, Content, Manifest, ManifestPart, PathArchive, VolumeArchive};
use super::{quoted, unpacked};
use std::fmt::Write as _;
use std::path::Path;

/// What GNU tar needs to put everything back that it took; other tars know none of it.
const GNU_OPTIONS: &str = " --numeric-owner --xattrs --xattrs-include='*' --acls";

impl Manifest {
    /// The key in the stack's file of a volume that is not itself in the bundle, by the names that Compose makes.
    pub(super) fn key_of<'name>(&self, volume: &'name str) -> Option<&'name str> {
        volume.strip_prefix(&format!("{}_", self.stack))
    }
}

pub fn volumes(manifest: &Manifest) -> String {
    let mut text = String::new();
    for part in &manifest.parts {
        if let Content::Volume(volume) = &part.content {
            text.push_str(&one_volume(manifest, part, volume));
        }
    }
    text
}

fn one_volume(manifest: &Manifest, part: &ManifestPart, volume: &VolumeArchive) -> String {
    let VolumeArchive { volume: name, key, mounted, archive, .. } = volume;
    let users: Vec<&str> = mounted.iter().map(|mounted| mounted.service.as_str()).collect();
    let mut text =
        format!("\n## Volume `{name}`\n\n{} entries, written by {}", archive.entries, archive.tool);
    if !users.is_empty() {
        let _ = write!(text, "; used by {}, which must be stopped", users.join(", "));
    }
    let _ = write!(
        text,
        ". The volume must be new: what is in it already would be mixed with what comes.\n\n```sh\n{create}\n\
         {unpacked} | docker run --rm -i --network none --user 0:0 --entrypoint tar -v {mount} {image} -xpf - -C \
         /data{options}\n```\n",
        create = manifest.create_volume(name, key.as_deref()),
        unpacked = unpacked(part),
        mount = quoted(&format!("{name}:/data")),
        image = quoted(&archive.image),
        options = options(archive),
    );
    text
}

pub fn paths(manifest: &Manifest) -> String {
    let mut text = String::new();
    for part in &manifest.parts {
        match &part.content {
            Content::Bind(path) | Content::Files(path) => text.push_str(&one_path(part, path)),
            Content::Exec { service, command, .. } => {
                let _ = write!(
                    text,
                    "\n## What `{}` wrote in `{service}`\n\n```sh\n{}\n```\n",
                    command.join(" "),
                    unpacked(part)
                );
            }
            Content::Postgres(_)
            | Content::PostgresGlobals(_)
            | Content::Redis(_)
            | Content::Volume(_)
            | Content::Compose
            | Content::Images => {}
        }
    }
    text
}

fn one_path(part: &ManifestPart, path: &PathArchive) -> String {
    let parent = Path::new(&path.path).parent().unwrap_or(Path::new("/")).display().to_string();
    format!(
        "\n## `{}` of the host\n\n{} entries, written by {}.\n\n```sh\nmkdir -p {parent}\n{unpacked} | tar -xpf - -C \
         {parent}{options}\n```\n",
        path.path,
        path.archive.entries,
        path.archive.tool,
        parent = quoted(&parent),
        unpacked = unpacked(part),
        options = options(&path.archive),
    )
}

fn options(archive: &Archive) -> &'static str {
    if archive.is_gnu() { GNU_OPTIONS } else { "" }
}
