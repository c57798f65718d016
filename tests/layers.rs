//! Holds the tree to the architecture: which room may use which, which crate may be named where, how long a file may be.
//!
//! The checks read the sources as tokens, not with a regular expression over lines: a grouped or broken `use`, a path in
//! the middle of an expression and a climb through `super::` all count, and what stands in comments and strings does not.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[path = "layers/imports.rs"]
mod imports;
#[path = "layers/parser_tests.rs"]
mod parser_tests;
#[path = "layers/rules.rs"]
mod rules;
#[path = "layers/table.rs"]
mod table;
#[path = "layers/tokens.rs"]
mod tokens;
#[path = "layers/tree.rs"]
mod tree;

fn assert_none(what: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{what}:\n  {}", complaints.join("\n  "));
}

#[test]
fn rooms_import_only_what_the_table_lets_them() {
    let complaints: Vec<String> = tree::sources().iter().flat_map(rules::imports_upward).collect();
    assert_none("imports that the table of rooms does not allow", &complaints);
}

#[test]
fn crates_are_named_only_where_they_may_be() {
    let complaints: Vec<String> = tree::sources().iter().flat_map(rules::crates_out_of_place).collect();
    assert_none("crates named in a room that must not know them", &complaints);
}

#[test]
fn the_pure_rooms_ask_no_clock() {
    let complaints: Vec<String> = tree::sources().iter().flat_map(rules::clocks_read).collect();
    assert_none("the time is handed in, never asked for", &complaints);
}

#[test]
fn files_are_short_and_nothing_is_left_undone() {
    let mut complaints: Vec<String> = tree::sources().iter().flat_map(rules::untidy).collect();
    complaints.extend(tree::tests().iter().flat_map(rules::left_undone));
    assert_none("untidy files", &complaints);
}

#[test]
fn the_architecture_document_names_the_same_rooms() {
    let library = tree::sources().into_iter().find(|file| file.path == "src/lib.rs").expect("src/lib.rs");
    assert_eq!(table::documented(&library.text), table::enforced());
    let mut declared = table::declared_modules(&library.text);
    let mut rooms: Vec<String> = table::ROOMS.iter().map(|room| room.name.to_owned()).collect();
    declared.sort();
    rooms.sort();
    assert_eq!(declared, rooms, "the modules of src/lib.rs are the rooms");
}

#[test]
fn every_source_file_belongs_to_a_room() {
    let strangers: Vec<String> = tree::sources()
        .iter()
        .filter(|file| file.room().is_none())
        .map(|file| file.path.clone())
        .filter(|path| path != "src/lib.rs" && path != "src/main.rs")
        .collect();
    assert_none("files of no room", &strangers);
}

#[test]
fn only_the_library_that_plays_nvml_is_unsafe() {
    // Written in two halves, so that this file is not found by its own search.
    let excepted = concat!("expect(unsafe", "_code");
    let everywhere = tree::sources().into_iter().chain(tree::tests());
    let strangers: Vec<String> = everywhere
        .filter(|file| file.text.contains(excepted) && !file.path.starts_with("tests/fake_nvml/"))
        .map(|file| file.path)
        .collect();
    assert_none("files that except themselves from the lint", &strangers);
    for root in
        tree::sources().iter().filter(|file| ["src/lib.rs", "src/main.rs"].contains(&file.path.as_str()))
    {
        assert!(root.text.contains("#![forbid(unsafe_code)]"), "{} forbids it no more", root.path);
    }
}
