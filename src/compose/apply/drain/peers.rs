//! The kernel's table of connections, and what of it comes and goes. Pure.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

/// A connection from outside: our port, and theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer {
    local: u16,
    address: IpAddr,
    port: u16,
    /// Something may still be answered on it.
    open: bool,
}

/// The connections that these addresses have made.
pub fn peers(table: &str, from: &BTreeSet<IpAddr>) -> Vec<Peer> {
    table.lines().filter_map(peer).filter(|peer| from.contains(&peer.address)).collect()
}

fn peer(line: &str) -> Option<Peer> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let (_, local) = fields.next()?.rsplit_once(':')?;
    let (address, port) = fields.next()?.rsplit_once(':')?;
    // ESTABLISHED, SYN_RECV, FIN_WAIT1 and CLOSE_WAIT: bytes may be on their way.
    let open = matches!(fields.next()?, "01" | "03" | "04" | "08");
    let number = |text: &str| u16::from_str_radix(text, 16).ok();
    Some(Peer { local: number(local)?, address: self::address(address)?, port: number(port)?, open })
}

/// Words of four bytes in the order of the machine, which is the little end first wherever Docker runs.
fn address(text: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(text.get(at..at + 8)?, 16).ok().map(u32::to_le_bytes);
    if text.len() == 8 {
        return word(0).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    let mut bytes = [0; 16];
    for (place, chunk) in bytes.chunks_exact_mut(4).enumerate() {
        chunk.copy_from_slice(&word(place * 8)?);
    }
    let address = Ipv6Addr::from(bytes);
    Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4))
}

#[derive(Debug)]
pub struct Watch {
    seen: BTreeSet<(u16, IpAddr, u16)>,
    open: usize,
    changed: Instant,
    begun: bool,
}

impl Watch {
    pub fn new(now: Instant) -> Self {
        Self { seen: BTreeSet::new(), open: 0, changed: now, begun: false }
    }

    pub fn look(&mut self, peers: &[Peer], now: Instant) {
        let known = self.seen.len();
        self.seen.extend(peers.iter().map(|peer| (peer.local, peer.address, peer.port)));
        // What was there at the first look is no news.
        if self.seen.len() > known && self.begun {
            self.changed = now;
        }
        self.begun = true;
        self.open = peers.iter().filter(|peer| peer.open).count();
    }

    pub fn open(&self) -> usize {
        self.open
    }

    /// How long nobody new has come.
    pub fn quiet_for(&self, now: Instant) -> Duration {
        now.duration_since(self.changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue
   0: 00000000:1F40 00000000:0000 0A 00000000:00000000
   1: 050011AC:1F40 020011AC:C001 01 00000000:00000000
   2: 050011AC:1F40 020011AC:C002 06 00000000:00000000
   3: 050011AC:9001 030011AC:1538 01 00000000:00000000
   4: 0100007F:1F40 0100007F:C003 01 00000000:00000000
  sl  local_address                         remote_address                        st
   0: 0000000000000000FFFF0000050011AC:1F40 0000000000000000FFFF0000020011AC:C004 08 00000000:00000000
";

    #[test]
    fn only_the_proxy_s_connections_count_and_those_that_closed_are_not_open() {
        let proxy = BTreeSet::from(["172.17.0.2".parse().unwrap()]);
        let found = peers(TABLE, &proxy);
        let told: Vec<_> = found.iter().map(|peer| (peer.port, peer.open)).collect();
        assert_eq!(told, [(0xC001, true), (0xC002, false), (0xC004, true)]);
    }

    #[test]
    fn it_is_quiet_since_the_last_one_came() {
        let begun = Instant::now();
        let at = |milliseconds| begun + Duration::from_millis(milliseconds);
        let peer = |port, open| Peer { local: 80, address: IpAddr::V4(Ipv4Addr::LOCALHOST), port, open };
        let mut watch = Watch::new(begun);
        watch.look(&[peer(1, true)], at(0));
        watch.look(&[peer(1, true), peer(2, true)], at(500));
        assert_eq!((watch.open(), watch.quiet_for(at(700)).as_millis()), (2, 200));
        watch.look(&[peer(2, false)], at(800));
        assert_eq!((watch.open(), watch.quiet_for(at(1000)).as_millis()), (0, 500), "an end is no beginning");
    }
}
