//! Subnets for networks whose addresses a stack chooses itself.

use crate::support::ports;
use std::fs;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU8, Ordering};

/// A subnet that no other trial has, in this program or another, and to which this machine has no way yet.
pub fn take() -> String {
    static NEXT: AtomicU8 = AtomicU8::new(0);
    let second = u8::try_from(200 + ports::block()).expect("fewer blocks than that");
    let routes = routes();
    loop {
        let third = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(third < u8::MAX, "the tests of one program take at most 255 subnets");
        let subnet = Ipv4Addr::new(10, second, third, 0);
        if !routes.iter().any(|(to, mask)| u32::from(subnet) & mask & MASK == to & mask & MASK) {
            return format!("{subnet}/24");
        }
    }
}

const MASK: u32 = 0xffff_ff00;

/// Destination and mask of every way but the one to everywhere else.
fn routes() -> Vec<(u32, u32)> {
    // The kernel writes addresses as they stand in memory.
    let number = |text: &str| u32::from_str_radix(text, 16).map(u32::from_be).ok();
    let table = fs::read_to_string("/proc/net/route").expect("the routes of this machine");
    let route = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        Some((number(columns.get(1)?)?, number(columns.get(7)?)?))
    };
    table.lines().skip(1).filter_map(route).filter(|(_, mask)| *mask != 0).collect()
}
