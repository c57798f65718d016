//! The line of one run: to the host that a check names, or to one replica that stands for the service's name.

use super::dial::{Dialer, Stream, words};
use super::{Answer, Outcome, reach};
use crate::domain::Container;
use std::io::ErrorKind;

#[derive(Clone, Copy)]
pub(super) struct Line<'run> {
    pub(super) dialer: &'run Dialer,
    /// The service's name, and the container that it means in this run.
    pub(super) replica: Option<(&'run str, &'run Container)>,
    /// The daemon is another host's, and so are its containers' addresses and ports.
    pub(super) is_far: bool,
}

impl Line<'_> {
    /// A connection, or what its absence comes to.
    pub(super) async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, Outcome> {
        let (at, port) = self.at(host, port).map_err(|why| Outcome::new(Answer::Unknown, why))?;
        self.dialer.connect(&at, port).await.map_err(|error| {
            let text = words(&error, &at);
            if error.kind() == ErrorKind::ConnectionRefused {
                // Which of the replicas it was is told beside it; which of their ports may be the mistake.
                let place = if self.means(host) { format!(" at {at}:{port}") } else { String::new() };
                Outcome::refused(text + &place)
            } else {
                Outcome::down(text)
            }
        })
    }

    /// Whether the host is the replica of this run.
    pub(super) fn means(&self, host: &str) -> bool {
        self.replica.is_some_and(|(service, _)| service == host)
    }

    fn at(&self, host: &str, port: u16) -> Result<(String, u16), String> {
        match self.replica.filter(|(service, _)| *service == host) {
            None => Ok((host.to_owned(), port)),
            Some(_) if self.is_far => {
                Err("the daemon is another host's: name the check by an address that leads there".to_owned())
            }
            Some((_, container)) => {
                let is_near = |address| match self.dialer {
                    Dialer::Network => reach::is_near(address),
                    Dialer::Simulated(_) => true,
                };
                reach::way(container, port, is_near).map(|(address, port)| (address.to_string(), port))
            }
        }
    }
}
