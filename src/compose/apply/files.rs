//! Writes secrets and configs into a container that has not started yet.

use crate::compose::body::Upload;
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::Engine;

pub(super) async fn upload(engine: &Engine, id: &ContainerId, files: &[Upload]) -> Result<(), Fault> {
    for file in files {
        let archive = archive(file).map_err(|error| {
            // The path is told, the contents never are.
            Fault::new(FaultKind::Internal, "pack file", file.path.as_str()).because(error.to_string())
        })?;
        engine.put_archive(id, "/", archive.into(), file.owner.is_some()).await?;
    }
    Ok(())
}

/// A tar archive of one file, to be unpacked at the root.
fn archive(file: &Upload) -> std::io::Result<Vec<u8>> {
    let contents = file.contents.reveal().as_bytes();
    let mut header = tar::Header::new_gnu();
    header.set_size(contents.len() as u64);
    header.set_mode(file.mode);
    header.set_mtime(jiff::Timestamp::now().as_second().try_into().unwrap_or(0));
    let (user, group) = file.owner.unwrap_or((0, 0));
    header.set_uid(user);
    header.set_gid(group);
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_data(&mut header, file.path.trim_start_matches('/'), contents)?;
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
            owner: Some((1005, 1006)),
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
