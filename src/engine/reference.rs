//! Names of images: `nginx`, `registry.example/team/api:1.2`, `db@sha256:…`.

use crate::domain::{Fault, FaultKind};

/// The name that Docker's own registry has in credential stores, whatever host an image names it by.
pub(super) const INDEX_SERVER: &str = "https://index.docker.io/v1/";
/// The longest name that a daemon takes.
const LONGEST: usize = 255;

/// A reference taken apart as the Engine's API wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// What precedes the tag.
    pub name: String,
    /// A tag, or a digest such as `sha256:…`, which counts more than a tag.
    pub tag: String,
    /// The key of its registry in credential stores.
    pub server: String,
}

impl Reference {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = |cause: &str| {
            Fault::new(FaultKind::Invalid, "read the image's name", text)
                .because(cause.to_owned())
                .hint("write [HOST[:PORT]/]NAME[:TAG] or NAME@sha256:…, in lower case")
        };
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let last = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match rest[last..].find(':') {
            Some(colon) => (&rest[..last + colon], Some(&rest[last + colon + 1..])),
            None => (rest, None),
        };
        let server = server(name);
        let path = name.strip_prefix(&format!("{server}/")).unwrap_or(name);
        let fine = |segment: &str| {
            segment.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && segment.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
        };
        let path = if server == INDEX_SERVER { on_index(path) } else { path };
        if name.len() > LONGEST || !path.split('/').all(fine) {
            return Err(wrong("it is no name of an image"));
        }
        let fine = |tag: &str| {
            !tag.is_empty() && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        if tag.is_some_and(|tag| !fine(tag) || tag.starts_with(['.', '-'])) {
            return Err(wrong("its tag is none"));
        }
        if digest
            .is_some_and(|digest| !digest.split_once(':').is_some_and(|(kind, hex)| fine(kind) && fine(hex)))
        {
            return Err(wrong("its digest is none"));
        }
        let tag = digest.or(tag).unwrap_or("latest").to_owned();
        Ok(Self { name: name.to_owned(), tag, server })
    }
}

/// The first segment is a host when it could be none of a name's: it has a dot, a port or a capital letter.
fn server(name: &str) -> String {
    match name.split_once('/') {
        Some((host, _)) if is_host(host) && !is_index(host) => host.to_owned(),
        _ => INDEX_SERVER.to_owned(),
    }
}

fn is_host(segment: &str) -> bool {
    segment.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
        && (segment == "localhost" || segment.contains(['.', ':']) || segment.chars().any(char::is_uppercase))
}

fn is_index(host: &str) -> bool {
    matches!(host, "docker.io" | "index.docker.io")
}

fn on_index(path: &str) -> &str {
    match path.split_once('/') {
        Some((host, rest)) if is_index(host) => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("nginx", "nginx", "latest", INDEX_SERVER)]
    #[case("team/api:1.2", "team/api", "1.2", INDEX_SERVER)]
    #[case("docker.io/library/nginx", "docker.io/library/nginx", "latest", INDEX_SERVER)]
    #[case("index.docker.io/a/b:c", "index.docker.io/a/b", "c", INDEX_SERVER)]
    #[case("registry.example/team/api", "registry.example/team/api", "latest", "registry.example")]
    #[case("127.0.0.1:5000/api:1", "127.0.0.1:5000/api", "1", "127.0.0.1:5000")]
    #[case("localhost/api", "localhost/api", "latest", "localhost")]
    #[case("db@sha256:0a1b", "db", "sha256:0a1b", INDEX_SERVER)]
    #[case(
        "registry.example:443/db:15@sha256:0a1b",
        "registry.example:443/db",
        "sha256:0a1b",
        "registry.example:443"
    )]
    fn a_reference_has_a_name_a_tag_and_a_registry(
        #[case] text: &str,
        #[case] name: &str,
        #[case] tag: &str,
        #[case] server: &str,
    ) {
        let expected = Reference { name: name.to_owned(), tag: tag.to_owned(), server: server.to_owned() };
        assert_eq!(Reference::parse(text), Ok(expected));
    }

    #[rstest]
    #[case("")]
    #[case("Nginx")]
    #[case("nginx:")]
    #[case("nginx:a b")]
    #[case("a//b")]
    #[case("a@sha256")]
    #[case("../etc")]
    #[case("a\n")]
    fn what_is_no_name_is_refused(#[case] text: &str) {
        let fault = Reference::parse(text).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Invalid);
        assert!(fault.hint.is_some());
    }
}
