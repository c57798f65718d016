//! Signs of known troubles in the logs of all containers, shown or not. Where the daemon keeps them in files of this
//! host they are read there, on a thread of its own, for the price of a look at each file's length. Other daemons are
//! asked for the last lines of one container after another, slowly.

mod ask;
mod files;

use super::super::effects::Context;
use crate::app::LogNews;
use crate::app::Msg;
use crate::app::store::signs::Sighting;
use crate::domain::ContainerId;
use tokio::sync::watch;

/// Starts both. `files` says whether the daemon's files may be this host's.
pub fn start(context: &Context, files: bool) {
    let unread = watch::Sender::new(Vec::new());
    tokio::spawn(ask::run(context.clone(), unread.subscribe()));
    let (known, facts) = (context.known.clone(), context.facts.clone());
    let thread = std::thread::Builder::new().name("signs".to_owned());
    if let Err(error) = thread.spawn(move || files::run(&known, files, &unread, &facts)) {
        log::error!("logs cannot be looked through: {error}");
    }
}

fn news(
    sightings: Vec<Sighting>,
    sizes: Vec<(ContainerId, u64)>,
    looked_through: Vec<ContainerId>,
) -> Option<Msg> {
    let any = !sightings.is_empty() || !sizes.is_empty() || !looked_through.is_empty();
    any.then_some(Msg::LogNews(LogNews { looked_through, sightings, sizes }))
}
