//! What the files speak of on the disk: configuration, scripts, secrets, directories, what images are built from.

use super::{Findings, Variant};
use crate::compose::file::{MountKind, Service};
use crate::domain::Fault;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A script that makes what a first `up` needs, by convention.
const PREPARE: &str = "prepare";

pub(super) fn look(variant: &Variant<'_>, findings: &mut Findings) {
    for service in variant.project.services.values() {
        mounts(variant, service, findings);
        build(variant, service, findings);
    }
    for (kind, objects) in [("secrets", &variant.project.secrets), ("configs", &variant.project.configs)] {
        let used = |name: &String| {
            variant.project.services.values().any(|service| {
                let references = if kind == "secrets" { &service.secrets } else { &service.configs };
                references.iter().any(|reference| reference.source == *name)
            })
        };
        for (name, object) in objects.iter().filter(|(name, _)| used(name)) {
            if !object.file.is_empty() {
                let key = format!("{kind}.{name}");
                file(variant, &key, Path::new(&object.file), kind == "secrets", findings);
            }
        }
    }
    for (name, volume) in &variant.project.volumes {
        let bound =
            volume.driver_opts.get("o").is_some_and(|options| options.split(',').any(|o| o == "bind"));
        let device = volume.driver_opts.get("device").filter(|_| bound);
        if let Some(device) = device.filter(|device| !Path::new(device).exists()) {
            let fault =
                variant.sources.fault(&format!("volumes.{name}"), &format!("there is no directory {device}"));
            findings.warning(fault.hint(to_make(variant, &format!("make it with `mkdir -p {device}`"))));
        }
    }
}

fn mounts(variant: &Variant<'_>, service: &Service, findings: &mut Findings) {
    for (index, mount) in
        service.volumes.iter().enumerate().filter(|(_, mount)| mount.kind == MountKind::Bind)
    {
        let source = Path::new(&mount.source);
        if !source.starts_with(&variant.subject.directory) {
            continue;
        }
        let key = format!("services.{}.volumes[{index}]", service.name);
        if !source.exists() {
            // Docker makes a directory of what is not there, which is right for data and wrong for a file.
            let names_a_file = Path::new(&mount.target).extension().is_some();
            let refused = mount.bind.as_ref().is_some_and(|bind| bind.create_host_path == Some(false));
            if names_a_file || refused {
                let fault = variant.sources.fault(&key, &format!("there is no {}", shown(variant, source)));
                findings.error(fault.hint("Docker would make an empty directory of that name; add the file"));
            }
        } else if is_script(source) && mode(source) & 0o111 == 0 {
            let fault = variant
                .sources
                .fault(&key, &format!("{} is a script that nobody may execute", shown(variant, source)));
            findings.error(fault.hint(format!("chmod +x {}", source.display())));
        }
    }
}

fn build(variant: &Variant<'_>, service: &Service, findings: &mut Findings) {
    let Some(build) = &service.build else { return };
    let context = Path::new(&build.context);
    if !context.starts_with("/") {
        return;
    }
    let key = format!("services.{}.build", service.name);
    if !context.is_dir() {
        let fault =
            variant.sources.fault(&key, &format!("there is no directory {}", shown(variant, context)));
        findings.error(fault.hint("put what the image is built from there, or name another `context`"));
        return;
    }
    let dockerfile = context.join(if build.dockerfile.is_empty() { "Dockerfile" } else { &build.dockerfile });
    if build.dockerfile_inline.is_empty() && !dockerfile.is_file() {
        let fault = variant.sources.fault(&key, &format!("there is no file {}", shown(variant, &dockerfile)));
        findings.error(fault.hint("write it, or name another `dockerfile`"));
    }
}

/// A secret or a config that is a file.
fn file(variant: &Variant<'_>, key: &str, path: &Path, secret: bool, findings: &mut Findings) {
    if !path.is_file() {
        let fault = variant.sources.fault(key, &format!("there is no file {}", shown(variant, path)));
        let mut example = path.as_os_str().to_owned();
        example.push(".example");
        let example = Path::new(&example);
        if example.is_file() {
            let by_hand = format!("write it as {} says", shown(variant, example));
            findings.warning(fault.hint(to_make(variant, &by_hand)));
        } else {
            findings.error(fault.hint("write it, or take it out of the file"));
        }
        return;
    }
    // Containers may have to read it as anybody; then its directory has to keep others away.
    let closed = path.parent().is_some_and(|directory| !open_to_others(directory));
    if secret && open_to_others(path) && !closed {
        let fault = variant
            .sources
            .fault(key, &format!("{} can be read by other users of this host", shown(variant, path)));
        findings.error(fault.hint(format!("chmod 0700 {}", path.parent().unwrap_or(path).display())));
    }
}

fn to_make(variant: &Variant<'_>, by_hand: &str) -> String {
    let script = variant.subject.directory.join(PREPARE);
    if script.is_file() { format!("run {}, or {by_hand}", script.display()) } else { by_hand.to_owned() }
}

/// From the stack's directory on, where it is in there.
fn shown(variant: &Variant<'_>, path: &Path) -> String {
    path.strip_prefix(&variant.subject.directory).unwrap_or(path).display().to_string()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode())
}

fn open_to_others(path: &Path) -> bool {
    mode(path) & 0o077 != 0
}

fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    path.is_file()
        && fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"#!"
}

/// For what is found in no file of the stack.
pub(super) fn at(path: &Path, text: &str) -> Fault {
    Fault::new(crate::domain::FaultKind::Invalid, "check", path.display().to_string()).because(text)
}
