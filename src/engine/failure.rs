//! bollard's errors as faults: the kind by status and cause, the hint by what the daemon's text says.

use super::endpoint::Endpoint;
use super::socket;
use crate::domain::{Fault, FaultKind};
use bollard::errors::Error;
use std::error::Error as StandardError;
use std::io::ErrorKind;
use std::time::Duration;

/// An error of a call to a daemon that has answered before.
pub(super) fn fault(error: Error, operation: &str, object: &str) -> Fault {
    match error {
        Error::DockerResponseServerError { status_code, message } => {
            answered(status_code, &message, operation, object)
        }
        Error::DockerStreamError { error } => answered(500, &error, operation, object),
        Error::RequestTimeoutError => {
            Fault::new(FaultKind::Timeout, operation, object).because("the daemon did not answer in time")
        }
        Error::CertPathError { path } => Fault::new(FaultKind::Invalid, operation, object)
            .because(format!("cannot read the certificate {}", path.display()))
            .hint("DOCKER_CERT_PATH must name a directory with ca.pem, cert.pem and key.pem"),
        Error::JsonDataError { message, .. } => Fault::new(FaultKind::Refused, operation, object)
            .because("the daemon's answer is not what its API describes")
            .because(message)
            .hint("is this the address of a Docker daemon, and of a version that is known?"),
        error => match io_kind(&error) {
            Some(kind) => {
                let kind = match kind {
                    ErrorKind::PermissionDenied => FaultKind::Permission,
                    ErrorKind::TimedOut | ErrorKind::WouldBlock => FaultKind::Timeout,
                    _ => FaultKind::Unreachable,
                };
                Fault::new(kind, operation, object)
                    .because(innermost(&error))
                    .hint("the daemon cannot be reached: systemctl status docker")
            }
            None if broken(&error) => Fault::new(FaultKind::Unreachable, operation, object)
                .because(innermost(&error))
                .hint("the connection to the daemon broke; did it restart?"),
            None => Fault::new(FaultKind::Internal, operation, object).caused_by(&error),
        },
    }
}

/// An error of the first call, when it is not yet known whether there is a daemon at all.
pub(super) fn connecting(error: Error, endpoint: &Endpoint) -> Fault {
    let name = endpoint.describe();
    let tcp = endpoint.socket_path().is_none();
    match io_kind(&error) {
        Some(ErrorKind::NotFound) if !tcp => socket::absent(endpoint),
        Some(ErrorKind::PermissionDenied) => socket::forbidden(endpoint),
        Some(ErrorKind::ConnectionRefused) => socket::unattended(endpoint),
        // A unix socket whose queue is full: somebody listens, and takes nobody in.
        Some(ErrorKind::WouldBlock) => {
            Fault::new(FaultKind::Timeout, "connect to the Docker daemon at", name.as_str())
                .because("it takes in no more connections")
                .hint("the daemon hangs: systemctl status docker, journalctl -u docker")
        }
        _ => {
            let fault = fault(error, "connect to the Docker daemon at", &name);
            if tcp && fault.causes.iter().any(|cause| cause.to_lowercase().contains("certificate")) {
                return fault.hint(
                    "the certificates do not fit this daemon: DOCKER_CERT_PATH needs the ca.pem that signed its \
                     certificate, and a cert.pem with its key.pem that it accepts",
                );
            }
            if tcp && fault.kind == FaultKind::Unreachable {
                return fault.hint(
                    "is the address right, does the daemon listen on TCP, and does it want TLS (DOCKER_CERT_PATH)?",
                );
            }
            if fault.hint.is_some() { fault } else { fault.hint("is this the address of a Docker daemon?") }
        }
    }
}

/// A call that was given up.
pub(super) fn late(operation: &str, object: &str, limit: Duration) -> Fault {
    Fault::new(FaultKind::Timeout, operation, object)
        .because(format!("the daemon did not answer within {} s", limit.as_secs()))
        .hint("it may be overloaded; what was asked may still happen: look before trying again")
}

/// What the daemon itself answered.
pub(super) fn answered(status: u16, message: &str, operation: &str, object: &str) -> Fault {
    let message = message.trim();
    let text = message.to_lowercase();
    let rule = RULES.iter().find(|rule| rule.words.iter().all(|word| text.contains(word)));
    let kind = rule.map_or_else(|| by_status(status), |rule| rule.kind);
    let mut fault = Fault::new(kind, operation, object);
    fault = if message.is_empty() {
        fault.because(format!("the daemon answered with status {status}"))
    } else {
        fault.because(message)
    };
    match (rule, kind) {
        (Some(rule), _) => fault.hint(rule.hint),
        (None, FaultKind::NotFound) => fault.hint("it may have been removed meanwhile"),
        (None, FaultKind::Refused) => fault.hint("the daemon's own log says more: journalctl -u docker"),
        (None, _) => fault,
    }
}

fn by_status(status: u16) -> FaultKind {
    match status {
        400 | 405 | 406 | 415 | 422 => FaultKind::Invalid,
        401 | 403 | 407 => FaultKind::Permission,
        404 => FaultKind::NotFound,
        408 | 504 => FaultKind::Timeout,
        409 | 412 | 423 => FaultKind::Conflict,
        507 => FaultKind::Exhausted,
        _ => FaultKind::Refused,
    }
}

struct Rule {
    /// All of them, in lower case.
    words: &'static [&'static str],
    kind: FaultKind,
    hint: &'static str,
}

const fn rule(words: &'static [&'static str], kind: FaultKind, hint: &'static str) -> Rule {
    Rule { words, kind, hint }
}

/// The first that fits counts.
const RULES: &[Rule] = &[
    rule(
        &["port is already allocated"],
        FaultKind::Conflict,
        "another container publishes this port: docker ps shows which; stop it, or publish another port",
    ),
    rule(
        &["address already in use"],
        FaultKind::Conflict,
        "a process of the host listens on this port: ss -ltnp shows which; stop it, or publish another port",
    ),
    rule(
        &["no space left on device"],
        FaultKind::Exhausted,
        "the disk is full: docker system df shows what Docker holds, df -h the rest",
    ),
    rule(&["disk quota exceeded"], FaultKind::Exhausted, "the quota of Docker's directory is used up"),
    rule(
        &["cannot allocate memory"],
        FaultKind::Exhausted,
        "the host is out of memory: free -h, then stop something",
    ),
    rule(
        &["address pool"],
        FaultKind::Exhausted,
        "no subnet is left for a new network: remove unused ones with docker network prune",
    ),
    rule(
        &["is already in use by container"],
        FaultKind::Conflict,
        "remove or rename the container that has the name, or choose another name",
    ),
    rule(
        &["no such image"],
        FaultKind::NotFound,
        "docker pull gets it, when a registry has it; docker images lists what is there",
    ),
    rule(&["no such container"], FaultKind::NotFound, "it may have been removed meanwhile: docker ps -a"),
    // A conflict to the daemon; to whoever reads, it is as gone as it will be in a moment.
    rule(
        &["can not get logs from container which is dead or marked for removal"],
        FaultKind::NotFound,
        "it is being removed: docker ps -a",
    ),
    rule(&["no such exec"], FaultKind::NotFound, "the command has ended and the daemon has forgotten it"),
    rule(
        &["has active endpoints"],
        FaultKind::Conflict,
        "containers are still attached: stop or disconnect them first (docker network inspect)",
    ),
    rule(&["volume is in use"], FaultKind::Conflict, "a container uses it: remove that container first"),
    rule(
        &["could not select device driver"],
        FaultKind::Refused,
        "the daemon has no driver for this device: is the NVIDIA Container Toolkit installed, and dockerd restarted since?",
    ),
    rule(
        &["nvidia-container-cli", "unknown device"],
        FaultKind::Refused,
        "there is no such GPU: nvidia-smi -L lists those there are",
    ),
    rule(
        &["nvidia-container-cli"],
        FaultKind::Refused,
        "the NVIDIA runtime failed: does nvidia-smi work on the host?",
    ),
    rule(
        &["executable file not found"],
        FaultKind::Invalid,
        "the image has no such program: check command and entrypoint",
    ),
    rule(
        &["no such file or directory", "oci runtime"],
        FaultKind::Invalid,
        "the program or its interpreter is not in the image: check command and entrypoint",
    ),
    rule(
        &["are you trying to mount a directory onto a file"],
        FaultKind::Invalid,
        "the host's path is missing or of the other kind than the container's",
    ),
    rule(
        &["bind source path does not exist"],
        FaultKind::Invalid,
        "make it on the host, with ./prepare where the stack has one, or mend the path in the compose file",
    ),
    rule(
        &["does not support reading"],
        FaultKind::Refused,
        "this log driver keeps nothing that Docker can read: look where it sends the logs, or use json-file or local",
    ),
    rule(&["is not running"], FaultKind::Conflict, "start the container first"),
    rule(
        &["is restarting"],
        FaultKind::Conflict,
        "it keeps ending: its log says why; wait until it stays up",
    ),
    rule(
        &["is paused"],
        FaultKind::Conflict,
        "unpause the container first, with `mcp-tui unpause` where it belongs to a stack",
    ),
    rule(
        &["already in progress"],
        FaultKind::Conflict,
        "somebody else is at it: wait a moment and look again",
    ),
    rule(
        &["client version", "too new"],
        FaultKind::Refused,
        "the daemon was exchanged for an older one: reconnect",
    ),
    rule(
        &["client version", "too old"],
        FaultKind::Refused,
        "this mcp-tui is too old for the daemon: update it",
    ),
    rule(
        &["authorization denied"],
        FaultKind::Permission,
        "an authorisation plugin of the daemon forbids it",
    ),
];

/// What really happened: the layers around it only say that something did.
fn innermost(error: &Error) -> String {
    let mut last: &dyn StandardError = match error {
        Error::IOError { err } => err,
        Error::HyperResponseError { err } => err,
        Error::HyperLegacyError { err } => err,
        other => other,
    };
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// The first I/O error among the causes.
fn io_kind(error: &Error) -> Option<ErrorKind> {
    if let Error::SocketNotFoundError(_) = error {
        return Some(ErrorKind::NotFound);
    }
    let mut next: Option<&(dyn StandardError + 'static)> = match error {
        // These two say "transparent", by which their source skips the error itself.
        Error::IOError { err } => return Some(err.kind()),
        Error::HyperResponseError { err } => Some(err),
        Error::HyperLegacyError { err } => Some(err),
        other => Some(other),
    };
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error.kind());
        }
        next = error.source();
    }
    None
}

/// Whether the connection ended in the middle.
fn broken(error: &Error) -> bool {
    match error {
        Error::HyperResponseError { err } => is_cut_off(err) || err.is_body_write_aborted(),
        Error::HyperLegacyError { err } => {
            let inner = err.source().and_then(|source| source.downcast_ref::<hyper::Error>());
            err.is_connect() || inner.is_some_and(is_cut_off)
        }
        _ => false,
    }
}

/// A request that was taken and not yet sent when the connection ended is called cancelled.
fn is_cut_off(error: &hyper::Error) -> bool {
    error.is_incomplete_message() || error.is_closed() || error.is_canceled()
}

#[cfg(test)]
mod tests;
