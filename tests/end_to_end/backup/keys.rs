//! The backups' pane by its keys: taken, verified, pinned, rehearsed, exported and removed, and each time what is shown
//! afterwards is what lies on the disk.

use super::shop::Shop;
use crate::demo::quit;
use crate::support::pty::Pty;
use crate::support::wait::PATIENCE;

const ONE_VOLUME: &str = "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: [sh, -c, 'echo one > /notes/one; \
                          exec sleep 100000']\n    init: true\n    volumes: ['notes:/notes']\nvolumes:\n  notes:\n";

pub fn do_what_the_commands_do() {
    let shop = Shop::with("keys", ONE_VOLUME);
    let stack = shop.project.name.as_str();
    let mut console = shop.workplace.console((160, 48), []);
    let of_stack = |words: &str| {
        let words = words.to_owned();
        move |screen: &str| screen.lines().any(|line| line.contains(stack) && line.contains(&words))
    };
    let its_row = |words: &str| {
        let words = words.to_owned();
        move |screen: &str| {
            screen.lines().any(|line| line.contains(&format!("▾ {stack}")) && line.contains(&words))
        }
    };
    console.wait_text("containers run ┐");
    console.keys(&format!("1/{stack}<enter>"));
    console.wait("that there is none", PATIENCE, its_row("never backed up"));
    console.keys("g");
    console.wait_text(&format!("3 Logs {stack}"));
    press(&console, "b", &format!("Back up {stack}?"), "");
    console.wait("how old it is, on the stack's row", PATIENCE, its_row(" backup "));

    console.keys("7");
    console.wait("it on the list", PATIENCE, of_stack("taken"));
    let bundle = shop.bundles().pop().expect("a bundle");
    let name = bundle.file_name().expect("a name").to_string_lossy().into_owned();
    let question = |verb: &str| format!("{verb} {name} of {stack}?");
    press(&console, "v", &question("Verify"), "");
    console.wait("that it is whole", PATIENCE, of_stack("intact"));
    press(&console, "P", &question("Pin"), "");
    console.wait("that it is pinned", PATIENCE, of_stack("⚑"));
    assert!(bundle.join("pinned").exists());
    console.keys("d");
    console.wait_text("it is pinned");
    console.keys("<esc>");
    console.wait_gone("it is pinned");

    press(&console, "t", &question("Rehearse"), "");
    console.wait("how long a recovery takes", PATIENCE * 2, of_stack("proven"));
    press(&console, "P", &question("Unpin"), "");
    console.wait_gone("⚑");
    press(&console, "o", &question("Export"), "");
    let file = shop.workplace.path(&format!("state/mcp-tui/saved/{stack}-{name}.tar"));
    console.keys("6");
    console.wait("the file's name among the tasks", PATIENCE, |screen| {
        screen.lines().any(|line| line.contains("✓") && line.contains("export") && line.contains("saved/"))
    });
    let listed = super::shop::output("tar", &["-tf", &file.display().to_string()]);
    assert!(listed.contains(&format!("{name}/manifest.json")), "{listed}");

    console.keys("7");
    press(&console, "d", &question("Remove"), stack);
    console.wait_text("No backups yet");
    assert_eq!(shop.bundles().len(), 0);
    console.wait("that there is none any more", PATIENCE, its_row("never backed up"));
    quit(&mut console);
}

/// Confirms what the key asks, once it is planned; what destroys is typed.
fn press(console: &Pty, key: &str, question: &str, typed: &str) {
    console.keys(key);
    console.wait_text(question);
    console.wait_text("same as");
    console.keys(&format!("{typed}<enter>"));
    console.wait_gone(question);
}
