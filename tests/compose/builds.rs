//! Images that BuildKit makes: what Dockerfiles and `build` may say since there is such a thing.

use crate::images::{IMAGE, Tag, build, credentials, told};
use crate::registry::{Access, Registry};
use crate::stack::Stack;
use crate::support::engine::docker;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};
use mcp_tui::compose::apply_unless;
use mcp_tui::domain::{FaultKind, TaskEvent};
use std::cell::Cell;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

/// Has a Python.
const PYTHON: &str = "python:3.11-slim";

fn lines(events: &[TaskEvent]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| match event {
            TaskEvent::StepOutput { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

/// `build` by the program itself.
fn built(place: &Workplace, stack: &Stack, environment: &[(&str, &str)]) -> Finished {
    let file = place.path("work/compose.yaml").display().to_string();
    let mut command = place.command(["-f", &file, "-p", stack.name(), "build"]);
    command.envs(environment.iter().copied());
    finish(command, "build")
}

/// The names of the files below a directory in which a text stands.
fn holding(text: &str, directory: &Path) -> String {
    let found = Command::new("grep").args(["-rlF", text, &directory.display().to_string()]).output();
    String::from_utf8_lossy(&found.expect("grep").stdout).into_owned()
}

pub async fn what_dockerfiles_say_today_is_built(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    for directory in ["tree/deep/er", "tree/left/out"] {
        std::fs::create_dir_all(stack.directory.path().join(directory)).expect("a directory");
    }
    stack.write(".dockerignore", "tree/left\n!tree/left/out/kept\ntree/*.secret\n");
    for file in
        ["tree/deep/er/one", "tree/left/out/kept", "tree/left/out/lost", "tree/a.secret", "tree/deep.er"]
    {
        stack.write(file, file);
    }
    // What nobody has built before.
    stack.write("tree/deep.er", stack.name());
    symlink("deep/er/one", stack.directory.path().join("tree/link")).expect("a link");
    stack.write(
        "Dockerfile",
        &format!(
            "FROM {IMAGE} AS tool\n\
             RUN --mount=type=cache,target=/cache echo made > /cache/it && cp /cache/it /it\n\
             FROM {IMAGE}\n\
             COPY --from=tool /it /it\n\
             COPY --chmod=751 tree /tree\n"
        ),
    );
    stack.write("compose.yaml", "services:\n  app:\n    build: {context: ., network: none}\n");
    let (result, events) = told(&stack, &build()).await;
    result.expect("it is built");
    let lines = lines(&events);
    let numbered = lines.iter().find(|line| line.contains("COPY --chmod=751")).expect("its step is told");
    let number = numbered.split(' ').next().expect("a number");
    assert!(number.starts_with('#'), "{numbered}");
    assert!(lines.iter().any(|line| line.starts_with(&format!("{number} DONE "))), "{lines:?}");
    let seen = docker([
        "run",
        "--rm",
        "--network",
        "none",
        &name,
        "sh",
        "-c",
        "cat /it /tree/link; echo; stat -c %a /tree/deep.er; cd /tree; find . | sort | tr '\\n' ' '",
    ]);
    assert_eq!(
        seen.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "made",
            "tree/deep/er/one",
            "751",
            ". ./deep ./deep.er ./deep/er ./deep/er/one ./left ./left/out ./left/out/kept ./link"
        ]
    );
    let (result, events) = told(&stack, &build()).await;
    result.expect("it is built again");
    assert!(
        events.iter().any(|event| {
            matches!(event, TaskEvent::StepOutput { text, .. } if text == &format!("{number} CACHED"))
        }),
        "{events:?}"
    );
}

pub async fn a_secret_reaches_its_step_and_nothing_else(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    let place = Workplace::new();
    let (in_file, in_variable) = ("the moon is hollow", "the sea is glass");
    place.write("work/key", in_file);
    place.write(
        "work/Dockerfile",
        &format!(
            "FROM {IMAGE}\n\
             RUN --mount=type=secret,id=key wc -c < /run/secrets/key > /lengths\n\
             RUN --mount=type=secret,id=token,target=/token wc -c < /token >> /lengths\n"
        ),
    );
    place.write(
        "work/compose.yaml",
        "services:\n  app:\n    build: {context: ., network: none, secrets: [key, {source: variable, target: token}]}\n\
         secrets:\n  key: {file: ./key}\n  variable: {environment: WORD}\n",
    );
    let done = built(&place, &stack, &[("WORD", in_variable)]).succeeded("build with secrets");
    assert_eq!(docker(["run", "--rm", "--network", "none", &name, "cat", "/lengths"]), "18\n16");
    let saved = place.path("saved.tar");
    docker(["save", "--output", &saved.display().to_string(), &name]);
    for secret in [in_file, in_variable] {
        assert!(!done.stdout.contains(secret) && !done.stderr.contains(secret));
        assert_eq!(holding(secret, &place.path("state")), "", "it is not written down");
        assert_eq!(holding(secret, &saved), "", "it is in no layer");
    }
    std::fs::remove_file(place.path("work/key")).expect("a file");
    built(&place, &stack, &[]).failed(4, ["secret key", "work/key"]);
}

pub async fn a_private_base_image_is_built_on(mut stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    for access in [Access::Basic, Access::Bearer] {
        let registry = Registry::start(access);
        let base = registry.offer(IMAGE, "team/base", 1000);
        stack.write("Dockerfile", &format!("FROM {base}\nRUN touch /mine\n"));
        stack.write("compose.yaml", "services:\n  app:\n    build: {context: ., network: none}\n");
        let _none = credentials(&mut stack, "{}");
        let fault = stack.take(&build()).await.expect_err("nobody said who asks");
        assert_eq!(fault.kind, FaultKind::Permission, "{fault}");
        assert!(fault.hint.as_ref().is_some_and(|hint| hint.contains(&registry.host())), "{fault:?}");
        let _right = credentials(&mut stack, &registry.docker_config());
        stack.take(&build()).await.expect("the password is right");
        assert_eq!(docker(["run", "--rm", "--network", "none", &name, "ls", "/mine", "/own"]), "/mine\n/own");
    }
}

/// Answers what agents of SSH are asked, one connection after the other.
fn agent(socket: &Path) {
    let listener = UnixListener::bind(socket).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
}

fn answer(mut stream: UnixStream) {
    let mut length = [0; 4];
    while stream.read_exact(&mut length).is_ok() {
        let mut question = vec![0; u32::from_be_bytes(length) as usize];
        if stream.read_exact(&mut question).is_err() {
            return;
        }
        // Keys are listed: there are none. Anything else is done, which is what must not come to pass.
        let reply: &[u8] = if question[0] == 11 { &[0, 0, 0, 5, 12, 0, 0, 0, 0] } else { &[0, 0, 0, 1, 6] };
        if stream.write_all(reply).is_err() {
            return;
        }
    }
}

pub async fn an_agent_of_ssh_lists_keys_and_gives_none_away(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    let socket = stack.directory.path().join("agent.sock");
    agent(&socket);
    stack.write(
        "ask.py",
        "import os, socket\n\
         s = socket.socket(socket.AF_UNIX)\n\
         s.connect(os.environ['SSH_AUTH_SOCK'])\n\
         def ask(number):\n    s.sendall(bytes([0, 0, 0, 1, number]))\n    return s.recv(100).hex()\n\
         open('/answers', 'w').write(ask(11) + ' ' + ask(19))\n",
    );
    stack.write(
        "Dockerfile",
        &format!("FROM {PYTHON}\nCOPY ask.py /\nRUN --mount=type=ssh python3 /ask.py\n"),
    );
    let file = |agent: &str| {
        format!("services:\n  app:\n    build: {{context: ., network: none, ssh: [{agent}]}}\n")
    };
    stack.write("compose.yaml", &file(&format!("default={}", socket.display())));
    stack.take(&build()).await.expect("the agent is there");
    assert_eq!(
        docker(["run", "--rm", "--network", "none", &name, "cat", "/answers"]),
        "000000050c00000000 0000000105"
    );
    // An agent that has ended leaves its socket behind.
    let stale = stack.directory.path().join("stale.sock");
    drop(UnixListener::bind(&stale).expect("a socket"));
    stack.write("compose.yaml", &file(&format!("default={}", stale.display())));
    stack.write("ask.py", "import os, socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(os.environ['SSH_AUTH_SOCK'])\ns.sendall(bytes([0, 0, 0, 1, 11]))\nassert s.recv(100)\n");
    let fault = stack.take(&build()).await.expect_err("nobody answers");
    assert!(fault.to_string().contains(&format!("SSH agent at {}", stale.display())), "{fault}");
    assert_ne!(fault.kind, FaultKind::Unreachable, "the daemon was there: {fault}");
    stack.write("compose.yaml", &file("default=./Dockerfile"));
    let fault = stack.take(&build()).await.expect_err("a key is no agent");
    assert!(fault.to_string().contains("services.app.build.ssh") && fault.hint.is_some(), "{fault}");
}

pub async fn of_a_context_only_what_the_dockerfile_names_is_sent(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    let path = |name: &str| stack.directory.path().join(name);
    std::fs::create_dir_all(path("real/deep")).expect("a directory");
    for file in ["real/deep/one", "real/two.txt", "three.txt", "left.md"] {
        // What nobody has built before.
        stack.write(file, &format!("{file} {}", stack.name()));
    }
    symlink("real", path("linked")).expect("a link");
    let big = std::fs::File::create(path("big")).expect("a file");
    big.set_len(256 * 1024 * 1024).expect("room");
    stack.write("compose.yaml", "services:\n  app:\n    build: {context: ., network: none}\n");
    let dockerfile = |copies: &str| format!("FROM {PYTHON}\n{copies}\n");
    let most = |events: &[TaskEvent]| {
        let done = |event: &TaskEvent| match event {
            TaskEvent::StepProgress { done, text, .. } if text.contains("context") => *done,
            _ => None,
        };
        events.iter().filter_map(done).max().unwrap_or_default()
    };
    stack.write("Dockerfile", &dockerfile("COPY real/deep *.txt r?al/*.txt /to/"));
    let (taken, events) = told(&stack, &build()).await;
    taken.expect("all that is named is there");
    assert!(most(&events) < 1024 * 1024, "{events:?}");
    let run = ["run", "--rm", "--network", "none", &name, "ls", "/to"];
    assert_eq!(docker(run), "one\nthree.txt\ntwo.txt");
    // A link leads to what the Dockerfile does not name.
    std::fs::remove_file(path("big")).expect("it is there");
    stack.write("Dockerfile", &dockerfile("COPY linked/two.txt linked/deep/one left.md /to/"));
    stack.take(&build()).await.expect("the link is followed");
    let run = ["run", "--rm", "--network", "none", &name, "ls", "/to"];
    assert_eq!(docker(run), "left.md\none\ntwo.txt");
}

pub async fn chosen_stages_are_built_anew(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    let stage = |name: &str| format!("FROM {IMAGE} AS {name}\nRUN cat /proc/sys/kernel/random/uuid > /id\n");
    stack.write(
        "Dockerfile",
        &format!(
            "{}{}FROM {IMAGE}\nCOPY --from=old /id /old\nCOPY --from=new /id /new\n",
            stage("old"),
            // Two steps that are the same are one.
            stage("new").replace("RUN ", "RUN true; ")
        ),
    );
    stack.write(
        "compose.yaml",
        "services:\n  app:\n    build: {context: ., network: none, no_cache_filter: [new]}\n",
    );
    let ids = async || {
        stack.take(&build()).await.expect("it is built");
        let old = Tag(docker(["image", "inspect", "--format", "{{.Id}}", &name]));
        let seen = docker(["run", "--rm", "--network", "none", &name, "cat", "/old", "/new"]);
        let ids: Vec<String> = seen.lines().map(str::to_owned).collect();
        (ids, old)
    };
    let (first, _first) = ids().await;
    let (second, _second) = ids().await;
    assert_eq!(first[0], second[0]);
    assert_ne!(first[1], second[1]);
}

pub async fn a_build_that_is_cancelled_ends(stack: Stack) {
    let length = format!("9{}.5", std::process::id());
    stack.write("Dockerfile", &format!("FROM {IMAGE}\nRUN echo it began; sleep {length}\n"));
    stack.write("compose.yaml", "services:\n  app:\n    build: {context: ., network: none}\n");
    let plan = stack.plan(&build()).await.expect("a plan");
    let began = Cell::new(false);
    let tell = |event: TaskEvent| {
        if matches!(event, TaskEvent::StepOutput { text, .. } if text.ends_with(" it began")) {
            eventually("the step", PATIENCE, || sleeps(&length).then_some(()));
            began.set(true);
        }
    };
    let result = apply_unless(&stack.engine, &plan, tell, &|| began.get()).await;
    assert_eq!(result.expect_err("nobody wants it").kind, FaultKind::Cancelled);
    // What is left of the call ends with the runtime, which must go on meanwhile.
    let ended = move || eventually("the step's end", PATIENCE, || (!sleeps(&length)).then_some(()));
    tokio::task::spawn_blocking(ended).await.expect("the step is ended, too");
}

/// Whether anybody on this host sleeps so long.
fn sleeps(length: &str) -> bool {
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    let wanted = format!("sleep\0{length}\0");
    processes
        .filter_map(|process| std::fs::read(process.path().join("cmdline")).ok())
        .any(|line| line == wanted.as_bytes())
}

pub async fn the_classic_builder_is_there_for_who_wants_it(stack: Stack) {
    let name = format!("{}-app", stack.name());
    let _tag = Tag(name.clone());
    let place = Workplace::new();
    let dockerfile = format!("FROM {IMAGE}\nRUN echo the disk is made of cheese\nCOPY . /all\n");
    place.write("work/Dockerfile", &dockerfile);
    place.write("work/compose.yaml", "services:\n  app:\n    build: {context: ., network: none}\n");
    let done = built(&place, &stack, &[("DOCKER_BUILDKIT", "0")]).succeeded("the classic builder");
    assert!(
        done.stdout.contains("Step 2/4 : RUN") || done.stderr.contains("Step 2/4 : RUN"),
        "{}",
        done.stdout
    );
    let label = "{{index .Config.Labels \"com.docker.compose.image.builder\"}}";
    assert_eq!(docker(["image", "inspect", "--format", label, &name]), "classic");
    place.write("work/Dockerfile", &format!("FROM {IMAGE}\nRUN echo cheese; exit 3\n"));
    built(&place, &stack, &[("DOCKER_BUILDKIT", "0")]).failed(7, ["step 2/3", "non-zero code: 3", "cheese"]);
    place.write("work/Dockerfile", &format!("FROM {IMAGE}\nRUN --mount=type=cache,target=/c true\n"));
    built(&place, &stack, &[("DOCKER_BUILDKIT", "0")]).failed(2, ["BuildKit", "DOCKER_BUILDKIT"]);
    built(&place, &stack, &[]).succeeded("BuildKit by itself");
    built(&place, &stack, &[("DOCKER_BUILDKIT", "perhaps")]).failed(2, ["DOCKER_BUILDKIT", "perhaps"]);
}
