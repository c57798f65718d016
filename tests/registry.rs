//! A registry on the loopback address, which an Engine talks to without TLS: what it holds is made from an image of
//! the Engine's own, and it asks for credentials or breaks off when a test wants it to.

mod http;
mod image;

use self::http::{Request, json, refusal, serve, typed};
use crate::support::http::Reply;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

pub const USER: &str = "tester";
pub const PASSWORD: &str = "open:sesame";
const TOKEN: &str = "a-token-of-this-registry";

/// Whom it lets in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Everybody,
    /// With [`USER`] and [`PASSWORD`] in each request.
    Basic,
    /// With a token that is got for them.
    Bearer,
}

pub struct Registry {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    access: Access,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    blobs: BTreeMap<String, Vec<u8>>,
    /// By `name:reference`.
    manifests: BTreeMap<String, Vec<u8>>,
    /// Bytes after which the next blob longer than that is cut off; asked for again, it is gone.
    cut: Option<usize>,
    gone: Option<String>,
    requests: Vec<String>,
}

impl Registry {
    pub fn start(access: Access) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared { access, held: Mutex::default() });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = Arc::clone(&serving);
                std::thread::spawn(move || serve(stream, |request| serving.answer(request, address)));
            }
        });
        Self { address, shared }
    }

    /// `127.0.0.1:40123`
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Holds an image of the Engine under another name, with one more layer of so many bytes that nobody else has.
    /// The reference to pull it by.
    pub fn offer(&self, image: &str, name: &str, bytes: usize) -> String {
        let (blobs, manifest) = image::exported(image, bytes);
        let mut held = self.shared.held.lock().expect("the registry");
        held.blobs.extend(blobs);
        held.manifests.insert(format!("{name}:latest"), manifest);
        format!("{}/{name}:latest", self.address)
    }

    /// Breaks off in the middle of the next blob that is longer, and does not have it any more.
    pub fn break_after(&self, bytes: usize) {
        self.shared.held.lock().expect("the registry").cut = Some(bytes);
    }

    /// Has again what it had.
    pub fn mend(&self) {
        let mut held = self.shared.held.lock().expect("the registry");
        held.cut = None;
        held.gone = None;
    }

    /// `GET /v2/…`, one per request.
    pub fn requests(&self) -> Vec<String> {
        self.shared.held.lock().expect("the registry").requests.clone()
    }

    /// The text of a `config.json` that knows the way in.
    pub fn docker_config(&self) -> String {
        let auth = STANDARD.encode(format!("{USER}:{PASSWORD}"));
        format!(r#"{{ "auths": {{ "{}": {{ "auth": "{auth}" }} }} }}"#, self.address)
    }
}

impl Shared {
    fn answer(&self, request: &Request, address: SocketAddr) -> Reply {
        let mut held = self.held.lock().expect("the registry");
        held.requests.push(format!("{} {}", request.method, request.path));
        let basic = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
        let given = request.headers.get("authorization").map(String::as_str);
        if request.path == "/token" {
            return if given == Some(&basic) {
                json(200, &format!(r#"{{"token":"{TOKEN}","expires_in":300}}"#))
            } else {
                refusal(401, "UNAUTHORIZED", "incorrect username or password")
            };
        }
        let (wanted, challenge) = match self.access {
            Access::Everybody => (None, String::new()),
            Access::Basic => (Some(basic), "Basic realm=\"test\"".to_owned()),
            Access::Bearer => (
                Some(format!("Bearer {TOKEN}")),
                format!("Bearer realm=\"http://{address}/token\",service=\"test\""),
            ),
        };
        if wanted.is_some_and(|wanted| given != Some(&wanted)) {
            return refusal(401, "UNAUTHORIZED", "authentication required")
                .header("WWW-Authenticate", &challenge);
        }
        held.answer(request)
    }
}

impl Held {
    fn answer(&mut self, request: &Request) -> Reply {
        let Some(path) = request.path.strip_prefix("/v2/") else {
            return refusal(404, "UNSUPPORTED", "no such page");
        };
        let unknown = || refusal(404, "MANIFEST_UNKNOWN", "manifest unknown");
        if path.is_empty() {
            return json(200, "{}");
        }
        if let Some((name, reference)) = path.split_once("/manifests/") {
            let key = format!("{name}:{reference}");
            if request.method == "PUT" {
                self.manifests.insert(format!("{name}:{}", digest(&request.body)), request.body.clone());
                self.manifests.insert(key, request.body.clone());
                return Reply::empty(201).header("Docker-Content-Digest", &digest(&request.body));
            }
            let by_digest = || self.manifests.values().find(|manifest| digest(manifest) == reference);
            let found = self.manifests.get(&key).or_else(by_digest);
            return found.map_or_else(unknown, |manifest| {
                let kind = "application/vnd.docker.distribution.manifest.v2+json";
                typed(200, kind, manifest.clone()).header("Docker-Content-Digest", &digest(manifest))
            });
        }
        if let Some((name, rest)) = path.split_once("/blobs/uploads/") {
            return self.upload(request, name, rest);
        }
        let Some((_, wanted)) = path.split_once("/blobs/") else { return unknown() };
        let Some(blob) = self.blobs.get(wanted).filter(|_| self.gone.as_deref() != Some(wanted)) else {
            return refusal(404, "BLOB_UNKNOWN", "blob unknown to registry");
        };
        let reply = typed(200, "application/octet-stream", blob.clone());
        match self.cut {
            Some(cut) if blob.len() > cut && request.method == "GET" => {
                self.gone = Some(wanted.to_owned());
                reply.cut_after(cut)
            }
            _ => reply,
        }
    }

    /// One upload at a time, in one piece or in several.
    fn upload(&mut self, request: &Request, name: &str, rest: &str) -> Reply {
        let location = format!("/v2/{name}/blobs/uploads/{}", rest.trim_matches('/'));
        match request.method.as_str() {
            "POST" => {
                let id = format!("upload-{}", self.requests.len());
                Reply::empty(202).header("Location", &format!("/v2/{name}/blobs/uploads/{id}"))
            }
            "PATCH" => {
                self.blobs.entry(rest.to_owned()).or_default().extend_from_slice(&request.body);
                let end = self.blobs.get(rest).map_or(0, Vec::len).saturating_sub(1);
                Reply::empty(202).header("Location", &location).header("Range", &format!("0-{end}"))
            }
            _ => {
                let mut blob = self.blobs.remove(rest).unwrap_or_default();
                blob.extend_from_slice(&request.body);
                let key = digest(&blob);
                self.blobs.insert(key.clone(), blob);
                Reply::empty(201).header("Docker-Content-Digest", &key)
            }
        }
    }
}

/// `sha256:…`
fn digest(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
