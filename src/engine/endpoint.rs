//! Which daemon is meant: a socket, a TCP address, or one with TLS.

mod context;
mod resolve;

pub use resolve::{EndpointEnvironment, EndpointOptions};

use crate::domain::{Fault, FaultKind, Safe};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The socket that a daemon listens on when nobody says otherwise.
pub(super) const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Unix(PathBuf),
    /// `host:port`, unencrypted.
    Tcp(String),
    /// `host:port` and the directory with `ca.pem`, `cert.pem` and `key.pem`.
    Tls {
        authority: String,
        certificates: PathBuf,
    },
}

/// A daemon's address, and how it was come by.
///
/// Its text form is what `DOCKER_HOST` would say, with `?tls=<directory>` where there are certificates; it is parsed
/// back by `parse`, so that another process can reach the same daemon whatever its own environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) address: Address,
    tried: Vec<String>,
}

impl Endpoint {
    /// A unix socket, without looking at the environment.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self { address: Address::Unix(path.into()), tried: Vec::new() }
    }

    /// `unix:///var/run/docker.sock`, `tcp://10.0.0.5:2376`.
    pub fn describe(&self) -> Safe {
        match &self.address {
            Address::Unix(path) => Safe::new(format!("unix://{}", path.display())),
            Address::Tcp(authority) | Address::Tls { authority, .. } => {
                Safe::new(format!("tcp://{authority}"))
            }
        }
    }

    /// Whether the daemon's processes and files are those of this machine.
    pub fn is_local(&self) -> bool {
        match &self.address {
            Address::Unix(_) => true,
            Address::Tcp(authority) | Address::Tls { authority, .. } => {
                let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host);
                matches!(host, "localhost" | "127.0.0.1" | "[::1]")
            }
        }
    }

    /// What was looked at, in order, the last being what was chosen.
    pub fn tried(&self) -> &[String] {
        &self.tried
    }

    fn chosen(mut self, tried: Vec<String>) -> Self {
        self.tried = tried;
        self
    }

    pub(super) fn socket_path(&self) -> Option<&Path> {
        match &self.address {
            Address::Unix(path) => Some(path),
            Address::Tcp(_) | Address::Tls { .. } => None,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Unix(path) => write!(formatter, "unix://{}", path.display()),
            Address::Tcp(authority) => write!(formatter, "tcp://{authority}"),
            Address::Tls { authority, certificates } => {
                write!(formatter, "tcp://{authority}?tls={}", certificates.display())
            }
        }
    }
}

impl FromStr for Endpoint {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = |cause: &str| {
            Fault::new(FaultKind::Invalid, "read the daemon's address", text)
                .because(cause)
                .hint("write unix:///path/to/docker.sock or tcp://host:port (with DOCKER_CERT_PATH for TLS)")
        };
        if text.starts_with('/') {
            return Ok(Self::unix(text));
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("tcp", text));
        let address = match scheme {
            "unix" if rest.starts_with('/') => Address::Unix(PathBuf::from(rest)),
            "unix" => return Err(wrong("the socket's path must be absolute")),
            "tcp" | "http" | "https" => {
                let (rest, certificates) = match rest.split_once("?tls=") {
                    Some((rest, directory)) => (rest, Some(PathBuf::from(directory))),
                    None => (rest, None),
                };
                let port = if certificates.is_some() || scheme == "https" { 2376 } else { 2375 };
                let authority = authority(rest.trim_end_matches('/'), port)
                    .ok_or_else(|| wrong("it is not host:port"))?;
                match certificates {
                    None if scheme == "https" => {
                        return Err(wrong("https:// says nothing of certificates")
                            .hint("write tcp://host:2376 and set DOCKER_CERT_PATH"));
                    }
                    Some(certificates) => Address::Tls { authority, certificates },
                    None => Address::Tcp(authority),
                }
            }
            "ssh" => {
                return Err(Fault::new(FaultKind::Invalid, "connect to", text)
                    .because("daemons behind ssh:// are not supported")
                    .hint(
                        "run mcp-tui on that host, or forward its socket: \
                         ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock host, then -H unix:///tmp/docker.sock",
                    ));
            }
            _ => return Err(wrong("unknown scheme")),
        };
        Ok(Self { address, tried: Vec::new() })
    }
}

/// `host` or `host:port`, the port filled in. A path has no place in it.
fn authority(text: &str, port: u16) -> Option<String> {
    let host_end =
        if text.starts_with('[') { text.find(']')? + 1 } else { text.find(':').unwrap_or(text.len()) };
    let (host, rest) = text.split_at(host_end);
    let fine = |character: char| character.is_ascii_alphanumeric() || ".-_[]:%".contains(character);
    if !host.chars().all(fine) {
        return None;
    }
    let host = if host.is_empty() { "localhost" } else { host };
    match rest.strip_prefix(':') {
        Some(digits) => digits.parse::<u16>().ok().map(|port| format!("{host}:{port}")),
        None if rest.is_empty() => Some(format!("{host}:{port}")),
        None => None,
    }
}

#[cfg(test)]
mod tests;
