//! Two clicks on one place in short order are a double click; terminals report only single ones.

use crate::app::{MouseInput, MouseKind, Msg};
use std::time::{Duration, Instant};

const DOUBLE_CLICK: Duration = Duration::from_millis(400);

#[derive(Debug, Default)]
pub struct Clicks {
    last: Option<((u16, u16), Instant)>,
}

impl Clicks {
    /// Turns the second click of a pair into a double click and leaves everything else as it is.
    pub fn pair(&mut self, msg: Msg, now: Instant) -> Msg {
        let Msg::Mouse(MouseInput { x, y, kind: MouseKind::Click }) = msg else { return msg };
        let double =
            self.last.is_some_and(|(place, at)| place == (x, y) && now.duration_since(at) < DOUBLE_CLICK);
        self.last = (!double).then_some(((x, y), now));
        let kind = if double { MouseKind::DoubleClick } else { MouseKind::Click };
        Msg::Mouse(MouseInput { x, y, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quick_clicks_on_one_place_make_a_pair() {
        let click = |x| Msg::Mouse(MouseInput { x, y: 1, kind: MouseKind::Click });
        let double = Msg::Mouse(MouseInput { x: 1, y: 1, kind: MouseKind::DoubleClick });
        let mut clicks = Clicks::default();
        let start = Instant::now();
        assert_eq!(clicks.pair(click(1), start), click(1));
        assert_eq!(clicks.pair(click(1), start + Duration::from_millis(100)), double);
        // A third one begins anew.
        assert_eq!(clicks.pair(click(1), start + Duration::from_millis(200)), click(1));
        assert_eq!(clicks.pair(click(2), start + Duration::from_millis(300)), click(2));
        assert_eq!(clicks.pair(click(2), start + Duration::from_secs(2)), click(2));
    }
}
