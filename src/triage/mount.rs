//! Where the files that a container writes about lie.

use crate::domain::Container;
use crate::domain::container::MountPoint;

/// The first absolute path in the line.
pub(super) fn path_in(line: &str) -> Option<&str> {
    let begin = line.char_indices().find(|(at, character)| {
        *character == '/' && line[..*at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
    })?;
    let rest = &line[begin.0..];
    let end = rest.find(['\'', '"', ' ', ':', ',', ')', '`', '’']).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|path| path.len() > 1)
}

/// Whether the path is the directory, or lies in it.
pub(super) fn holds(directory: &str, path: &str) -> bool {
    path == directory
        || path.strip_prefix(directory.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

/// What is mounted where the path lies: the deepest mount counts.
pub(super) fn of<'c>(container: &'c Container, path: &str) -> Option<&'c MountPoint> {
    let mounts = container.mounts.iter().filter(|mount| holds(&mount.target, path));
    mounts.max_by_key(|mount| mount.target.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("mkdir: can't create directory '/data/x': Permission denied", Some("/data/x"))]
    #[case("PermissionError: [Errno 13] Permission denied: '/mlruns/0'", Some("/mlruns/0"))]
    #[case("open /data: permission denied", Some("/data"))]
    #[case("read/write: Permission denied", None)]
    fn the_path_is_named(#[case] line: &str, #[case] path: Option<&str>) {
        assert_eq!(path_in(line), path);
    }

    #[rstest]
    #[case("/data", true)]
    #[case("/data/x/y", true)]
    #[case("/database", false)]
    #[case("/", false)]
    fn a_directory_holds_what_lies_in_it(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(holds("/data", path), expected);
        assert_eq!(holds("/data/", path), expected && path != "/data");
    }
}
