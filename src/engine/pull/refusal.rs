//! What registries refuse, and what daemons say when they cannot reach one.

use crate::domain::{Fault, FaultKind};
use crate::engine::failure;
use bollard::errors::Error;

struct Rule {
    /// Any of them, in lower case.
    words: &'static [&'static str],
    kind: FaultKind,
    hint: &'static str,
}

/// The first that fits counts.
const RULES: &[Rule] = &[
    Rule {
        words: &["toomanyrequests", "rate limit"],
        kind: FaultKind::Exhausted,
        hint: "the registry lets you pull no more for now: `docker login` raises the limit",
    },
    Rule {
        words: &["no matching manifest", "does not match the specified platform"],
        kind: FaultKind::NotFound,
        hint: "the image is not made for this kind of processor: `platform:` of the service chooses another",
    },
    Rule {
        words: &["manifest unknown", "manifest for", "name unknown", "not found: manifest"],
        kind: FaultKind::NotFound,
        hint: "the registry has no such image or tag: check the name and the tag",
    },
    Rule {
        words: &["unknown blob", "blob unknown"],
        kind: FaultKind::Refused,
        hint: "the registry lacks a part of the image: ask again, and if it stays so the image must be pushed anew",
    },
    Rule {
        words: &["pull access denied", "repository does not exist"],
        kind: FaultKind::NotFound,
        hint: "is the name right? if it is private, `docker login` to its registry first",
    },
    Rule {
        words: &[
            "unauthorized",
            "authentication required",
            "no basic auth credentials",
            "denied",
            "forbidden",
            // What BuildKit says of a registry's answer, whatever its words are.
            "]: 401",
            "]: 403",
            "unexpected status: 401",
            "unexpected status: 403",
        ],
        kind: FaultKind::Permission,
        hint: "`docker login` to its registry stores credentials",
    },
    Rule {
        words: &["server gave http response to https client"],
        kind: FaultKind::Refused,
        hint: "the registry speaks no TLS: name it under `insecure-registries` in the daemon's settings",
    },
    Rule {
        words: &["x509", "certificate"],
        kind: FaultKind::Refused,
        hint: "the daemon does not trust the registry's certificate: put its CA under /etc/docker/certs.d",
    },
    Rule {
        words: &["unexpected eof", "connection reset", "broken pipe"],
        kind: FaultKind::Refused,
        hint: "the connection to the registry broke: ask again, the layers that arrived are kept",
    },
    Rule {
        words: &[
            "no such host",
            "connection refused",
            "i/o timeout",
            "tls handshake timeout",
            "no route to host",
            "network is unreachable",
            "server misbehaving",
            "awaiting headers",
            "request canceled while waiting",
        ],
        // Unreachable means the daemon, which is well here.
        kind: FaultKind::Refused,
        hint: "the daemon cannot reach the registry: is its name right, and does this server get there (proxy, firewall)?",
    },
];

/// An error of the call itself.
pub fn answered(error: Error, operation: &str, object: &str) -> Fault {
    match error {
        Error::DockerResponseServerError { status_code, message } => {
            refused(status_code, &message, operation, object)
        }
        error => failure::fault(error, operation, object),
    }
}

/// What the daemon says of a registry, be it in its status or in the stream.
pub fn refused(status: u16, message: &str, operation: &str, object: &str) -> Fault {
    let text = message.to_lowercase();
    match RULES.iter().find(|rule| rule.words.iter().any(|word| text.contains(word))) {
        Some(rule) => Fault::new(rule.kind, operation, object).because(message.trim()).hint(rule.hint),
        None => failure::answered(status, message, operation, object),
    }
}
