use super::*;
use rstest::rstest;
use std::fs;
use std::os::unix::net::UnixListener;
use tempfile::TempDir;

#[rstest]
#[case("unix:///run/docker.sock", "unix:///run/docker.sock")]
#[case("/run/docker.sock", "unix:///run/docker.sock")]
#[case("tcp://10.0.0.5", "tcp://10.0.0.5:2375")]
#[case("tcp://10.0.0.5:1234/", "tcp://10.0.0.5:1234")]
#[case("http://gpu.example:2375", "tcp://gpu.example:2375")]
#[case("gpu.example:2375", "tcp://gpu.example:2375")]
#[case("tcp://[fe80::1]:2375", "tcp://[fe80::1]:2375")]
#[case("tcp://[fe80::1]", "tcp://[fe80::1]:2375")]
#[case("tcp://:2375", "tcp://localhost:2375")]
#[case("tcp://gpu?tls=/home/me/certs", "tcp://gpu:2376?tls=/home/me/certs")]
fn addresses_are_read_and_written_back(#[case] text: &str, #[case] expected: &str) {
    let endpoint: Endpoint = text.parse().unwrap();
    assert_eq!(endpoint.to_string(), expected);
    assert_eq!(expected.parse::<Endpoint>().unwrap(), endpoint, "another process reads the same");
}

#[rstest]
#[case("ssh://me@gpu", "ssh -nNT -L")]
#[case("unix://relative.sock", "unix:///path")]
#[case("tcp://host:port", "tcp://host:port")]
#[case("tcp://host:2375/path", "tcp://host:port")]
#[case("tcp://host:99999", "tcp://host:port")]
#[case("npipe:////./pipe/docker", "unix:///path")]
#[case("https://host:2376", "DOCKER_CERT_PATH")]
fn what_cannot_be_reached_is_refused_with_a_way_out(#[case] text: &str, #[case] hint: &str) {
    let fault = text.parse::<Endpoint>().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.to_string().contains(text), "{fault}");
    assert!(fault.hint.as_deref().unwrap().contains(hint), "{fault:?}");
}

#[rstest]
#[case("unix:///run/docker.sock", true)]
#[case("tcp://localhost:2375", true)]
#[case("tcp://127.0.0.1:2375", true)]
#[case("tcp://[::1]:2375", true)]
#[case("tcp://gpu.example:2375", false)]
#[case("tcp://127.0.0.1.example:2375", false)]
fn local_is_what_runs_on_this_machine(#[case] text: &str, #[case] local: bool) {
    assert_eq!(text.parse::<Endpoint>().unwrap().is_local(), local);
}

/// A home directory with contexts, and a place for sockets.
struct Home {
    directory: TempDir,
    options: EndpointOptions,
}

impl Home {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = EndpointOptions {
            environment: EndpointEnvironment {
                config_directory: Some(directory.path().join("docker")),
                runtime_directory: Some(directory.path().join("run")),
                ..EndpointEnvironment::default()
            },
            default_socket: directory.path().join("docker.sock"),
            ..EndpointOptions::default()
        };
        fs::create_dir(directory.path().join("docker")).unwrap();
        fs::create_dir(directory.path().join("run")).unwrap();
        Self { directory, options }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn context(&self, name: &str, meta: &str) {
        let key = context::key(name);
        let directory = self.path("docker/contexts/meta").join(&key);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("meta.json"), meta).unwrap();
    }

    fn certificates_of_context(&self, name: &str) -> PathBuf {
        let key = context::key(name);
        let directory = self.path("docker/contexts/tls").join(&key).join("docker");
        fs::create_dir_all(&directory).unwrap();
        directory
    }

    fn current(&self, name: &str) {
        fs::write(self.path("docker/config.json"), format!(r#"{{"auths":{{}},"currentContext":"{name}"}}"#))
            .unwrap();
    }

    fn resolve(&self) -> Result<String, Fault> {
        Endpoint::resolve(&self.options).map(|endpoint| {
            assert!(!endpoint.tried().is_empty(), "it says why");
            endpoint.to_string()
        })
    }
}

const REMOTE: &str =
    r#"{"Name":"gpu","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://gpu:2376","SkipTLSVerify":false}}}"#;

#[test]
fn the_flag_goes_before_the_environment_and_that_before_contexts() {
    let mut home = Home::new();
    home.context("gpu", REMOTE);
    home.current("gpu");
    assert_eq!(home.resolve().unwrap(), "tcp://gpu:2376");
    home.options.environment.docker_context = Some("default".to_owned());
    assert_eq!(home.resolve().unwrap(), format!("unix://{}", home.path("docker.sock").display()));
    home.options.environment.docker_host = Some("tcp://by-variable:1".to_owned());
    assert_eq!(home.resolve().unwrap(), "tcp://by-variable:1");
    home.options.context = Some("gpu".to_owned());
    assert_eq!(home.resolve().unwrap(), "tcp://gpu:2376");
    home.options.host = Some("tcp://by-flag:1".to_owned());
    assert_eq!(home.resolve().unwrap(), "tcp://by-flag:1");
}

#[test]
fn a_contexts_directory_is_the_digest_of_its_name() {
    // `printf gpu | sha256sum`
    assert_eq!(context::key("gpu"), "e3c5ba51dba85ab0c990db5e309f4d7bdb282470fb02aee75b9022c1399e91c8");
}

#[test]
fn a_missing_context_is_an_error_and_not_the_default_daemon() {
    let mut home = Home::new();
    home.options.environment.docker_context = Some("nowhere".to_owned());
    let fault = home.resolve().unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    assert!(fault.to_string().contains("nowhere") && fault.to_string().contains("DOCKER_CONTEXT"), "{fault}");
}

#[rstest]
#[case("{")]
#[case("{}")]
#[case(r#"{"Endpoints":{"docker":{"Host":""}}}"#)]
fn a_broken_context_names_its_file(#[case] meta: &str) {
    let mut home = Home::new();
    home.context("broken", meta);
    home.options.context = Some("broken".to_owned());
    let fault = home.resolve().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.to_string().contains("meta.json"), "{fault}");
}

#[test]
fn broken_settings_of_docker_are_an_error() {
    let home = Home::new();
    fs::write(home.path("docker/config.json"), "{ not json").unwrap();
    let fault = home.resolve().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.to_string().contains("config.json"), "{fault}");
}

#[test]
fn a_context_brings_its_own_certificates() {
    let mut home = Home::new();
    home.context("gpu", REMOTE);
    home.options.context = Some("gpu".to_owned());
    let certificates = home.certificates_of_context("gpu");
    assert_eq!(home.resolve().unwrap(), format!("tcp://gpu:2376?tls={}", certificates.display()));
    home.context("gpu", &REMOTE.replace("false", "true"));
    assert!(home.resolve().unwrap_err().to_string().contains("SkipTLSVerify"));
}

#[test]
fn certificates_of_the_environment_are_for_tcp_only() {
    let mut home = Home::new();
    home.options.environment.docker_cert_path = Some(PathBuf::from("/certs"));
    home.options.host = Some("tcp://gpu:2376".to_owned());
    assert_eq!(home.resolve().unwrap(), "tcp://gpu:2376?tls=/certs");
    home.options.host = Some("unix:///run/docker.sock".to_owned());
    assert_eq!(home.resolve().unwrap(), "unix:///run/docker.sock");
    home.options.environment.docker_cert_path = None;
    home.options.environment.docker_tls_verify = Some("1".to_owned());
    home.options.host = Some("tcp://gpu".to_owned());
    let expected = format!("tcp://gpu:2375?tls={}", home.path("docker").display());
    assert_eq!(home.resolve().unwrap(), expected);
}

#[test]
fn a_rootless_daemon_is_found_where_there_is_no_other() {
    let home = Home::new();
    let default = format!("unix://{}", home.path("docker.sock").display());
    assert_eq!(home.resolve().unwrap(), default, "with none at all the default is named");
    let _rootless = UnixListener::bind(home.path("run/docker.sock")).unwrap();
    assert_eq!(home.resolve().unwrap(), format!("unix://{}", home.path("run/docker.sock").display()));
    let _default = UnixListener::bind(home.path("docker.sock")).unwrap();
    assert_eq!(home.resolve().unwrap(), default);
}
