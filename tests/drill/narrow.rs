//! A socket in front of the Engine's, by which a console sees only the containers with one label: what else this machine
//! runs may be in trouble of its own. All other requests, and all answers, pass as they are.

use crate::support::engine::SOCKET;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

pub struct Narrow {
    socket: PathBuf,
    over: Arc<AtomicBool>,
}

impl Narrow {
    /// A socket of this path.
    pub fn new(socket: &Path, label: &str) -> Self {
        let listener = UnixListener::bind(socket).expect("a socket");
        let over = Arc::new(AtomicBool::new(false));
        let (ended, label) = (Arc::clone(&over), label.to_owned());
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), false) = (client, ended.load(Ordering::Relaxed)) else { return };
                let label = label.clone();
                // Whoever is cut off asks again.
                thread::spawn(move || carry(client, &label).ok());
            }
        });
        Self { socket: socket.to_owned(), over }
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes the listener, which then ends.
        drop(UnixStream::connect(&self.socket));
    }
}

fn carry(client: UnixStream, label: &str) -> io::Result<()> {
    let mut engine = UnixStream::connect(SOCKET)?;
    let (mut answers, mut back) = (engine.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        drop(io::copy(&mut answers, &mut back));
        back.shutdown(Shutdown::Both)
    });
    let carried = requests(&mut BufReader::new(client), &mut engine, label);
    engine.shutdown(Shutdown::Both).ok();
    carried
}

fn requests(client: &mut impl BufRead, engine: &mut impl Write, label: &str) -> io::Result<()> {
    loop {
        let (mut head, mut length, mut raw) = (String::new(), 0, false);
        while !head.ends_with("\r\n\r\n") {
            let from = head.len();
            if client.read_line(&mut head)? == 0 {
                return Ok(());
            }
            let line = head[from..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            raw |= line.starts_with("upgrade:") || line.starts_with("transfer-encoding:");
        }
        engine.write_all(narrowed(&head, label).as_bytes())?;
        if raw {
            return io::copy(client, engine).map(drop);
        }
        io::copy(&mut client.by_ref().take(length), engine)?;
    }
}

/// Lists and events are asked for with the label.
fn narrowed(head: &str, label: &str) -> String {
    let mut words = head.splitn(3, ' ');
    let (Some(method), Some(target), Some(rest)) = (words.next(), words.next(), words.next()) else {
        return head.to_owned();
    };
    let path = target.split('?').next().unwrap_or_default();
    let lists = path.ends_with("/containers/json") || path.ends_with("/events");
    if !lists || target.contains("filters=") {
        return head.to_owned();
    }
    let mark = if target.contains('?') { '&' } else { '?' };
    format!("{method} {target}{mark}filters=%7B%22label%22%3A%5B%22{label}%22%5D%7D {rest}")
}
