//! One line for each answer: who asked for what, how it ended and how long that took. Neither headers nor what follows a
//! `?` are told, and no body: a token or an address may stand there.

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use log::Level;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Whoever watches over it asks every few seconds.
const WATCHED: &str = "/health";

pub(super) async fn log(
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let (method, path, began) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    let response = next.run(request).await;
    let (level, line) = told(from.ip(), (&method, &path), response.status(), began.elapsed());
    log::log!(level, "{line}");
    response
}

fn told(
    from: IpAddr,
    (method, path): (&Method, &str),
    status: StatusCode,
    took: Duration,
) -> (Level, String) {
    let level = match status {
        status if status.is_server_error() => Level::Warn,
        StatusCode::OK if path == WATCHED => Level::Debug,
        _ => Level::Info,
    };
    (level, format!("{from} {method} {path} {} {} ms", status.as_u16(), took.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_line_and_one_that_is_well_watched_is_none() {
        let from = IpAddr::from([127, 0, 0, 1]);
        let told = |method, path, status| told(from, (&method, path), status, Duration::from_millis(12));
        assert_eq!(
            told(Method::POST, "/restore", StatusCode::CONFLICT),
            (Level::Info, "127.0.0.1 POST /restore 409 12 ms".to_owned())
        );
        assert_eq!(told(Method::GET, WATCHED, StatusCode::OK).0, Level::Debug);
        assert_eq!(told(Method::GET, WATCHED, StatusCode::SERVICE_UNAVAILABLE).0, Level::Warn);
        assert_eq!(told(Method::GET, WATCHED, StatusCode::UNAUTHORIZED).0, Level::Info);
    }
}
