//! The state directory is nobody else's business: directories 0700, files 0600, no links followed.

use crate::domain::{Fault, FaultKind};
use serde::Serialize;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Makes a directory and its parents; one that exists already is closed to others.
pub fn make_directory(path: &Path) -> Result<(), Fault> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.and_then(|()| std::fs::set_permissions(path, Permissions::from_mode(0o700))).map_err(|error| {
        Fault::io("create directory", path.display(), &error)
            .hint("set XDG_STATE_HOME to a directory that you may write to")
    })
}

/// A stack's or a container's name as the name of a file.
pub fn file_name(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .collect()
}

/// Options that open a file of ours: private, and never through a link.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0));
    options
}

/// Either the whole file is there under its name, or nothing is.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let write = || -> std::io::Result<()> {
        let temporary = path.with_extension("tmp");
        let mut file = options().write(true).create(true).truncate(true).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
    };
    write().map_err(|error| Fault::io("write", path.display(), &error))
}

/// A document of ours that cannot be understood; `whole` is the file or the directory to remove with it.
pub fn damaged(path: &Path, whole: &Path, error: &serde_json::Error) -> Fault {
    Fault::new(FaultKind::Invalid, "read", path.display().to_string())
        .caused_by(error)
        .hint(format!("the file was cut or edited; remove {} to be rid of it", whole.display()))
}

/// A document of ours as it is written.
pub fn json<T: Serialize>(path: &Path, document: &T) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec_pretty(document).map_err(|error| {
        Fault::new(FaultKind::Internal, "write", path.display().to_string()).caused_by(&error)
    })
}
