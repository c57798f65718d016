//! Who asks, and from where.

use rustix::process::getuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The user's name; `alice as root` under sudo.
    pub name: String,
    /// The address the SSH session came from.
    pub address: Option<String>,
}

impl Requester {
    /// The user behind this process. The name follows from the user id, which cannot be made up as `$USER` can.
    pub fn current() -> Self {
        let own = getuid();
        let passwords = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let name = user_name(&passwords, own.as_raw()).unwrap_or_else(|| format!("uid {}", own.as_raw()));
        let sudo = std::env::var("SUDO_USER").ok().filter(|user| own.is_root() && *user != name);
        let connection = std::env::var("SSH_CONNECTION").ok();
        Self {
            name: sudo.map_or_else(|| name.clone(), |user| format!("{user} as {name}")),
            address: connection.and_then(|text| text.split_whitespace().next().map(str::to_owned)),
        }
    }
}

/// The name that `/etc/passwd` has for a user id.
fn user_name(passwords: &str, id: u32) -> Option<String> {
    passwords.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_password_file() {
        let passwords = "root:x:0:0:root:/root:/bin/bash\nbroken\nalice:x:1000:1000::/home/alice:/bin/sh\n";
        assert_eq!(user_name(passwords, 1000).as_deref(), Some("alice"));
        assert_eq!(user_name(passwords, 7), None);
    }
}
