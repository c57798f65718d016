//! What one has brought up, the other takes over without a change.

use super::{Both, Tool};

pub fn orphans_are_seen(both: &Both, first: Tool, second: Tool) {
    let text =
        "services:\n  web: &web\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n";
    both.write("compose.yaml", &format!("{text}  gone: *web\n"));
    both.up(first);
    both.write("compose.yaml", text);
    let said = both.up(second);
    let said = format!("{}{}", said.stdout, said.stderr);
    assert!(said.contains("orphan") && said.contains("gone-1"), "{said}");
    assert_eq!(both.docker.containers().len(), 2);
    both.does(second, &["up", "-d", "--remove-orphans"]);
    assert_eq!(both.docker.containers(), [format!("{}-web-1", both.name())]);
}
