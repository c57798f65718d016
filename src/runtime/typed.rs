//! What is typed or piped into the program, handed on as it is.

use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, PipeReader};
use tokio::sync::mpsc;

/// Reads standard input until it ends or the returned pipe end is dropped; the channel closes with it.
pub fn read() -> io::Result<(io::PipeWriter, mpsc::Receiver<Vec<u8>>)> {
    let (stopped, stop) = io::pipe()?;
    let (sender, receiver) = mpsc::channel(64);
    std::thread::Builder::new().name("input".to_owned()).spawn(move || forward(&stopped, &sender))?;
    Ok((stop, receiver))
}

fn forward(stopped: &PipeReader, sender: &mpsc::Sender<Vec<u8>>) {
    let stdin = io::stdin();
    let mut buffer = [0; 16 * 1024];
    loop {
        let (terminal, stop) = {
            let mut fds = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
            if poll(&mut fds, None).is_err_and(|error| error != rustix::io::Errno::INTR) {
                return;
            }
            (fds[0].revents(), fds[1].revents())
        };
        if !stop.is_empty() {
            return;
        }
        if terminal.is_empty() {
            continue;
        }
        match rustix::io::read(&stdin, &mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                if sender.blocking_send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
