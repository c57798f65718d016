//! A bucket of S3 on the loopback address: it keeps what it is given in memory, lets nobody in whose signature is wrong, and
//! fails as a test wants it to.

#[path = "bucket/http.rs"]
mod http;
#[path = "bucket/signature.rs"]
mod signature;

use crate::support::http::Reply;
use http::{Request, refusal, serve, xml};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio_rustls::rustls::ServerConfig;

pub const NAME: &str = "backups";
pub const ID: &str = "mcp-tui-test";
pub const SECRET: &str = "canary-of-the-bucket/+=";
/// A bucket takes no shorter piece of a file, but for the last.
const SHORTEST_PIECE: usize = 5 << 20;
/// So that a list of a few files has several pages.
const PAGE: usize = 3;

/// What happens to a request instead of what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// `503 Slow Down`
    Busy,
    /// `507`: there is no room.
    Full,
    /// So much of its body is read, and then the connection is cut.
    CutRequest(usize),
    /// So much of the answer's body is sent, and then the connection is cut.
    CutAnswer(usize),
    /// It is never answered.
    Silence,
}

type Mood = Box<dyn FnMut(&str) -> Trouble + Send>;

pub struct Bucket {
    address: SocketAddr,
    secure: bool,
    shared: Arc<Shared>,
}

struct Shared {
    held: Mutex<Held>,
}

struct Held {
    files: BTreeMap<String, File>,
    uploads: BTreeMap<String, Upload>,
    /// `PUT key`, `GET key`, one per request that was let in.
    requests: Vec<String>,
    mood: Mood,
    count: u64,
}

#[derive(Clone)]
struct File {
    bytes: Vec<u8>,
    sum: String,
    e_tag: String,
}

struct Upload {
    key: String,
    sum: String,
    pieces: BTreeMap<u32, Vec<u8>>,
}

impl Bucket {
    pub fn open() -> Self {
        Self::with(None)
    }

    /// The same over TLS.
    pub fn secured(config: Arc<ServerConfig>) -> Self {
        Self::with(Some(config))
    }

    fn with(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let held = Held {
            files: BTreeMap::new(),
            uploads: BTreeMap::new(),
            requests: Vec::new(),
            mood: Box::new(|_| Trouble::None),
            count: 0,
        };
        let shared = Arc::new(Shared { held: Mutex::new(held) });
        let serving = Arc::clone(&shared);
        let secure = tls.is_some();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (serving, tls) = (Arc::clone(&serving), tls.clone());
                std::thread::spawn(move || serve(stream, tls, &*serving));
            }
        });
        Self { address, secure, shared }
    }

    pub fn endpoint(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.shared.held.lock().expect("the bucket")
    }

    /// What each request meets from now on; it is asked with `PUT key`, and `PUT key?2` of the second piece of a file.
    pub fn mood(&self, mood: impl FnMut(&str) -> Trouble + Send + 'static) {
        self.held().mood = Box::new(mood);
    }

    pub fn keys(&self) -> Vec<String> {
        self.held().files.keys().cloned().collect()
    }

    /// What was let in since it was asked last.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.held().requests)
    }

    /// Uploads that were begun and neither ended nor given up.
    pub fn unfinished(&self) -> usize {
        self.held().uploads.len()
    }

    /// Changes one bit in the middle of a file.
    pub fn rot(&self, key: &str) {
        let mut held = self.held();
        let file = held.files.get_mut(key).unwrap_or_else(|| panic!("there is no {key}"));
        let middle = file.bytes.len() / 2;
        file.bytes[middle] ^= 1;
    }

    pub fn read(&self, key: &str) -> Vec<u8> {
        self.held().files.get(key).unwrap_or_else(|| panic!("there is no {key}")).bytes.clone()
    }
}

impl http::Server for Shared {
    fn trouble(&self, request: &Request) -> Trouble {
        let name = name_of(request);
        (self.held.lock().expect("the bucket").mood)(&name)
    }

    fn answer(&self, request: &Request) -> Reply {
        if let Err(code) = signature::check(request) {
            return refusal(403, code, "The signature does not match.");
        }
        let mut held = self.held.lock().expect("the bucket");
        held.requests.push(name_of(request));
        held.answer(request)
    }
}

fn name_of(request: &Request) -> String {
    let key = request.path.strip_prefix(&format!("/{NAME}")).unwrap_or(&request.path);
    let piece = request.query.get("partNumber").map(|number| format!("?{number}")).unwrap_or_default();
    format!("{} {}{piece}", request.method, key.trim_start_matches('/'))
}

impl Held {
    fn answer(&mut self, request: &Request) -> Reply {
        let Some(rest) = request.path.strip_prefix(&format!("/{NAME}")) else {
            return refusal(404, "NoSuchBucket", "The specified bucket does not exist");
        };
        let key = rest.trim_start_matches('/').to_owned();
        let upload = request.query.get("uploadId").cloned();
        match (request.method.as_str(), upload) {
            ("GET", _) if key.is_empty() => self.list(request),
            ("GET" | "HEAD", _) => self.get(request, &key),
            ("POST", None) if request.query.contains_key("uploads") => self.begin(request, key),
            ("PUT", Some(upload)) => self.take_piece(request, &upload),
            ("POST", Some(upload)) => self.finish(request, &upload),
            ("DELETE", Some(upload)) => {
                self.uploads.remove(&upload);
                Reply::empty(204)
            }
            ("PUT", None) => {
                let e_tag = self.keep(key, request.body.clone(), noted(request));
                Reply::empty(200).header("ETag", &e_tag)
            }
            ("DELETE", None) => {
                self.files.remove(&key);
                Reply::empty(204)
            }
            (_, _) => refusal(405, "MethodNotAllowed", "no"),
        }
    }

    fn keep(&mut self, key: String, bytes: Vec<u8>, sum: String) -> String {
        self.count += 1;
        let e_tag = format!("\"{:032x}\"", self.count);
        self.files.insert(key, File { bytes, sum, e_tag: e_tag.clone() });
        e_tag
    }

    fn get(&self, request: &Request, key: &str) -> Reply {
        let Some(file) = self.files.get(key) else {
            return refusal(404, "NoSuchKey", "The specified key does not exist.");
        };
        let range = request.headers.get("range").and_then(|range| {
            let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            let last = last.parse().unwrap_or(file.bytes.len() - 1).min(file.bytes.len() - 1);
            Some((first.parse::<usize>().ok()?, last))
        });
        let reply = match range {
            Some((first, last)) => Reply::bytes(206, file.bytes[first..=last].to_vec())
                .header("Content-Range", &format!("bytes {first}-{last}/{}", file.bytes.len())),
            None => Reply::bytes(200, file.bytes.clone()),
        };
        reply
            .header("ETag", &file.e_tag)
            .header("Last-Modified", "Wed, 01 Jan 2020 10:31:04 GMT")
            .header("x-amz-meta-sha256", &file.sum)
    }

    /// A page of it, and where the next begins.
    fn list(&self, request: &Request) -> Reply {
        let asked = |name: &str| request.query.get(name).map_or("", String::as_str);
        let (prefix, delimiter, after) = (asked("prefix"), asked("delimiter"), asked("continuation-token"));
        let mut text = String::from("<?xml version=\"1.0\"?><ListBucketResult>");
        let mut shown: Vec<String> = Vec::new();
        let mut next = None;
        for (key, file) in self.files.iter().filter(|(key, _)| key.starts_with(prefix)) {
            let rest = &key[prefix.len()..];
            let end = if delimiter.is_empty() { None } else { rest.find(delimiter) };
            let name = end.map_or_else(|| key.clone(), |end| format!("{prefix}{}", &rest[..=end]));
            if name.as_str() <= after || shown.last() == Some(&name) {
                continue;
            }
            if shown.len() == PAGE {
                next = shown.last().cloned();
                break;
            }
            if end.is_some() {
                let _ = write!(text, "<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>");
            } else {
                let _ = write!(
                    text,
                    "<Contents><Key>{key}</Key><Size>{}</Size><LastModified>2020-01-01T10:31:04.000Z</LastModified>\
                     <ETag>{}</ETag></Contents>",
                    file.bytes.len(),
                    file.e_tag.replace('"', "&quot;")
                );
            }
            shown.push(name);
        }
        if let Some(next) = next {
            let _ = write!(text, "<NextContinuationToken>{next}</NextContinuationToken>");
        }
        text.push_str("</ListBucketResult>");
        xml(200, &text)
    }

    fn begin(&mut self, request: &Request, key: String) -> Reply {
        self.count += 1;
        let id = format!("upload-{}", self.count);
        self.uploads.insert(id.clone(), Upload { key, sum: noted(request), pieces: BTreeMap::new() });
        xml(
            200,
            &format!(
                "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
            ),
        )
    }

    fn take_piece(&mut self, request: &Request, upload: &str) -> Reply {
        let number = request.query.get("partNumber").and_then(|number| number.parse().ok());
        let (Some(upload), Some(number)) = (self.uploads.get_mut(upload), number) else {
            return refusal(404, "NoSuchUpload", "The specified upload does not exist.");
        };
        upload.pieces.insert(number, request.body.clone());
        Reply::empty(200).header("ETag", &format!("\"{}\"", hexadecimal(&Sha256::digest(&request.body))))
    }

    fn finish(&mut self, request: &Request, upload: &str) -> Reply {
        let Some(upload) = self.uploads.remove(upload) else {
            return refusal(404, "NoSuchUpload", "The specified upload does not exist.");
        };
        let asked = String::from_utf8_lossy(&request.body);
        let mut bytes = Vec::new();
        let count = upload.pieces.len();
        for (at, (number, piece)) in upload.pieces.into_iter().enumerate() {
            let e_tag = hexadecimal(&Sha256::digest(&piece));
            if !asked.contains(&format!("<PartNumber>{number}</PartNumber>")) || !asked.contains(&e_tag) {
                return refusal(400, "InvalidPart", "A piece is not the one that was sent.");
            }
            if at + 1 < count && piece.len() < SHORTEST_PIECE {
                return refusal(400, "EntityTooSmall", "A piece is too short.");
            }
            bytes.extend(piece);
        }
        let e_tag = self.keep(upload.key, bytes, upload.sum).replace('"', "&quot;");
        xml(
            200,
            &format!("<CompleteMultipartUploadResult><ETag>{e_tag}</ETag></CompleteMultipartUploadResult>"),
        )
    }
}

fn noted(request: &Request) -> String {
    request.headers.get("x-amz-meta-sha256").cloned().unwrap_or_default()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
