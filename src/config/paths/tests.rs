use super::*;

fn paths(environment: &[(&str, &str)], home: Option<&str>, root: bool) -> [String; 3] {
    let lookup =
        |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
    let paths = Paths::new(lookup, home.map(PathBuf::from), root);
    [paths.config, paths.state, paths.data].map(|path| path.display().to_string())
}

#[test]
fn an_operator_has_them_at_home() {
    let expected =
        ["/home/o/.config/mcp-tui", "/home/o/.local/state/mcp-tui", "/home/o/.local/share/mcp-tui"];
    assert_eq!(paths(&[], Some("/home/o"), false), expected);
}

#[test]
fn roots_state_is_the_servers() {
    assert_eq!(
        paths(&[], Some("/root"), true),
        ["/root/.config/mcp-tui", "/var/lib/mcp-tui", "/var/lib/mcp-tui"]
    );
}

#[test]
fn the_environment_wins_unless_it_is_relative() {
    let environment = [("XDG_CONFIG_HOME", "/c"), ("XDG_STATE_HOME", "/s"), ("XDG_DATA_HOME", "d")];
    assert_eq!(
        paths(&environment, Some("/home/o"), false),
        ["/c/mcp-tui", "/s/mcp-tui", "/home/o/.local/share/mcp-tui"]
    );
    assert_eq!(paths(&environment, None, true)[1], "/s/mcp-tui");
}

#[test]
fn without_a_home_there_is_still_a_place() {
    assert_eq!(paths(&[], None, false), ["/var/lib/mcp-tui"; 3]);
}
