//! What stands in the frame of the logs. Where there is no room for all of it, the words that an operator typed or
//! chose are shortened, and what is counted stays.

use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::pane::logs::{Older, Previous, Times};
use crate::app::tree::Subject;
use crate::domain::log::Level;
use crate::domain::safe::TextStyle;
use crate::domain::units;
use crate::view::canvas::{Canvas, Piece};
use crate::view::frame::Frame;
use crate::view::{text, words};
use ratatui::layout::Rect;

/// Columns that a shortened text keeps.
const LEAST: usize = 6;
/// The same for what tells of older lines, which may be why they cannot be read.
const LEAST_OLDER: usize = 24;
/// The frame's corners, its number and title, and the line that is seen between what is left and what is right.
const FRAME: usize = 12;

/// One piece of the title.
pub(super) struct Word {
    text: String,
    look: TextStyle,
    /// To how few columns it can be cut, and whether others are cut before it.
    shrinks: Option<(Turn, usize)>,
}

/// Who gives way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Typed,
    Told,
    Named,
}

impl Word {
    pub(super) fn fixed(text: impl Into<String>, look: TextStyle) -> Self {
        Self { text: text.into(), look, shrinks: None }
    }

    pub(super) fn typed(text: impl Into<String>, look: TextStyle) -> Self {
        Self { text: text.into(), look, shrinks: Some((Turn::Typed, LEAST)) }
    }

    fn least(&self) -> usize {
        let columns = text::width(&self.text);
        self.shrinks.map_or(columns, |(_, least)| columns.min(least))
    }

    fn told(text: impl Into<String>, look: TextStyle) -> Self {
        Self { text: text.into(), look, shrinks: Some((Turn::Told, LEAST_OLDER)) }
    }

    fn named(text: impl Into<String>, look: TextStyle) -> Self {
        Self { text: text.into(), look, shrinks: Some((Turn::Named, LEAST)) }
    }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect, focused: bool) -> Rect {
    let left = left(canvas, state);
    let counts = count_words(state);
    let (whole, rest) = match lost_words(state) {
        Some(lost) => (format!("{lost}{counts}"), counts),
        None => (counts.clone(), counts),
    };
    frame(canvas, left, [&whole, &rest], area, focused)
}

/// The frame with these words, cut to where the counts fit beside them: the first of them that can.
pub(super) fn frame(
    canvas: &mut Canvas<'_>,
    mut left: Vec<Word>,
    counts: [&str; 2],
    area: Rect,
    focused: bool,
) -> Rect {
    let room = |counts: &str| usize::from(area.width).saturating_sub(FRAME + text::width(counts));
    let least: usize = left.iter().map(Word::least).sum();
    let counts = counts.into_iter().find(|counts| least <= room(counts)).unwrap_or("");
    shorten(&mut left, room(counts));
    let pieces: Vec<Piece<'_>> = left.iter().map(|word| (word.text.as_str(), word.look)).collect();
    Frame::new(PaneId::Logs, focused).left(pieces).right([(counts, canvas.theme.dim)]).draw(canvas, area)
}

fn shorten(words: &mut [Word], room: usize) {
    let mut over = words.iter().map(|word| text::width(&word.text)).sum::<usize>().saturating_sub(room);
    for turn in [Turn::Typed, Turn::Told, Turn::Named] {
        for word in &mut *words {
            let Some((_, least)) = word.shrinks.filter(|(own, _)| *own == turn) else { continue };
            let columns = text::width(&word.text);
            let cut = over.min(columns.saturating_sub(least));
            if cut > 0 {
                word.text = text::fit(&word.text, columns - cut).into_owned();
                over -= cut;
            }
        }
    }
}

fn left(canvas: &Canvas<'_>, state: &State) -> Vec<Word> {
    let (theme, pane) = (canvas.theme, &state.panes.logs);
    let mut left = match &pane.previous {
        Some(previous) => previous_words(canvas, state, previous),
        None => subject_words(canvas, state),
    };
    let away = state.fleet.stale_since().map(|since| words::age(Some(since), canvas.now));
    if !pane.subjects().is_empty() && pane.previous.is_none() {
        let follows = match (pane.is_following(), pane.unseen(&state.logs)) {
            (true, _) if away.is_some() => None,
            (true, _) => Some(Word::fixed("following ", theme.good)),
            (false, 0) => Some(Word::fixed("paused ", theme.warning)),
            (false, unseen) => {
                Some(Word::fixed(format!("paused, {} new ", words::count(unseen)), theme.warning))
            }
        };
        left.extend(follows);
        left.extend(away.map(|age| Word::fixed(format!("daemon away {age} "), theme.warning)));
    }
    if let Some(older) = older_words(state) {
        left.extend([
            Word::fixed("↑ ", theme.dim),
            Word::told(older, theme.dim),
            Word::fixed(" ", theme.dim),
        ]);
    }
    if pane.left_out > 0 {
        let containers = words::counted(pane.left_out, "container", "containers");
        left.push(Word::fixed(format!("{containers} left out "), theme.warning));
    }
    let times = match pane.times {
        Times::Utc => "UTC ",
        Times::Relative => "time ago ",
        Times::Off => "no times ",
        Times::Local => "",
    };
    left.push(Word::fixed(times, theme.dim));
    filter_words(&mut left, state, theme.accent);
    search_words(&mut left, state, theme.accent);
    left
}

/// Whose lines these are: `mcp-inference ×3`.
pub(super) fn subject_words(canvas: &Canvas<'_>, state: &State) -> Vec<Word> {
    let (pane, look) = (&state.panes.logs, canvas.theme.text);
    let replicas = pane.streams.len();
    if !pane.set.is_empty() {
        return vec![Word::fixed(format!("{} marked ×{replicas}   ", pane.set.len()), look)];
    }
    let Some(subject) = &pane.subject else { return Vec::new() };
    let name = match subject {
        Subject::Stack(project) => project.clone(),
        Subject::Service { service, .. } => service.clone(),
        Subject::Container(id) => match state.tree.container(id) {
            Some(node) => node.tag.to_string(),
            None => id.short().to_owned(),
        },
        Subject::Loose => "containers without a stack".to_owned(),
    };
    let name = crate::domain::Safe::new(name);
    let rest = if replicas > 1 { format!(" ×{replicas}   ") } else { "   ".to_owned() };
    vec![Word::named(name.to_string(), look), Word::fixed(rest, look)]
}

/// `mcp-api-1 ended with 137, out of memory   run 2 of 5`
fn previous_words(canvas: &Canvas<'_>, state: &State, previous: &Previous) -> Vec<Word> {
    let look = canvas.theme.text;
    let runs = previous.list.keys().len();
    let open = previous.open.and_then(|run| state.previous.get(run));
    if let (Some(run), Some(index)) = (open, previous.list.index()) {
        return vec![
            Word::named(run.name.to_string(), look),
            Word::fixed(format!(" ended with {}   run {} of {runs}   ", run.ending(), index + 1), look),
        ];
    }
    let mut words = subject_words(canvas, state);
    words.push(Word::fixed("previous runs   ", look));
    words
}

/// What there is to say of the lines before those that are held.
fn older_words(state: &State) -> Option<String> {
    let (pane, logs) = (&state.panes.logs, &state.logs);
    let is_under_way = matches!(pane.older, Older::Fetching(_));
    let is_above = pane.place.is_none_or(|place| place.top > logs.first());
    if pane.previous.is_some() || (!is_under_way && is_above) {
        return None;
    }
    Some(match &pane.older {
        Older::Unasked => return None,
        Older::Fetching(_) => "fetching older lines…".to_owned(),
        Older::None => "the log begins here".to_owned(),
        Older::NoRoom => format!("the ring is full ({})", units::bytes(logs.limit() as u64)),
        Older::Failed(fault) => format!("older lines: {fault}"),
    })
}

/// `/cuda|error/ 18 of 204`: the match the reader is on or has passed, when there is one.
fn search_words(left: &mut Vec<Word>, state: &State, look: TextStyle) {
    let logs = &state.logs;
    let Some(pattern) = logs.searched() else { return };
    let more = if logs.is_searching() { "+" } else { "" };
    let found = match (logs.matches(), state.panes.logs.place) {
        (0, _) if !logs.is_searching() => "not found".to_owned(),
        (all, Some(place)) if all > 0 => {
            format!("{} of {}{more}", words::count(logs.matches_up_to(place.cursor)), words::count(all))
        }
        (all, _) => format!("{}{more} found", words::count(all)),
    };
    left.extend([
        Word::fixed("  /", look),
        Word::typed(pattern.text(), look),
        Word::fixed(format!("/ {found} "), look),
    ]);
}

/// `&cuda !healthz 43 %`, the newest one last.
fn filter_words(left: &mut Vec<Word>, state: &State, look: TextStyle) {
    let logs = &state.logs;
    let least = logs.filters().least;
    if least > Level::Trace {
        let graver = if least == Level::Fatal { " " } else { "+ " };
        left.push(Word::fixed(format!("{}{graver}", least.name()), look));
    }
    for filter in &logs.filters().list {
        let sign = if filter.keeps { "&" } else { "!" };
        left.extend([Word::typed(format!("{sign}{}", filter.pattern.text()), look), Word::fixed(" ", look)]);
    }
    if let Some(percent) = logs.sifted() {
        left.push(Word::fixed(format!("{percent} % "), look));
    }
}

/// How many lines there are to read, of how many.
fn count_words(state: &State) -> String {
    let logs = &state.logs;
    let all = words::count(logs.len());
    match logs.len() {
        1 => " 1 line ".to_owned(),
        held if logs.kept() < held => format!(" {} of {all} ", words::count(logs.kept())),
        _ => format!(" {all} lines "),
    }
}

fn lost_words(state: &State) -> Option<String> {
    let lost = state.logs.dropped();
    (lost > 0).then(|| format!(" {} lost ", words::count(lost)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_gives_way_before_the_name_and_the_counts_stay() {
        let look = TextStyle::default();
        let words = || {
            vec![
                Word::named("a-service-with-a-long-name", look),
                Word::fixed(" ×13   paused /", look),
                Word::typed("we recommend that you change these values", look),
                Word::fixed("/ 18 of 40,211 ", look),
            ]
        };
        let shortened = |room: usize| {
            let mut words = words();
            shorten(&mut words, room);
            words.iter().map(|word| word.text.clone()).collect::<String>()
        };
        assert_eq!(shortened(70), "a-service-with-a-long-name ×13   paused /we recommend …/ 18 of 40,211 ");
        assert_eq!(shortened(50), "a-service-wit… ×13   paused /we re…/ 18 of 40,211 ");
        assert_eq!(shortened(10), "a-ser… ×13   paused /we re…/ 18 of 40,211 ");
    }
}
