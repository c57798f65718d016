//! A socket in front of an Engine's, which can fall silent, close, and cut an answer where it is told to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    Open,
    /// Connections are taken in and kept, and nothing moves on them.
    Silent,
    /// All connections end, and no new one is taken.
    Closed,
    /// An answer to a request for such a path ends after so many bytes of its body.
    Cut {
        path: &'static str,
        bytes: usize,
    },
}

pub struct Proxy {
    directory: TempDir,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// In front of this socket. Lives in the runtime of the case.
    pub fn new(engine: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let listener = UnixListener::bind(directory.path().join("docker.sock")).expect("a socket");
        let (mode, state) = watch::channel(Mode::Open);
        let engine: Arc<Path> = engine.into();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, Arc::clone(&engine), state.clone()));
            }
        });
        Self { directory, mode }
    }

    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("docker.sock")
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn carry(mut client: UnixStream, engine: Arc<Path>, mut mode: watch::Receiver<Mode>) {
    if *mode.borrow() == Mode::Closed {
        return;
    }
    let Ok(mut engine) = UnixStream::connect(&engine).await else { return };
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    let (mut upward, mut downward) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        let now = mode.borrow_and_update().clone();
        if now == Mode::Closed {
            return;
        }
        let moving = now != Mode::Silent;
        tokio::select! {
            changed = mode.changed() => if changed.is_err() { return },
            read = client.read(&mut upward), if moving => match read {
                Ok(length) if length > 0 => {
                    request.extend_from_slice(&upward[..length]);
                    if engine.write_all(&upward[..length]).await.is_err() { return }
                }
                _ => return,
            },
            read = engine.read(&mut downward), if moving => match read {
                Ok(length) if length > 0 => {
                    let before = answer.len();
                    answer.extend_from_slice(&downward[..length]);
                    let end = end(&now, &request, &answer);
                    let shown = end.unwrap_or(answer.len()).max(before);
                    if client.write_all(&answer[before..shown]).await.is_err() || end.is_some() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// Where the answer is to end.
fn end(mode: &Mode, request: &[u8], answer: &[u8]) -> Option<usize> {
    let Mode::Cut { path, bytes } = mode else { return None };
    let line = String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next()?).into_owned();
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    (line.contains(path) && answer.len() >= head + bytes).then_some(head + bytes)
}
