use super::*;
use rstest::rstest;

#[rstest]
#[case(404, "No such container: abc", FaultKind::NotFound, "docker ps")]
#[case(404, "No such image: redis:9", FaultKind::NotFound, "docker pull")]
#[case(
    409,
    "Conflict. The container name \"/db\" is already in use by container \"12\". You have to remove (or rename)",
    FaultKind::Conflict,
    "rename"
)]
#[case(
    500,
    "driver failed programming external connectivity on endpoint web: Bind for 0.0.0.0:80 failed: port is already allocated",
    FaultKind::Conflict,
    "docker ps"
)]
#[case(
    500,
    "Error starting userland proxy: listen tcp4 0.0.0.0:5432: bind: address already in use",
    FaultKind::Conflict,
    "ss -ltnp"
)]
#[case(500, "write /var/lib/docker/x: no space left on device", FaultKind::Exhausted, "df")]
#[case(
    403,
    "error while removing network: network web id 1 has active endpoints",
    FaultKind::Conflict,
    "inspect"
)]
#[case(409, "remove data: volume is in use - [1]", FaultKind::Conflict, "container")]
#[case(
    500,
    "could not select device driver \"nvidia\" with capabilities: [[gpu]]",
    FaultKind::Refused,
    "NVIDIA Container Toolkit"
)]
#[case(
    500,
    "OCI runtime create failed: error running hook #0: exit status 1, stderr: nvidia-container-cli: device error: 9: unknown device",
    FaultKind::Refused,
    "nvidia-smi -L"
)]
#[case(
    400,
    "OCI runtime create failed: exec: \"pg_dmp\": executable file not found in $PATH: unknown",
    FaultKind::Invalid,
    "entrypoint"
)]
#[case(501, "configured logging driver does not support reading", FaultKind::Refused, "json-file")]
#[case(409, "Container 12 is not running", FaultKind::Conflict, "start")]
#[case(
    409,
    "can not get logs from container which is dead or marked for removal",
    FaultKind::NotFound,
    "being removed"
)]
#[case(500, "something nobody has seen", FaultKind::Refused, "journalctl")]
fn what_the_daemon_says_becomes_a_kind_and_a_hint(
    #[case] status: u16,
    #[case] message: &str,
    #[case] kind: FaultKind,
    #[case] hint: &str,
) {
    let fault = answered(status, message, "start container", "web");
    assert_eq!(fault.kind, kind);
    assert_eq!(fault.causes, [message], "the daemon's own words are kept");
    assert!(fault.hint.as_deref().is_some_and(|text| text.contains(hint)), "{fault:?}");
}

#[rstest]
#[case(400, FaultKind::Invalid)]
#[case(403, FaultKind::Permission)]
#[case(404, FaultKind::NotFound)]
#[case(409, FaultKind::Conflict)]
#[case(500, FaultKind::Refused)]
#[case(503, FaultKind::Refused)]
fn without_known_words_the_status_decides(#[case] status: u16, #[case] kind: FaultKind) {
    let fault = answered(status, "", "stop container", "web");
    assert_eq!(fault.kind, kind);
    assert!(fault.to_string().contains(&status.to_string()), "{fault}");
}

#[rstest]
#[case(ErrorKind::PermissionDenied, FaultKind::Permission)]
#[case(ErrorKind::TimedOut, FaultKind::Timeout)]
#[case(ErrorKind::ConnectionRefused, FaultKind::Unreachable)]
#[case(ErrorKind::BrokenPipe, FaultKind::Unreachable)]
fn an_error_of_the_connection_keeps_its_cause(#[case] io: ErrorKind, #[case] kind: FaultKind) {
    let fault = fault(std::io::Error::from(io).into(), "list containers", "");
    assert_eq!(fault.kind, kind);
    assert!(!fault.causes.is_empty() && fault.hint.is_some(), "{fault:?}");
}
