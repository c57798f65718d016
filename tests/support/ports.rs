//! Ports of the host for tests that run at the same time, in this program or in another.
//!
//! A port that was free a moment ago may be anybody's by the time a container is to publish it: the kernel and the
//! Engine give such ports away by themselves. These stand below all that they give away, and a lock sees to it that no
//! two test programs have the same.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::{Mutex, OnceLock, PoisonError};

const FIRST: u16 = 20_000;
const BLOCKS: u16 = 50;
/// How many ports a program may take in all.
const BLOCK: u16 = 200;

/// A number that no other test program of this machine has while this one runs.
pub fn block() -> u16 {
    static HELD: OnceLock<(u16, File)> = OnceLock::new();
    let held = HELD.get_or_init(|| {
        let folder = std::env::temp_dir().join("mcp-tui-test-ports");
        fs::create_dir_all(&folder).expect("a folder for locks");
        let lock = |number: u16| {
            let file =
                File::options().create(true).append(true).open(folder.join(number.to_string())).ok()?;
            file.try_lock().is_ok().then_some((number, file))
        };
        (0..BLOCKS).find_map(lock).expect("fewer test programs at once")
    });
    held.0
}

/// The first of so many ports in a row, which are this caller's alone.
pub fn take(count: u16) -> u16 {
    static NEXT: Mutex<u16> = Mutex::new(0);
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        assert!(*next + count <= BLOCK, "the tests of one program take at most {BLOCK} ports");
        let first = FIRST + block() * BLOCK + *next;
        // A service of the machine may stand here all the same.
        if (first..first + count).all(is_free) {
            *next += count;
            return first;
        }
        *next += 1;
    }
}

fn is_free(port: u16) -> bool {
    let everywhere = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    let taken = |address: IpAddr| {
        TcpListener::bind((address, port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
    };
    !everywhere.into_iter().any(taken)
}
