//! The last resort: once the console is told to end, or its terminal is gone, the process ends within a second, even
//! when the loop is stuck in a write. Tasks live in processes of their own and go on.

use super::terminal;
use std::thread;
use std::time::Duration;

const GRACE: Duration = Duration::from_millis(700);
/// For putting the terminal back, which may block as well.
const LAST_GRACE: Duration = Duration::from_millis(100);

/// Ends the process with the code after the grace, unless it ends by itself before.
pub fn arm(exit_code: i32) {
    let spawned = thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
        thread::sleep(GRACE);
        let restored = thread::Builder::new().spawn(terminal::give_back);
        if restored.is_ok() {
            thread::sleep(LAST_GRACE);
        }
        std::process::exit(exit_code);
    });
    if spawned.is_err() {
        // Without a thread nobody waits for the loop, so there is no grace either.
        std::process::exit(exit_code);
    }
}
