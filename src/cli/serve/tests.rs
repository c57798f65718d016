use super::*;
use crate::cli::arguments::Arguments as Line;
use clap::Parser as _;

fn arguments(line: &str) -> Arguments {
    let parsed = Line::try_parse_from(line.split(' ')).unwrap();
    match parsed.command {
        Some(crate::cli::arguments::Command::Serve(arguments)) => arguments,
        other => panic!("{other:?}"),
    }
}

#[test]
fn beyond_this_host_it_listens_only_with_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    let with = |token: &str, address: &str| {
        std::fs::write(&file, token).unwrap();
        super::token(&arguments(&format!("mcp-tui serve --listen {address} --token-file {}", file.display())))
    };
    let fault = super::token(&arguments("mcp-tui serve --listen 0.0.0.0:3112")).unwrap_err();
    assert!(fault.kind == FaultKind::Invalid && fault.hint.unwrap().contains("--token-file"));
    assert_eq!(super::token(&arguments("mcp-tui serve")).unwrap(), None);
    assert_eq!(with("0123456789abcdef\n", "0.0.0.0:3112").unwrap().as_deref(), Some("0123456789abcdef"));
    assert!(with("short", "127.0.0.1:3112").is_err(), "a token that can be guessed is none");
    assert!(with("", "127.0.0.1:3112").is_err(), "and neither is an empty one");
}
