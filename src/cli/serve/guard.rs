//! Who may ask. With a token, whoever bears it. Without one, this host alone, and no page that a browser here has open:
//! a name that only now leads here, or another site's form, is refused.

use super::answer::Refused;
use super::world::World;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::Arc;

pub(super) async fn check(State(world): State<Arc<World>>, request: Request<Body>, next: Next) -> Response {
    // What can be asked is no secret, and a browser that is to show it bears no token.
    if matches!(request.uri().path(), "/docs" | "/openapi.json") {
        return next.run(request).await;
    }
    match may_ask(world.token.as_deref(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

fn may_ask(token: Option<&str>, headers: &HeaderMap) -> Result<(), Refused> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    if let Some(origin) = text(header::ORIGIN)
        && origin.split_once("://").is_none_or(|(_, from)| from != host)
    {
        return Err(Refused::new(StatusCode::FORBIDDEN, "the request comes from another site's page"));
    }
    let Some(token) = token else {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
        return match name {
            "localhost" | "127.0.0.1" | "::1" => Ok(()),
            _ => Err(Refused::new(
                StatusCode::FORBIDDEN,
                "without a token it answers to this host's own name only",
            )),
        };
    };
    let given = text(header::AUTHORIZATION).and_then(|value| value.split_once(' '));
    match given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
        Some((_, given)) if is_same(given.trim(), token) => Ok(()),
        Some(_) => Err(Refused::new(StatusCode::UNAUTHORIZED, "the token is another one")),
        None => Err(Refused::new(StatusCode::UNAUTHORIZED, "a token is needed: Authorization: Bearer …")),
    }
}

/// Takes as long whatever is given: of sums, all bytes are looked at.
fn is_same(given: &str, token: &str) -> bool {
    let (given, token) = (Sha256::digest(given), Sha256::digest(token));
    given.iter().zip(token.iter()).fold(0, |differs, (left, right)| differs | (left ^ right)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn asked(token: Option<&str>, headers: &[(header::HeaderName, &str)]) -> Option<StatusCode> {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        may_ask(token, &headers.collect()).err().map(|refused| refused.status)
    }

    #[test]
    fn whoever_bears_the_token_may_ask() {
        let token = Some("0123456789abcdef");
        let bearing = |value: &str| asked(token, &[(header::AUTHORIZATION, value)]);
        assert_eq!(bearing("Bearer 0123456789abcdef"), None);
        assert_eq!(bearing("bearer  0123456789abcdef"), None);
        for wrong in ["Bearer 0123456789abcdeg", "Bearer 0123456789abcde", "Basic 0123456789abcdef", "Bearer"]
        {
            assert_eq!(bearing(wrong), Some(StatusCode::UNAUTHORIZED), "{wrong}");
        }
        assert_eq!(asked(token, &[(header::HOST, "localhost:3112")]), Some(StatusCode::UNAUTHORIZED));
    }

    #[test]
    fn without_one_neither_another_name_nor_another_sites_page_may() {
        assert_eq!(asked(None, &[(header::HOST, "localhost:3112")]), None);
        assert_eq!(asked(None, &[(header::HOST, "[::1]:3112")]), None);
        assert_eq!(asked(None, &[(header::HOST, "evil.example:3112")]), Some(StatusCode::FORBIDDEN));
        assert_eq!(asked(None, &[]), Some(StatusCode::FORBIDDEN));
        let from = |origin| asked(None, &[(header::HOST, "localhost:3112"), (header::ORIGIN, origin)]);
        assert_eq!(from("http://localhost:3112"), None);
        assert_eq!(from("http://evil.example"), Some(StatusCode::FORBIDDEN));
        assert_eq!(from("null"), Some(StatusCode::FORBIDDEN));
    }
}
