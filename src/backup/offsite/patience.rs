//! A connection that is given up when nothing moves on it. A slow one is not: each byte in either direction begins the time
//! anew.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

pub struct Patient<S> {
    inner: S,
    limit: Duration,
    end: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    pub fn new(inner: S, limit: Duration) -> Self {
        Self { inner, limit, end: Box::pin(tokio::time::sleep(limit)) }
    }

    fn judged<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.end.as_mut().reset(Instant::now() + self.limit);
            return polled;
        }
        let limit = self.limit;
        self.end.as_mut().poll(context).map(|()| {
            let text = format!("nothing moved for {} seconds", limit.as_secs());
            Err(io::Error::new(io::ErrorKind::TimedOut, text))
        })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.judged(context, polled)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.judged(context, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn what_moves_is_waited_for_and_what_does_not_is_given_up() {
        let (ours, mut theirs) = duplex(16);
        let mut ours = Patient::new(ours, Duration::from_millis(1));
        theirs.write_all(b"x").await.unwrap();
        let mut read = [0; 1];
        ours.read_exact(&mut read).await.unwrap();
        let ended = ours.read_exact(&mut read).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        // What was given up once may go on all the same.
        theirs.write_all(b"y").await.unwrap();
        ours.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"y");
    }
}
