//! What is answered: JSON, also where something is refused.

use crate::cli::output::to_json;
use crate::domain::{Fault, FaultKind, secret};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// No request of this interface needs more.
pub const BODY_LIMIT: usize = 64 << 10;

/// So much more is heard out.
const MOST_HEARD: usize = 1 << 20;

/// A document, with the status that goes with it.
pub struct Answer<T>(pub StatusCode, pub T);

#[derive(Debug)]
pub struct Refused {
    pub status: StatusCode,
    pub detail: String,
    pub hint: Option<String>,
}

/// A request's body: a JSON object of which every field is known. None at all is an empty object.
pub struct Document<T>(pub T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        match to_json(&self.1) {
            Ok(text) => (self.0, [(header::CONTENT_TYPE, "application/json")], text + "\n").into_response(),
            Err(fault) => Refused::from(fault).into_response(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let text = to_json(&json!({ "detail": self.detail, "hint": self.hint })).unwrap_or_default() + "\n";
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], text).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let value = header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        response
    }
}

impl Refused {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), hint: None }
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    pub fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "this route does not know the method; GET /docs tells which it knows",
        )
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let status = match fault.kind {
            FaultKind::NotFound => StatusCode::NOT_FOUND,
            FaultKind::Conflict | FaultKind::Locked | FaultKind::Cancelled => StatusCode::CONFLICT,
            FaultKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            FaultKind::Exhausted => StatusCode::INSUFFICIENT_STORAGE,
            FaultKind::Unreachable | FaultKind::Timeout => StatusCode::SERVICE_UNAVAILABLE,
            FaultKind::Permission | FaultKind::Refused | FaultKind::Internal => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self { status, detail: secret::mask_text(&fault.to_string()), hint: fault.hint }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Document<T> {
    type Rejection = Refused;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Self, Refused> {
        let is_json = is_json(request.headers());
        let bytes = read(request.into_body()).await?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        if !bytes.is_empty() && !is_json {
            let detail = "the body must be JSON, with Content-Type: application/json";
            return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        serde_json::from_slice(text).map(Self).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => Refused::invalid(error.to_string()),
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => {
                Refused::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}"))
            }
        })
    }
}

/// A body that is too large is read on for a while, so that whoever sends it hears why it is refused.
async fn read(mut body: Body) -> Result<Vec<u8>, Refused> {
    let (mut bytes, mut over) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refused::new(StatusCode::BAD_REQUEST, "the body was cut"))?;
        let Some(data) = frame.data_ref() else { continue };
        if over > 0 || bytes.len() + data.len() > BODY_LIMIT {
            over += data.len();
        } else {
            bytes.extend_from_slice(data);
        }
        if over > MOST_HEARD {
            break;
        }
    }
    if over > 0 {
        let detail = format!("the body is larger than {BODY_LIMIT} bytes");
        return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
