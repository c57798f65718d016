//! How a check reaches what it asks: over the network, or in the simulated world.

use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialer {
    Network,
    /// The socket of a simulated network. One line asks for a connection (`CONNECT host:port`), one line answers
    /// (`OK` or `REFUSED`), and what follows is the connection.
    Simulated(PathBuf),
}

/// A connection, whatever it runs over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Dialer {
    pub(super) async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>> {
        match self {
            Self::Network => {
                let stream = TcpStream::connect((host, port)).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Simulated(socket) => Ok(Box::new(simulated(socket, host, port).await?)),
        }
    }
}

async fn simulated(socket: &Path, host: &str, port: u16) -> Result<UnixStream> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(format!("CONNECT {host}:{port}\n").as_bytes()).await?;
    let mut answer = Vec::new();
    // Byte by byte: what follows the line belongs to the connection.
    while answer.len() < 16 {
        match stream.read_u8().await? {
            b'\n' => break,
            byte => answer.push(byte),
        }
    }
    match answer.as_slice() {
        b"OK" => Ok(stream),
        b"REFUSED" => Err(Error::from(ErrorKind::ConnectionRefused)),
        _ => Err(Error::new(ErrorKind::InvalidData, "the simulated network gave no answer that is known")),
    }
}

/// Why there is no connection, in a few words.
pub(super) fn words(error: &Error, host: &str) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        ErrorKind::ConnectionReset => "connection reset".to_owned(),
        ErrorKind::HostUnreachable => format!("no route to {host}"),
        ErrorKind::NetworkUnreachable => format!("no network leads to {host}"),
        ErrorKind::TimedOut => "connection timed out".to_owned(),
        ErrorKind::UnexpectedEof => "connection closed before the answer".to_owned(),
        _ if error.to_string().starts_with("failed to lookup address") => {
            format!("the name {host} is not known")
        }
        _ => error.to_string(),
    }
}
