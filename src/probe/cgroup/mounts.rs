//! Where the cgroup hierarchies are mounted.

use std::path::{Path, PathBuf};

/// All of them, with v1's controllers.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    v1: Vec<(Vec<String>, Mount)>,
    v2: Vec<Mount>,
}

#[derive(Debug, Clone)]
pub(super) struct Mount {
    /// What of the hierarchy is mounted; not `/` inside a container.
    root: String,
    point: PathBuf,
}

impl Mounts {
    /// From `/proc/self/mountinfo` under the given root directory.
    pub(super) fn read(root: &Path) -> Self {
        // Mount points may hold any bytes; those of cgroups are plain.
        let text = std::fs::read(root.join("proc/self/mountinfo")).unwrap_or_default();
        Self::parse(&String::from_utf8_lossy(&text), root)
    }

    fn parse(text: &str, root: &Path) -> Self {
        let mut mounts = Self::default();
        for line in text.lines() {
            let Some((before, after)) = line.split_once(" - ") else { continue };
            let mut after = after.split(' ');
            let (Some(kind), options) = (after.next(), after.nth(1).unwrap_or_default()) else { continue };
            let mut before = before.split(' ').skip(3);
            let (Some(part), Some(point)) = (before.next(), before.next()) else { continue };
            let mount = Mount {
                root: part.trim_end_matches('/').to_owned(),
                point: root.join(point.trim_start_matches('/')),
            };
            match kind {
                "cgroup" => mounts.v1.push((options.split(',').map(str::to_owned).collect(), mount)),
                "cgroup2" => mounts.v2.push(mount),
                _ => {}
            }
        }
        mounts
    }

    pub(super) fn is_empty(&self) -> bool {
        self.v1.is_empty() && self.v2.is_empty()
    }

    /// Where the hierarchy of v1 is mounted that this controller is bound to. Inside a container that may be more than one
    /// place: its own part, and all of the host's.
    pub(super) fn v1(&self, controller: &str) -> impl Iterator<Item = &Mount> {
        let bound = move |controllers: &[String]| controllers.iter().any(|known| known == controller);
        self.v1.iter().filter(move |(controllers, _)| bound(controllers)).map(|(_, mount)| mount)
    }

    pub(super) fn v2(&self) -> impl Iterator<Item = &Mount> {
        self.v2.iter()
    }

    /// Where any container has a directory, if it has one at all: version 2, or the hierarchy of version 1 that every
    /// driver uses.
    pub(super) fn searched(&self) -> impl Iterator<Item = &Path> {
        self.v1("memory").chain(self.v2()).map(Mount::point)
    }
}

impl Mount {
    /// The directory of a cgroup, when it lies in what is mounted.
    pub(super) fn directory(&self, path: &str) -> Option<PathBuf> {
        // Outside of our own cgroup namespace paths begin with `/..` and lead nowhere.
        let inside = !path.split('/').any(|part| part == "..");
        let rest = path.strip_prefix(self.root.as_str()).filter(|_| inside)?;
        // The cgroup `/a/bc` does not lie in `/a/b`.
        let below = rest.is_empty() || rest.starts_with('/');
        below.then(|| self.point.join(rest.trim_start_matches('/')))
    }

    pub(super) fn point(&self) -> &Path {
        &self.point
    }
}
