//! Registries' credentials, looked up when the builder comes to need them.

use super::{Stranger, Troubles, one};
use crate::engine::buildkit::messages::{CredentialsRequest, CredentialsResponse};
use crate::engine::credentials::{Credentials, Secret};
use crate::engine::grpc::{self, Reply};
use crate::engine::reference::INDEX_SERVER;
use hyper::body::Incoming;

/// The address under which the builder reaches Docker's own registry.
const HUB: &str = "registry-1.docker.io";

pub async fn credentials(credentials: &Credentials, troubles: &Troubles, body: Incoming) -> Reply {
    let host = match one::<CredentialsRequest>(body).await {
        Ok(request) => request.host,
        Err(status) => return grpc::empty_reply(&status),
    };
    let server = if host == HUB { INDEX_SERVER } else { &host };
    let (found, doubt) = match credentials.lookup(server).await {
        Ok(found) => (found, None),
        Err(fault) => (None, Some(fault)),
    };
    if found.is_none() {
        // A public image can be had without; only when it cannot is the reason of interest.
        troubles.note_stranger(Stranger { server: server.to_owned(), doubt });
    }
    grpc::reply(Ok(match found {
        Some(Secret::Password { user, password }) => CredentialsResponse { user, secret: password },
        // Without a user it is taken for a token.
        Some(Secret::IdentityToken(token) | Secret::RegistryToken(token)) => {
            CredentialsResponse { user: String::new(), secret: token }
        }
        None => CredentialsResponse::default(),
    }))
}
