//! Addresses of the host that ports are published at.

use super::Port;
use std::net::IpAddr;

impl Port {
    /// `None` stands for every address there is, in IPv4 and in IPv6.
    pub fn host_address(&self) -> Option<IpAddr> {
        self.host_ip.parse().ok()
    }
}

/// Whether a port of the host cannot be published at both. `0.0.0.0` is every address of IPv4 alone and `::` every one
/// of IPv6 alone: two containers may share a port that way.
pub fn meet(left: Option<IpAddr>, right: Option<IpAddr>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return true };
    let (left, right) = (left.to_canonical(), right.to_canonical());
    left.is_ipv4() == right.is_ipv4() && (left == right || left.is_unspecified() || right.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "", true)]
    #[case("", "::1", true)]
    #[case("127.0.0.1", "", true)]
    #[case("0.0.0.0", "127.0.0.1", true)]
    #[case("::", "::1", true)]
    #[case("127.0.0.1", "::ffff:127.0.0.1", true)]
    #[case("0.0.0.0", "::", false)]
    #[case("0.0.0.0", "::1", false)]
    #[case("127.0.0.1", "::", false)]
    #[case("127.0.0.1", "127.0.0.2", false)]
    fn as_the_engine_has_it(#[case] left: &str, #[case] right: &str, #[case] expected: bool) {
        let at = |text: &str| Port { host_ip: text.to_owned(), ..Port::default() }.host_address();
        assert_eq!(meet(at(left), at(right)), expected);
        assert_eq!(meet(at(right), at(left)), expected, "the other way round");
    }
}
