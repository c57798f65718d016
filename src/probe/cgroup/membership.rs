//! `/proc/PID/cgroup`: in which cgroups a process is, and which container that means.

/// A container's id is 64 hexadecimal digits.
const DIGITS: usize = 64;

/// The path in v1's hierarchy of a controller, cut after the part that names the container: processes of a container
/// may make cgroups of their own below it.
pub(super) fn v1<'text>(text: &'text str, controller: &str, id: &str) -> Option<&'text str> {
    let of_controller = |line: &&str| {
        line.split(':').nth(1).is_some_and(|names| names.split(',').any(|name| name == controller))
    };
    path(text.lines().find(of_controller)?, id)
}

/// The path in the unified hierarchy, cut likewise.
pub(super) fn v2<'text>(text: &'text str, id: &str) -> Option<&'text str> {
    path(text.lines().find(|line| line.starts_with("0::"))?, id)
}

/// A process whose number was given anew is not in the container's cgroup, and a private namespace hides the path.
fn path<'text>(line: &'text str, id: &str) -> Option<&'text str> {
    let path = line.splitn(3, ':').nth(2)?;
    let end = path.find(id)? + id.len();
    let end = path[end..].find('/').map_or(path.len(), |rest| end + rest);
    Some(&path[..end])
}

/// The last id that stands in any of the paths: nested containers name their parents first.
pub(super) fn last_container_id(text: &str) -> Option<&str> {
    text.lines().filter_map(|line| line.splitn(3, ':').nth(2)).filter_map(container_id).next_back()
}

/// The last id in a path.
pub(super) fn container_id(path: &str) -> Option<&str> {
    path.split(|character: char| !character.is_ascii_hexdigit())
        .rfind(|word| word.len() == DIGITS && !word.bytes().any(|byte| byte.is_ascii_uppercase()))
}
