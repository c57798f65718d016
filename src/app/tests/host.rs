//! The host's card.

use crate::app::Msg;
use crate::app::State;
use crate::app::dialog::Dialog;
use crate::app::dialog::inspect::Content;
use crate::app::fixtures::*;
use crate::domain::HostSample;

fn card(state: &State) -> Vec<String> {
    let Some(Dialog::Inspect(inspect)) = state.dialogs.last() else { panic!("{:?}", state.dialogs) };
    let Content::Lines(lines) = &inspect.content else { panic!("{inspect:?}") };
    lines.iter().map(ToString::to_string).collect()
}

#[test]
fn the_card_tells_the_host_and_goes_on_with_its_figures() {
    let mut state = platform();
    press(&mut state, "H");
    let lines = card(&state);
    for wanted in ["load: 12.50 on 64 cores", "memory: 61.0G of 128G", "  /: 71%, 710G of 1.0T"] {
        assert!(lines.iter().any(|line| line == wanted), "{wanted} in {lines:?}");
    }
    assert!(lines.iter().any(|line| line.contains("holds: Docker's root /var/lib/docker")), "{lines:?}");
    assert!(
        !lines.iter().any(|line| line.starts_with("network")),
        "what is not known is left out: {lines:?}"
    );
    let later = HostSample { load_one: Some(3.0), ..host() };
    send(&mut state, Msg::Host(later));
    assert!(card(&state).iter().any(|line| line == "load: 3.00 on 64 cores"));
    press(&mut state, "esc");
    assert_eq!(state.dialogs, []);
}
