//! The thread that reads the terminal. It sleeps in `poll` until there is something to read, so that an idle console
//! costs nothing, and it notices when the terminal dies.

use super::signals::HANGUP_EXIT_CODE;
use super::watchdog;
use crate::app::{MouseInput, MouseKind, Msg};
use crate::config::keys::{Key, KeyPress};
use crossterm::event::{
    self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use rustix::event::{PollFd, PollFlags, poll};
use std::fs::File;
use std::io::{self, IsTerminal as _, PipeWriter, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc as blocking;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Event(Event),
    /// The terminal is gone.
    Closed,
}

enum Control {
    Pause(oneshot::Sender<()>),
    Resume,
}

/// The way to hold the thread still while something else reads the terminal.
pub struct InputThread {
    wake: PipeWriter,
    control: blocking::Sender<Control>,
}

impl InputThread {
    pub fn start() -> io::Result<(Self, mpsc::Receiver<Input>)> {
        let terminal: OwnedFd = if io::stdin().is_terminal() {
            io::stdin().as_fd().try_clone_to_owned()?
        } else {
            File::open("/dev/tty")?.into()
        };
        let (mut woken, wake) = io::pipe()?;
        let (control, commands) = blocking::channel();
        let (sender, receiver) = mpsc::channel(256);
        std::thread::Builder::new().name("input".to_owned()).spawn(move || {
            loop {
                let ready = {
                    let mut fds = [PollFd::new(&terminal, PollFlags::IN), PollFd::new(&woken, PollFlags::IN)];
                    match poll(&mut fds, None) {
                        Ok(_) => (fds[0].revents(), fds[1].revents()),
                        Err(rustix::io::Errno::INTR) => continue,
                        Err(_) => (PollFlags::ERR, PollFlags::empty()),
                    }
                };
                if !ready.1.is_empty() {
                    let mut byte = [0];
                    // The console has dropped its end: it is over.
                    if !matches!(woken.read(&mut byte), Ok(1)) || !obey(&commands) {
                        return;
                    }
                    continue;
                }
                if ready.0.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                    close(&sender);
                    return;
                }
                if !drain(&sender) {
                    return;
                }
            }
        })?;
        Ok((Self { wake, control }, receiver))
    }

    /// Returns when the thread no longer reads. What was typed before is thrown away: the thread may wait for room in
    /// the channel, and it was not meant for what comes now.
    pub async fn pause(&mut self, input: &mut mpsc::Receiver<Input>) -> io::Result<()> {
        let (acknowledge, mut acknowledged) = oneshot::channel();
        let gone = || io::Error::other("the input thread has ended");
        self.control.send(Control::Pause(acknowledge)).map_err(|_| gone())?;
        self.wake.write_all(&[0])?;
        loop {
            tokio::select! {
                paused = &mut acknowledged => return paused.map_err(|_| gone()),
                typed = input.recv() => if typed.is_none() {
                    return Err(gone());
                },
            }
        }
    }

    pub fn resume(&mut self) {
        // A thread that has ended has said so by `Closed`.
        let _ = self.control.send(Control::Resume);
    }
}

/// Takes one command; false when the console is over.
fn obey(commands: &blocking::Receiver<Control>) -> bool {
    match commands.recv() {
        Ok(Control::Pause(acknowledge)) => {
            let _ = acknowledge.send(());
            matches!(commands.recv(), Ok(Control::Resume))
        }
        Ok(Control::Resume) => true,
        Err(_) => false,
    }
}

/// Reads what is there; false when the terminal or the console is gone.
fn drain(sender: &mpsc::Sender<Input>) -> bool {
    loop {
        match event::poll(Duration::ZERO) {
            Ok(false) => return true,
            Ok(true) => match event::read() {
                Ok(event) => {
                    if sender.blocking_send(Input::Event(event)).is_err() {
                        return false;
                    }
                }
                Err(_) => break,
            },
            Err(_) => break,
        }
    }
    close(sender);
    false
}

/// The loop may be stuck in a write to the terminal that died, so the watchdog is armed from here.
fn close(sender: &mpsc::Sender<Input>) {
    watchdog::arm(i32::from(HANGUP_EXIT_CODE));
    let _ = sender.blocking_send(Input::Closed);
}

/// What the console makes of an event; `None` for those that mean nothing to it.
pub fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_press(key).map(Msg::Key),
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
        Event::Mouse(mouse) => {
            mouse_kind(mouse.kind).map(|kind| Msg::Mouse(MouseInput { x: mouse.column, y: mouse.row, kind }))
        }
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(columns, rows) => Some(Msg::Resize { columns, rows }),
    }
}

fn key_press(event: KeyEvent) -> Option<KeyPress> {
    let key = match event.code {
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab | KeyCode::BackTab => Key::Tab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(number) => Key::F(number),
        _ => return None,
    };
    let held = |modifier| event.modifiers.contains(modifier);
    let shift = held(KeyModifiers::SHIFT) || event.code == KeyCode::BackTab;
    Some(KeyPress::new(key, held(KeyModifiers::CONTROL), held(KeyModifiers::ALT), shift))
}

fn mouse_kind(kind: MouseEventKind) -> Option<MouseKind> {
    match kind {
        MouseEventKind::Down(MouseButton::Left) => Some(MouseKind::Click),
        MouseEventKind::ScrollUp => Some(MouseKind::ScrollUp),
        MouseEventKind::ScrollDown => Some(MouseKind::ScrollDown),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}
