//! Writes secrets and configs into a container that has not started yet.

use crate::compose::archive::Entry;
use crate::compose::body::Upload;
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::Engine;
use std::path::Path;

pub(super) async fn upload(engine: &Engine, id: &ContainerId, files: &[Upload]) -> Result<(), Fault> {
    for file in files {
        let archive = archive(file).map_err(|error| {
            // The path is told, the contents never are.
            Fault::new(FaultKind::Internal, "pack file", file.path.as_str()).because(error.to_string())
        })?;
        engine.put_archive(id, "/", archive.into()).await?;
    }
    Ok(())
}

/// A tar archive of one file, to be unpacked at the root.
fn archive(file: &Upload) -> std::io::Result<Vec<u8>> {
    let contents = file.contents.reveal().as_bytes().to_vec();
    let now = jiff::Timestamp::now().as_second().try_into().unwrap_or(0);
    let entry = Entry::text(contents, file.mode, now, file.owner);
    let mut builder = tar::Builder::new(Vec::new());
    entry.append_to(&mut builder, Path::new(file.path.trim_start_matches('/')))?;
    builder.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::file::Concealed;
    use std::io::Read;

    #[test]
    fn a_file_goes_in_with_its_mode_and_owner() {
        let file = Upload {
            path: "/run/secrets/key".to_owned(),
            contents: Concealed::new("open sesame".to_owned()),
            mode: 0o440,
            owner: (1005, 1006),
        };
        let bytes = archive(&file).unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let mut entry = archive.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(entry.path().unwrap().to_str(), Some("run/secrets/key"));
        let header = entry.header();
        assert_eq!(
            (header.mode().unwrap(), header.uid().unwrap(), header.gid().unwrap()),
            (0o440, 1005, 1006)
        );
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        assert_eq!(text, "open sesame");
        assert!(!format!("{file:?}").contains("sesame"));
    }
}
