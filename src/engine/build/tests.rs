use super::*;
use serde_json::{Value, json};

fn taken(messages: &[Value]) -> (BuildOutput, Vec<BuildUpdate>) {
    let mut output = BuildOutput::default();
    let mut updates = Vec::new();
    for message in messages {
        output.take(message, &mut |update| updates.push(update));
    }
    (output, updates)
}

#[test]
fn steps_and_lines_are_told_however_they_are_cut() {
    let (output, updates) = taken(&[
        json!({ "stream": "Step 1/2 : FROM scratch\n" }),
        json!({ "stream": "\n" }),
        json!({ "stream": " ---> abc\nSte" }),
        json!({ "stream": "p 2/2 : RUN make\none\ntwo\rthr" }),
        json!({ "stream": "ee\n" }),
        json!({ "aux": { "ID": "sha256:1" } }),
        json!({ "stream": "Successfully built 1\n" }),
    ]);
    let step = |number, instruction: &str| BuildUpdate::Step {
        number,
        total: 2,
        instruction: instruction.to_owned(),
    };
    let line = |text: &str| BuildUpdate::Line(text.to_owned());
    assert_eq!(
        updates,
        [
            step(1, "FROM scratch"),
            step(2, "RUN make"),
            line("one"),
            line("two"),
            line("three"),
            line("Successfully built 1")
        ]
    );
    assert_eq!(output.image().as_deref(), Some("sha256:1"));
}

#[test]
fn a_failure_names_its_step_and_what_was_written_last() {
    let (output, _) = taken(&[
        json!({ "stream": "Step 3/7 : RUN make\n ---> Running in abc\n" }),
        json!({ "stream": "cc: no such file\n" }),
    ]);
    let message = "The command '/bin/sh -c make' returned a non-zero code: 2";
    let fault = output.blame(refused(500, message, OPERATION, "x-web"), None);
    assert_eq!(
        fault.to_string(),
        "build image x-web: at step 3/7 : RUN make: The command '/bin/sh -c make' returned a non-zero code: 2: \
         it wrote last: cc: no such file"
    );
    assert!(fault.hint.is_some());
}

#[test]
fn the_request_holds_all_that_was_asked_for() {
    let request = BuildRequest {
        tags: vec!["a:1".to_owned(), "b".to_owned()],
        dockerfile: "docker/Dockerfile".to_owned(),
        args: [("KEY".to_owned(), Some("a b&c".to_owned())), ("NONE".to_owned(), None)].into(),
        labels: [("l".to_owned(), "v".to_owned())].into(),
        cache_from: vec!["c:1".to_owned()],
        target: "final".to_owned(),
        network_mode: "host".to_owned(),
        shm_size: Some(1024),
        extra_hosts: vec!["h:1.2.3.4".to_owned(), "g:::1".to_owned()],
        ulimits: vec![BuildUlimit { name: "nofile".to_owned(), soft: 1, hard: 2 }],
        platform: "linux/amd64".to_owned(),
        pull: true,
        ..BuildRequest::default()
    };
    assert_eq!(
        query::path(&request),
        "/build?version=1&t=a%3A1&t=b&dockerfile=docker%2FDockerfile\
         &buildargs=%7B%22KEY%22%3A%22a%20b%26c%22%2C%22NONE%22%3Anull%7D&labels=%7B%22l%22%3A%22v%22%7D\
         &cachefrom=%5B%22c%3A1%22%5D&target=final&networkmode=host&shmsize=1024&extrahosts=h%3A1.2.3.4%2Cg%3A%3A%3A1\
         &ulimits=%5B%7B%22Hard%22%3A2%2C%22Name%22%3A%22nofile%22%2C%22Soft%22%3A1%7D%5D&platform=linux%2Famd64&pull=1&rm=1&forcerm=1"
    );
}
