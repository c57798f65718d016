//! Which builder a daemon builds with: BuildKit where it has it, unless somebody wants the classic one.

use super::connect::Engine;
use crate::domain::{Builder, Fault, FaultKind};
use hyper::header::HeaderMap;

/// By this variable the docker tools are told which builder is wanted, too.
const VARIABLE: &str = "DOCKER_BUILDKIT";

impl Engine {
    pub async fn builder(&self) -> Result<Builder, Fault> {
        let wanted = std::env::var(VARIABLE).unwrap_or_default();
        match wished(&wanted)? {
            Some(builder) => Ok(builder),
            None => Ok(offered(&Box::pin(self.ping_head()).await?)),
        }
    }
}

fn wished(value: &str) -> Result<Option<Builder>, Fault> {
    match value {
        "" => Ok(None),
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Ok(Some(Builder::BuildKit)),
        "0" | "f" | "F" | "false" | "False" | "FALSE" => Ok(Some(Builder::Classic)),
        other => Err(Fault::new(FaultKind::Invalid, "read", VARIABLE)
            .because(format!("`{other}` is neither true nor false"))
            .hint("`DOCKER_BUILDKIT=0` builds with the classic builder, `1` with BuildKit")),
    }
}

/// A daemon that prefers one says so. One that does not has BuildKit nevertheless if it is Docker's own on Linux: none
/// that is spoken with is older than that.
fn offered(head: &HeaderMap) -> Builder {
    let text = |name: &str| head.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match text("builder-version") {
        "2" => Builder::BuildKit,
        "" if text("ostype") == "linux" && !head.contains_key("libpod-api-version") => Builder::BuildKit,
        _ => Builder::Classic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{HeaderName, HeaderValue};
    use rstest::rstest;

    #[rstest]
    #[case(&[("ostype", "linux")], Builder::BuildKit)]
    #[case(&[("ostype", "linux"), ("builder-version", "2")], Builder::BuildKit)]
    #[case(&[("ostype", "linux"), ("builder-version", "1")], Builder::Classic)]
    #[case(&[("ostype", "windows"), ("builder-version", "1")], Builder::Classic)]
    #[case(&[("ostype", "windows")], Builder::Classic)]
    #[case(&[("ostype", "linux"), ("libpod-api-version", "5.4.0")], Builder::Classic)]
    #[case(&[], Builder::Classic)]
    fn the_daemon_says_what_it_builds_with(
        #[case] head: &[(&'static str, &'static str)],
        #[case] expected: Builder,
    ) {
        let pairs =
            head.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        assert_eq!(offered(&pairs.collect()), expected);
    }

    #[test]
    fn what_the_operator_wants_counts_more() {
        assert_eq!(wished(""), Ok(None));
        assert_eq!(wished("0"), Ok(Some(Builder::Classic)));
        assert_eq!(wished("true"), Ok(Some(Builder::BuildKit)));
        let fault = wished("maybe").unwrap_err();
        assert!(fault.to_string().contains("DOCKER_BUILDKIT") && fault.hint.is_some(), "{fault}");
    }
}
