//! Every option of docker compose 2.26, and what came until 5, is one of ours with the same letter, or refused by name.

use super::{Arguments, CommandFactory, parse};
use clap::{Arg, Command};

/// By command, what its options are called: `LETTER|NAME`, and a `=` after those that take a value.
const OPTIONS: [(&str, &str); 30] = [
    ("attach", "detach-keys= index= no-stdin sig-proxy"),
    (
        "build",
        "build-arg= builder= check m|memory= no-cache print provenance= pull push q|quiet \
         sbom= ssh= with-dependencies",
    ),
    (
        "config",
        "environment format= hash= images lock-image-digests models networks no-consistency \
         no-env-resolution no-interpolate no-normalize no-path-resolution o|output= profiles \
         q|quiet resolve-image-digests services variables volumes",
    ),
    ("cp", "all a|archive L|follow-link index="),
    (
        "create",
        "build force-recreate no-build no-recreate pull= quiet-build quiet-pull \
         remove-orphans scale= y|yes",
    ),
    ("down", "remove-orphans rmi= t|timeout= v|volumes"),
    ("events", "json since= until="),
    ("exec", "d|detach e|env= index= i|interactive T|no-TTY privileged t|tty u|user= w|workdir="),
    ("images", "format= q|quiet"),
    ("kill", "remove-orphans s|signal="),
    ("logs", "f|follow index= no-color no-log-prefix since= n|tail= t|timestamps until="),
    ("ls", "a|all filter= format= q|quiet"),
    ("pause", ""),
    ("port", "index= protocol="),
    ("ps", "a|all filter= format= no-trunc orphans q|quiet services status="),
    ("pull", "ignore-buildable ignore-pull-failures include-deps policy= q|quiet"),
    ("push", "ignore-push-failures include-deps q|quiet"),
    ("restart", "no-deps t|timeout="),
    ("rm", "f|force s|stop v|volumes"),
    (
        "run",
        "build cap-add= cap-drop= d|detach entrypoint= env-from-file= e|env= i|interactive \
         l|label= name= T|no-TTY no-deps p|publish= pull= q|quiet quiet-build quiet-pull \
         remove-orphans rm P|service-ports t|tty use-aliases u|user= v|volume= w|workdir=",
    ),
    ("scale", "no-deps"),
    ("start", "wait wait-timeout="),
    ("stats", "a|all format= no-stream no-trunc"),
    ("stop", "t|timeout="),
    ("top", ""),
    ("unpause", ""),
    (
        "up",
        "abort-on-container-exit abort-on-container-failure always-recreate-deps \
         attach-dependencies attach= build d|detach exit-code-from= force-recreate menu \
         no-attach= no-build no-color no-deps no-log-prefix no-recreate no-start pull= \
         quiet-build quiet-pull remove-orphans V|renew-anon-volumes scale= t|timeout= \
         timestamps wait wait-timeout= w|watch y|yes",
    ),
    ("version", "f|format= short"),
    ("volumes", "format= q|quiet"),
    ("wait", "down-project"),
];

/// What stands before the command.
const GLOBAL: &str = "all-resources ansi= compatibility dry-run env-file= f|file= parallel= profile= progress= \
    project-directory= p|project-name=";

fn has(command: &Command, option: &str) -> Result<(), String> {
    let takes_value = option.ends_with('=');
    let option = option.trim_end_matches('=');
    let (letter, name) =
        option.split_once('|').map_or((None, option), |(letter, name)| (letter.chars().next(), name));
    let named = |argument: &&Arg| {
        argument.get_long() == Some(name)
            || argument.get_all_aliases().is_some_and(|names| names.contains(&name))
    };
    let argument = command.get_arguments().find(named).ok_or(format!("no --{name}"))?;
    if letter.is_some() && argument.get_short() != letter {
        return Err(format!("--{name} is not -{letter:?}"));
    }
    // A switch may take `=false`, but what takes a value must.
    let needs = argument.get_action().takes_values()
        && argument.get_num_args().is_none_or(|count| count.min_values() > 0);
    if takes_value && !argument.get_action().takes_values() || !takes_value && needs {
        return Err(format!("--{name} and its value"));
    }
    Ok(())
}

#[test]
fn every_option_of_docker_compose_is_known() {
    let mut root = Arguments::command();
    root.build();
    let mut wrong = Vec::new();
    let before = GLOBAL.split_whitespace().filter_map(|option| has(&root, option).err());
    wrong.extend(before.map(|why| format!("before the command: {why}")));
    for (verb, options) in OPTIONS {
        let Some(command) = root.find_subcommand(verb) else {
            wrong.push(format!("no {verb}"));
            continue;
        };
        let missing = options.split_whitespace().filter_map(|option| has(command, option).err());
        wrong.extend(missing.map(|why| format!("{verb}: {why}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// People type what they have typed for years.
#[test]
fn old_ways_of_writing_are_understood() {
    for line in [
        "exec -it web sh",
        "exec -ti web sh",
        "exec -i -t web sh",
        "run --rm -it web sh -c exit",
        "exec --no-TTY web true",
        "exec --interactive=false --tty=false web true",
        "up --menu=false -y",
        "convert --services",
        "stats --no-stream web",
    ] {
        assert!(parse(line).is_ok(), "{line}: {}", parse(line).unwrap_err());
    }
}

#[test]
fn staying_and_leaving_contradict_each_other() {
    for line in ["up -d --abort-on-container-exit", "up -d --attach web", "up --wait --exit-code-from web"] {
        assert!(parse(line).is_err(), "{line}");
    }
}
