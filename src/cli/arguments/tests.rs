mod docker_compose;

use super::*;
use clap::CommandFactory;
use clap::error::ErrorKind;
use rstest::rstest;
use std::path::PathBuf;

fn parse(line: &str) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(std::iter::once("mcp-tui").chain(line.split_whitespace()))
}

fn command(line: &str) -> Command {
    parse(line).unwrap().command.unwrap()
}

#[test]
fn the_grammar_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn without_a_command_the_console_is_meant() {
    assert_eq!(parse("").unwrap().command, None);
    assert!(parse("--read-only -H unix:///x.sock").unwrap().global.read_only);
}

#[test]
fn what_nothing_says_is_the_same_parsed_or_not() {
    let mut command = Arguments::command();
    command.build();
    let with_variables = command.get_arguments().filter_map(|argument| argument.get_env());
    let variables: Vec<_> = with_variables.filter_map(|name| name.to_str()).collect();
    assert_eq!(variables, VARIABLES, "with these there is something to parse");
    let parsed = command.clone().try_get_matches_from(["mcp-tui"]).unwrap();
    let of_variable = |id: &clap::Id| {
        parsed
            .value_source(id.as_str())
            .is_some_and(|source| source == clap::parser::ValueSource::EnvVariable)
    };
    if !parsed.ids().any(of_variable) {
        assert_eq!(format!("{:?}", parse("").unwrap()), format!("{:?}", Arguments::default()));
    }
}

#[test]
fn f_is_a_file_before_the_command_and_follow_in_logs() {
    let arguments = parse("-f a.yaml -f b.yaml -p shop logs -f --tail 5 web").unwrap();
    assert_eq!(arguments.global.files, [PathBuf::from("a.yaml"), PathBuf::from("b.yaml")]);
    assert_eq!(arguments.global.project.as_deref(), Some("shop"));
    let follows = Command::Logs(logs::Arguments {
        follow: true,
        tail: "5".to_owned(),
        since: None,
        until: None,
        grep: None,
        level: None,
        kinds: logs::Patterns::default(),
        look: logs::Look::default(),
        index: None,
        timestamps: false,
        services: vec!["web".to_owned()],
    });
    assert_eq!(arguments.command, Some(follows));
}

#[test]
fn the_stack_and_json_may_stand_on_either_side() {
    for line in ["-s mlflow --json up", "up -s mlflow --json", "-s mlflow up --json -d"] {
        let global = parse(line).unwrap().global;
        assert_eq!((global.stack.as_deref(), global.json), (Some("mlflow"), true), "{line}");
    }
}

#[test]
fn down_and_others_take_what_docker_compose_takes() {
    let down = down::Arguments {
        volumes: true,
        remove_orphans: false,
        rmi: Some(down::Images::Local),
        timeout: Some(3),
        services: vec!["web".to_owned()],
    };
    assert_eq!(command("down -v -t 3 --rmi local web"), Command::Down(down));
    assert_eq!(command("tasks"), Command::Tasks(tasks::Arguments { command: None }));
    assert_eq!(command("backup list"), Command::Backup(backup::BackupCommand::List { offsite: false }));
}

/// docker compose knows no stacks, so its short options come first.
#[test]
fn s_is_the_stack_before_the_command_and_what_docker_compose_says_after() {
    let arguments = parse("-s shop kill -s HUP web").unwrap();
    assert_eq!(arguments.global.stack.as_deref(), Some("shop"));
    let Some(Command::Kill(kill)) = arguments.command else { panic!("{:?}", arguments.command) };
    assert_eq!((kill.signal.as_str(), kill.services), ("HUP", vec!["web".to_owned()]));
    let arguments = parse("rm -s -f --stack shop").unwrap();
    assert_eq!(arguments.global.stack.as_deref(), Some("shop"));
    let Some(Command::Rm(rm)) = arguments.command else { panic!("{:?}", arguments.command) };
    assert!(rm.stop && rm.force && !rm.volumes);
}

#[rstest]
#[case("upp", ErrorKind::InvalidSubcommand)]
#[case("scale", ErrorKind::MissingRequiredArgument)]
#[case("-s a -f b.yaml up", ErrorKind::ArgumentConflict)]
#[case("snapshot --format gif", ErrorKind::InvalidValue)]
#[case("health --wait soon", ErrorKind::ValueValidation)]
fn what_makes_no_sense_is_refused_with_exit_code_2(#[case] line: &str, #[case] kind: ErrorKind) {
    let error = parse(line).unwrap_err();
    assert_eq!((error.kind(), error.exit_code()), (kind, 2));
}

#[test]
fn the_help_lists_every_exit_code_that_a_fault_can_have() {
    use crate::domain::{Fault, FaultKind};
    let kinds = [
        FaultKind::Unreachable,
        FaultKind::Permission,
        FaultKind::Timeout,
        FaultKind::NotFound,
        FaultKind::Conflict,
        FaultKind::Invalid,
        FaultKind::Exhausted,
        FaultKind::Refused,
        FaultKind::Locked,
        FaultKind::Cancelled,
        FaultKind::Internal,
    ];
    let help = Arguments::command().render_long_help().to_string();
    let listed: Vec<_> =
        help.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    for kind in kinds {
        let code = Fault::new(kind, "", "").exit_code();
        assert!(listed.contains(&code), "{kind:?} ends with {code}, which --help does not explain");
    }
}

#[test]
fn variables_of_docker_compose_say_what_the_line_does_not() {
    let global = |line: &str, variables: &[(&str, &str)]| {
        let variables: std::collections::BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        parse(line).unwrap().global.completed(|name| variables.get(name).cloned())
    };
    let set = global("up", &[("COMPOSE_PARALLEL_LIMIT", "3"), ("COMPOSE_PROGRESS", "quiet")]).unwrap();
    assert_eq!((set.at_once(), set.is_quiet()), (Some(3), true));
    let said = global("--parallel 2 --progress plain up", &[("COMPOSE_PARALLEL_LIMIT", "3")]).unwrap();
    assert_eq!((said.at_once(), said.is_quiet()), (Some(2), false));
    assert_eq!(global("--parallel -1 up", &[("COMPOSE_ANSI", "")]).unwrap().at_once(), None);
    assert!(global("--progress json up", &[]).unwrap().is_json());
    for (line, variables) in [
        ("--parallel 0 up", &[][..]),
        ("--compatibility up", &[]),
        ("--all-resources up", &[]),
        ("up", &[("COMPOSE_PARALLEL_LIMIT", "many")]),
        ("up", &[("COMPOSE_ANSI", "blue")]),
    ] {
        let fault = global(line, variables).unwrap_err();
        assert!(fault.kind == crate::domain::FaultKind::Invalid && fault.hint.is_some(), "{line}: {fault}");
    }
}

#[test]
fn what_is_not_done_here_is_refused_by_name() {
    let refused = |line: &str| match command(line) {
        Command::Build(arguments) => arguments.refused.refuse(),
        Command::Config(arguments) => arguments.refused.refuse(),
        Command::Start(arguments) => arguments.waiting.refuse(),
        other => panic!("{other:?}"),
    };
    for (line, flag) in [
        ("build --ssh default", "--ssh"),
        ("build --builder x", "--builder"),
        ("config --no-normalize", "--no-normalize"),
        ("config --resolve-image-digests", "--resolve-image-digests"),
        ("start --wait", "--wait"),
    ] {
        let fault = refused(line).unwrap_err();
        assert!(fault.object == flag && fault.hint.is_some(), "{line}: {fault}");
    }
    assert_eq!(refused("build --no-cache web"), Ok(()));
}
