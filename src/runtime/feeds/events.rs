//! What happened before the console was opened, as far as the daemon still tells of it.

use super::super::effects::Context;
use crate::app::Msg;
use jiff::Timestamp;

pub async fn read(context: Context, since: Timestamp) -> Msg {
    let past = async { context.engine().await?.past_events(since).await };
    Msg::PastEvents(past.await)
}
