//! Made-up violations: each rule must find what it is there to find, and nothing in comments or strings.

use super::imports::{Import, clocks, crates, imports};
use super::rules;
use super::tree::SourceFile;

fn rooms(source: &str, module: &[&str]) -> Vec<String> {
    let module: Vec<String> = module.iter().map(ToString::to_string).collect();
    imports(source, &module).into_iter().map(|import| import.room).collect()
}

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn a_use_a_group_and_a_path_in_code_are_all_found() {
    assert_eq!(rooms("use crate::engine::Engine;", &["app"]), ["engine"]);
    assert_eq!(
        rooms("use crate::{\n    domain::{Safe, Fault},\n    view::draw,\n};", &["app"]),
        ["domain", "view"]
    );
    assert_eq!(
        rooms("fn f() { let x = crate::runtime::start(1, &[crate::cli::X]); }", &["app"]),
        ["runtime", "cli"]
    );
    assert_eq!(rooms("pub use crate :: task :: Store ;", &["app"]), ["task"]);
    assert_eq!(rooms("fn main() { mcp_tui::cli::run() }", &[]), ["cli"]);
}

#[test]
fn the_line_of_an_import_is_its_own() {
    let source = "/* one\n two */\nuse crate::{\n    domain::Safe,\n    sim,\n};\n";
    let lines: Vec<(String, usize)> =
        imports(source, &["app".to_owned()]).into_iter().map(|Import { room, line }| (room, line)).collect();
    assert_eq!(lines, [("domain".to_owned(), 4), ("sim".to_owned(), 5)]);
}

#[test]
fn a_climb_to_the_root_counts_and_one_that_stays_inside_does_not() {
    assert_eq!(rooms("use super::super::engine::Engine;", &["app", "update"]), ["engine"]);
    assert_eq!(rooms("use super::engine;", &["app"]), ["engine"]);
    assert!(rooms("use super::engine;", &["app", "update"]).is_empty());
    assert!(rooms("mod tests { use super::engine; }", &["app"]).is_empty());
    assert_eq!(rooms("mod tests { use super::super::engine; }", &["app"]), ["engine"]);
    assert_eq!(rooms("mod tests { fn f() {} }\nuse super::engine;", &["app"]), ["engine"]);
}

#[test]
fn comments_strings_and_visibilities_are_no_imports() {
    let source = r##"
        //! see crate::engine
        /* crate::engine /* crate::view */ crate::engine */
        pub(crate) fn f<'a>(x: &'a str) -> char {
            let _ = ("crate::engine", r#"crate::"engine"#, b"crate::engine", '"', '\'', 'c');
            let r#type = x;
            '\u{1F600}'
        }
    "##;
    assert!(rooms(source, &["app"]).is_empty());
    let after = format!("{source}\nuse crate::sim;");
    assert_eq!(rooms(&after, &["app"]), ["sim"], "the reader is still in step after all of them");
}

#[test]
fn another_name_for_the_root_is_refused() {
    let found = rules::imports_upward(&file("src/app.rs", "use crate as root;"));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn upward_imports_are_complained_about_and_downward_ones_are_not() {
    assert_eq!(
        rules::imports_upward(&file(
            "src/app/update.rs",
            "use crate::domain::Safe;\nuse crate::engine::Engine;"
        )),
        ["src/app/update.rs:2: `app` must not use `engine`"]
    );
    assert!(
        rules::imports_upward(&file("src/view.rs", "use crate::{app::State, config, domain, view::x};"))
            .is_empty()
    );
    assert_eq!(rules::imports_upward(&file("src/sim.rs", "use crate::domain;")).len(), 1);
    assert_eq!(rules::imports_upward(&file("src/task.rs", "use crate::app;")).len(), 1);
    assert_eq!(rules::imports_upward(&file("src/main.rs", "use mcp_tui::engine;")).len(), 1);
}

#[test]
fn the_simulated_engine_is_for_tests_and_the_command_line() {
    let source = "use crate::sim::Server;";
    assert_eq!(rules::imports_upward(&file("src/engine/logs.rs", source)).len(), 1);
    assert!(rules::imports_upward(&file("src/engine/logs/tests.rs", source)).is_empty());
    assert!(rules::imports_upward(&file("src/cli/demo.rs", source)).is_empty());
}

#[test]
fn pure_corners_stay_pure() {
    let source = "use crate::engine::Engine;";
    assert_eq!(rules::imports_upward(&file("src/compose/plan/up.rs", source)).len(), 1);
    assert_eq!(rules::imports_upward(&file("src/compose/plan.rs", source)).len(), 1);
    assert!(rules::imports_upward(&file("src/compose/planner.rs", source)).is_empty());
    assert!(rules::imports_upward(&file("src/compose/apply.rs", source)).is_empty());
}

#[test]
fn fenced_crates_are_found_by_any_path() {
    assert_eq!(crates("use bollard::Docker;", &["bollard"]).len(), 1);
    assert_eq!(crates("use {serde, bollard};", &["bollard"]).len(), 1);
    assert_eq!(crates("type X = ratatui::crossterm::event::Event;", &["crossterm"]).len(), 1);
    assert!(crates("// bollard::Docker\nlet text = \"bollard::Docker\";", &["bollard"]).is_empty());
    assert_eq!(rules::crates_out_of_place(&file("src/task.rs", "use bollard::Docker;")).len(), 1);
    assert!(rules::crates_out_of_place(&file("src/engine/logs.rs", "use bollard::Docker;")).is_empty());
    assert_eq!(
        rules::crates_out_of_place(&file("src/app.rs", "async fn f() { tokio::time::sleep(d).await }")).len(),
        1
    );
    assert!(rules::crates_out_of_place(&file("src/view.rs", "use ratatui::Frame;")).is_empty());
    assert_eq!(rules::crates_out_of_place(&file("src/view.rs", "use crossterm::event;")).len(), 1);
}

#[test]
fn a_clock_in_the_pure_core_is_found() {
    assert_eq!(clocks("let now = jiff::Timestamp::now();"), [("Timestamp::now".to_owned(), 1)]);
    assert_eq!(rules::clocks_read(&file("src/app/update.rs", "let x = Instant::now();")).len(), 1);
    assert!(rules::clocks_read(&file("src/runtime.rs", "let x = Instant::now();")).is_empty());
}

#[test]
fn long_files_old_style_modules_and_unfinished_work_are_found() {
    let long = "\n".repeat(501);
    assert_eq!(rules::untidy(&file("src/app/update.rs", &long)).len(), 1);
    assert!(rules::untidy(&file("src/app/update.rs", &"\n".repeat(500))).is_empty());
    assert!(rules::untidy(&file("src/app/update/tests.rs", &long)).is_empty());
    assert_eq!(rules::untidy(&file("src/app/mod.rs", "")).len(), 1);
    let marks = [
        concat!("// TO", "DO: later"),
        concat!("// FIX", "ME"),
        concat!("/* XX", "X */"),
        concat!("to", "do!()"),
    ];
    for mark in marks {
        assert_eq!(rules::left_undone(&file("src/app.rs", mark)).len(), 1, "{mark}");
    }
    let template = format!("mktemp bundle.{}", "X".repeat(6));
    assert!(rules::left_undone(&file("src/app.rs", &template)).is_empty());
}
