use super::*;
use rstest::rstest;

#[rstest]
#[case("mcp-api", 7, "mcp-api")]
#[case("mcp-api", 6, "mcp-a…")]
#[case("mcp-api", 1, "…")]
#[case("mcp-api", 0, "")]
#[case("推理服务", 8, "推理服务")]
#[case("推理服务", 7, "推理服…")]
#[case("推理服务", 6, "推理…")]
#[case("e\u{301}te\u{301}", 3, "e\u{301}te\u{301}")]
fn text_is_cut_by_the_columns_it_takes(#[case] text: &str, #[case] columns: usize, #[case] expected: &str) {
    assert_eq!(fit(text, columns), expected);
    assert!(width(&fit(text, columns)) <= columns);
}

#[test]
fn scrolling_right_never_splits_a_character() {
    assert_eq!(skip("推理abc", 1), "理abc");
    assert_eq!(skip("推理abc", 4), "abc");
    assert_eq!(skip("abc", 9), "");
}

#[test]
fn long_text_is_wrapped_at_blanks_and_long_words_are_broken() {
    assert_eq!(wrap("no space left on device", 10), ["no space", "left on", "device"]);
    assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
    assert_eq!(wrap("read /run/secrets/db now", 16), ["read", "/run/secrets/db", "now"]);
    assert_eq!(wrap("", 5), [""]);
    assert!(wrap("推理服务", 1).len() == 4);
}

#[test]
fn a_command_keeps_its_words_whole() {
    let line = "docker compose -f /srv/stacks/mcp-api/compose.yaml up -d";
    let wrapped = ["docker compose -f", "/srv/stacks/mcp-api/compose.yaml", "up -d"];
    assert_eq!(wrap_command(line, 32), wrapped);
    assert_eq!(wrap_command(line, 80), [line]);
    let broken = wrap_command(line, 20);
    assert_eq!(broken, ["docker compose -f", "/srv/stacks/mcp-api/", "compose.yaml up -d"]);
    assert_eq!(wrap_command("推理", 1), ["推", "理"]);
    assert_eq!(wrap_command("", 5), Vec::<String>::new());
}

#[test]
fn what_does_not_fit_into_the_lines_is_cut_at_a_word() {
    let text = "deploy shop: failed: wait for shop-postgres-1";
    assert_eq!(wrap_within(text, 24, 1), ["deploy shop: failed: …"]);
    assert_eq!(wrap_within(text, 24, 2), ["deploy shop: failed:", "wait for shop-postgres-1"]);
    assert!(wrap_within("a-single-word-without-end", 10, 1)[0].ends_with('…'));
}

#[rstest]
#[case::it_fits("mcp-inference-3", 15, "mcp-inference-3")]
#[case::the_number_stays("mcp-inference-3", 10, "mcp-inf…-3")]
#[case::two_figures("mcp-inference-12", 10, "mcp-in…-12")]
#[case::no_number("mcp-inference", 8, "mcp-inf…")]
#[case::no_room_for_both("api-12", 3, "ap…")]
fn a_replica_keeps_its_number(#[case] name: &str, #[case] columns: usize, #[case] expected: &str) {
    assert_eq!(fit_replica(name, columns), expected);
}
