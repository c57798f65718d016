//! Who listens on a port of this host.

use std::collections::HashSet;
use std::path::Path;

/// A listening process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// `None` when it is another user's and we may not look, or another network namespace's.
    pub process: Option<(u32, String)>,
}

/// Where sockets and processes are listed; `/proc` outside of tests.
#[derive(Debug, Clone, Copy)]
pub struct Proc<'path>(pub &'path Path);

impl Proc<'static> {
    pub fn host() -> Self {
        Self(Path::new("/proc"))
    }
}

impl Proc<'_> {
    /// Looks through the sockets, and when one listens there, through the open files of all processes.
    pub fn listener(self, port: u16) -> std::io::Result<Option<Listener>> {
        let mut inodes = HashSet::new();
        let mut readable = Err(std::io::Error::from(std::io::ErrorKind::NotFound));
        for family in ["tcp", "tcp6"] {
            let table = std::fs::read_to_string(self.0.join("net").join(family));
            match table {
                Ok(table) => {
                    inodes.extend(table.lines().filter_map(|line| listening(line, port)));
                    readable = Ok(());
                }
                // A host without IPv6 has no such table.
                Err(error) if readable.is_err() => readable = Err(error),
                Err(_) => {}
            }
        }
        readable?;
        if inodes.is_empty() {
            return Ok(None);
        }
        Ok(Some(Listener { process: self.owner(&inodes) }))
    }

    fn owner(self, inodes: &HashSet<u64>) -> Option<(u32, String)> {
        let processes = std::fs::read_dir(self.0).ok()?.flatten();
        processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).find_map(|pid| {
            let directory = self.0.join(pid.to_string());
            let mut files = std::fs::read_dir(directory.join("fd")).ok()?.flatten();
            let owns = files.any(|file| {
                let target = std::fs::read_link(file.path()).unwrap_or_default();
                let inode = target.to_str().and_then(|target| {
                    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok()
                });
                inode.is_some_and(|inode| inodes.contains(&inode))
            });
            let name = std::fs::read_to_string(directory.join("comm")).unwrap_or_default();
            owns.then(|| (pid, name.trim_end().to_owned()))
        })
    }
}

/// The socket's inode, when the line of `/proc/net/tcp` is of one that listens on the port.
fn listening(line: &str, port: u16) -> Option<u64> {
    let mut fields = line.split_ascii_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let inode = fields.nth(5)?;
    let (_, number) = local.rsplit_once(':')?;
    let listens = state == "0A" && u16::from_str_radix(number, 16) == Ok(port);
    listens.then(|| inode.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_is_found_on_this_host() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let listener = Proc::host().listener(port).unwrap().unwrap();
        let (pid, name) = listener.process.unwrap();
        assert_eq!(pid, std::process::id());
        assert!(!name.is_empty());
        drop(socket);
        assert_eq!(Proc::host().listener(port).unwrap(), None);
    }

    #[test]
    fn what_is_no_table_of_sockets_names_nobody() {
        let directory = tempfile::tempdir().unwrap();
        assert!(Proc(directory.path()).listener(80).is_err());
        std::fs::create_dir(directory.path().join("net")).unwrap();
        let garbage = "  sl  local_address\nnonsense\n 0: 0100007F:ZZZZ x 0A\n\u{0}\n";
        std::fs::write(directory.path().join("net/tcp"), garbage).unwrap();
        assert_eq!(Proc(directory.path()).listener(80).unwrap(), None);
        // 0050 is 80; of another user, so that its files cannot be looked at.
        let line = "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1\n";
        std::fs::write(directory.path().join("net/tcp"), line).unwrap();
        assert_eq!(Proc(directory.path()).listener(80).unwrap(), Some(Listener { process: None }));
    }
}
