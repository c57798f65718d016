//! What the builder may ask its client for while it builds: files, credentials, secrets, an agent of SSH.
//!
//! The daemon asks on a connection that the client opened. Whatever it asks for that was not offered it does not get.

mod agent;
mod auth;
mod files;
mod followed;

pub use files::{BuildFile, FileContent, Files};

use super::messages::{
    AgentRequest, CHECK_AGENT, CREDENTIALS, DIFF_COPY, FORWARD_AGENT, GET_SECRET, HEALTH, Health, Nothing,
    SecretRequest, SecretResponse,
};
use crate::domain::Fault;
use crate::engine::connect::Engine;
use crate::engine::credentials::Credentials;
use crate::engine::grpc::{self, NOT_FOUND, Received, Reply, Status, UNIMPLEMENTED};
use hyper::Request;
use hyper::body::Incoming;
use prost::Message;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

const METHODS: [&str; 6] = [HEALTH, CREDENTIALS, DIFF_COPY, GET_SECRET, CHECK_AGENT, FORWARD_AGENT];

/// What a step may mount and nothing keeps.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BuildSecret(pub Vec<u8>);

impl fmt::Debug for BuildSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BuildSecret(…)")
    }
}

/// What is offered.
#[derive(Default)]
pub struct Offer {
    /// Directories by the names that the builder knows them by.
    pub directories: BTreeMap<String, Files>,
    pub secrets: BTreeMap<String, BuildSecret>,
    /// Sockets of agents by name.
    pub agents: BTreeMap<String, PathBuf>,
    pub credentials: Credentials,
}

/// A registry that was asked by nobody in particular.
#[derive(Debug, Clone)]
pub struct Stranger {
    pub server: String,
    /// Why the credentials that there may be could not be had.
    pub doubt: Option<Fault>,
}

/// What went wrong on this side: the builder's words for it say little.
#[derive(Debug, Clone, Default)]
pub struct Troubles {
    /// Why files could not be sent.
    files: Arc<Mutex<Option<Fault>>>,
    /// The registries for which there were no credentials, with the reason where it is none of theirs.
    strangers: Arc<Mutex<Vec<Stranger>>>,
    /// Why an agent of SSH was of no use.
    agent: Arc<Mutex<Option<String>>>,
}

impl Troubles {
    pub fn of_files(&self) -> Option<Fault> {
        self.files.lock().ok()?.take()
    }

    pub fn strangers(&self) -> Vec<Stranger> {
        self.strangers.lock().map(|strangers| strangers.clone()).unwrap_or_default()
    }

    fn note_files(&self, fault: Fault) {
        if let Ok(mut slot) = self.files.lock() {
            slot.get_or_insert(fault);
        }
    }

    /// A step that was left without its agent says only that it has no key.
    pub fn with_agent(&self, fault: Fault) -> Fault {
        match self.agent.lock().ok().and_then(|mut slot| slot.take()) {
            Some(words) => fault.because(words).hint("does the agent run? `ssh-add -l` asks it"),
            None => fault,
        }
    }

    fn note_agent(&self, words: String) {
        if let Ok(mut slot) = self.agent.lock() {
            slot.get_or_insert(words);
        }
    }

    fn note_stranger(&self, stranger: Stranger) {
        if let Ok(mut strangers) = self.strangers.lock() {
            strangers.push(stranger);
        }
    }
}

/// An open session; it ends when it is dropped.
pub struct Session {
    pub id: String,
    pub troubles: Troubles,
    serving: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Session {
    /// `shared` is the same for the same directories: the daemon keeps what it was sent and asks for what is new.
    pub async fn open(engine: &Engine, shared: &str, offer: Offer) -> Result<Self, Fault> {
        let id = random();
        let mut headers = vec![
            ("x-docker-expose-session-uuid", id.clone()),
            ("x-docker-expose-session-name", "mcp-tui".to_owned()),
            ("x-docker-expose-session-sharedkey", shared.to_owned()),
        ];
        headers.extend(METHODS.map(|method| ("x-docker-expose-session-grpc-method", method.to_owned())));
        let stream = engine.upgrade("/session", &headers, "open a session with the builder").await?;
        let troubles = Troubles::default();
        let (offer, noted) = (Arc::new(offer), troubles.clone());
        let serving = tokio::spawn(grpc::serve(stream, move |request| {
            answer(Arc::clone(&offer), noted.clone(), request)
        }));
        Ok(Self { id, troubles, serving })
    }
}

/// A name that nobody else has.
pub fn random() -> String {
    let words = [(); 2].map(|()| RandomState::new().build_hasher().finish());
    format!("{:016x}{:016x}", words[0], words[1])
}

async fn answer(offer: Arc<Offer>, troubles: Troubles, request: Request<Incoming>) -> Reply {
    let (head, body) = request.into_parts();
    match head.uri.path() {
        HEALTH => grpc::reply(Ok(Health { status: 1 })),
        CREDENTIALS => auth::credentials(&offer.credentials, &troubles, body).await,
        DIFF_COPY => files::diff_copy(&offer.directories, troubles, &head.headers, body),
        GET_SECRET => grpc::reply(secret(&offer, body).await),
        CHECK_AGENT => grpc::reply(agent_known(&offer, body).await),
        FORWARD_AGENT => agent::forward(&offer.agents, troubles, &head.headers, body).await,
        path => grpc::empty_reply(&Status::new(UNIMPLEMENTED, format!("{path} is not offered"))),
    }
}

async fn secret(offer: &Offer, body: Incoming) -> Result<SecretResponse, Status> {
    let id = one::<SecretRequest>(body).await?.id;
    let secret = offer.secrets.get(&id);
    let secret =
        secret.ok_or_else(|| Status::new(NOT_FOUND, format!("secret {id}: not found in `build.secrets`")))?;
    Ok(SecretResponse { data: secret.0.clone() })
}

async fn agent_known(offer: &Offer, body: Incoming) -> Result<Nothing, Status> {
    let id = one::<AgentRequest>(body).await?.id;
    agent::socket(&offer.agents, &id).map(|_| Nothing {})
}

/// The one message of a request.
async fn one<M: Message + Default>(body: Incoming) -> Result<M, Status> {
    let message = Received::new(body).next().await.transpose()?;
    Ok(message.unwrap_or_default())
}
