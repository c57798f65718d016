//! The guard that owns the terminal: whatever way the console ends, the shell gets its screen back as it was.

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU8, Ordering};

/// How much of the terminal is ours now; the panic hook and the watchdog must know it without the guard at hand.
static TAKEN: AtomicU8 = AtomicU8::new(NOTHING);
const NOTHING: u8 = 0;
/// Only its raw mode: a shell in a container has the screen.
const RAW: u8 = 1;
const SCREEN: u8 = 2;

pub struct TerminalGuard {
    mouse: bool,
}

impl TerminalGuard {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste, and the mouse if it is wanted.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        take(mouse)?;
        Ok(Self { mouse })
    }

    pub fn resume(&self) -> io::Result<()> {
        take(self.mouse)
    }

    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(SCREEN, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    if mouse {
        execute!(io::stdout(), EnableMouseCapture)?;
    }
    Ok(())
}

/// Every key goes to whoever reads, the screen stays as it is; until [`give_back`].
pub fn take_keys() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(RAW, Ordering::SeqCst);
    Ok(())
}

/// Does nothing when the terminal was given back already. A terminal that is gone cannot be restored, so its errors
/// are of no use to anyone.
pub fn give_back() {
    let taken = TAKEN.swap(NOTHING, Ordering::SeqCst);
    if taken == NOTHING {
        return;
    }
    // First what cannot block: the writes may, on a terminal that takes nothing.
    let _ = disable_raw_mode();
    if taken == SCREEN {
        let mut out = io::stdout();
        let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = out.flush();
    }
}
