//! Lines that say the same have one template.

use crate::domain::log::mask;

#[test]
fn shapes() {
    let rows = [
        ("took 12 ms, then 1.5s and 1m30s", "took ‹n› ms, then ‹dur› and ‹dur›"),
        ("worker3 done with 1,204 lines (12.5%)", "worker‹n› done with ‹n› lines (‹n›%)"),
        ("allocated 2.00GiB of 16 GiB, 512MB free", "allocated ‹size› of ‹n› GiB, ‹size› free"),
        ("2026-11-20T10:00:00.123Z ready", "‹time› ready"),
        ("2026-11-20 10:00:00,123 ready", "‹time› ready"),
        ("2026/11/20 10:00:00 [error] 31#31: *17 open()", "‹time› [error] ‹n›#‹n›: *‹n› open()"),
        ("[20/Nov/2026:10:00:00 +0000] x", "[‹time›] x"),
        ("1:M 20 Nov 2026 10:00:00.123 * Ready", "‹n›:M ‹time› * Ready"),
        ("peer 10.0.0.1:51234 left 10.0.0.2", "peer ‹ip› left ‹ip›"),
        ("peer [fe80::1]:80 via ::1 and 02:42:ac:11:00:02", "peer [‹ip›]:‹n› via ‹ip› and ‹ip›"),
        ("id 123e4567-e89b-12d3-a456-426614174000.", "id ‹uuid›."),
        ("id f23e4567-e89b-12d3-a456-426614174000 x", "id ‹uuid› x"),
        ("sha256:9f86d081884c7d65 at 0xc000012345", "sha‹n›:‹hex› at ‹hex›"),
        ("request req_8fJk2LmQ9x failed", "request req_‹id› failed"),
        ("open \"/a b/c\" and 'd'", "open \"‹s›\" and '‹s›'"),
        ("don't stop, it can't", "don't stop, it can't"),
        ("GET /api/runs/42/steps", "GET /api/runs/‹n›/steps"),
        (
            "1.2.3.4 - - [20/Nov/2026:10:00:00 +0000] \"GET /runs/42 HTTP/1.1\" 502 157",
            "‹ip› - - [‹time›] \"GET /runs/‹n› HTTP/‹n›\" 5xx ‹n›",
        ),
        ("loss=1.5e-09 lr=-3", "loss=‹n› lr=-‹n›"),
        ("v1.2.3 of python3.11", "v‹n›.‹n› of python‹n›.‹n›"),
        ("Größe 5 überschritten", "Größe ‹n› überschritten"),
        (r#"{"level":"info","msg":"user 42 came","id":7}"#, "user ‹n› came"),
        (r#"ts=1 level=info msg="user 42 came" id=7"#, "user ‹n› came"),
        (r#"{"id":42}"#, r#"{"‹s›":‹n›}"#),
        ("", ""),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(line, template)| mask(line).text != *template)
        .map(|(line, template)| format!("{line}\n  {template} expected\n  {} found", mask(line).text))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_hash_is_the_templates_and_stays() {
    assert_eq!(mask("took 12 ms").hash, mask("took 99 ms").hash);
    assert_ne!(mask("took 12 ms").hash, mask("took 12 s").hash);
    assert_ne!(mask("\"GET / HTTP/1.1\" 200 5").hash, mask("\"GET / HTTP/1.1\" 500 5").hash);
    // FNV-1a of nothing and of one letter, from its authors' tables.
    assert_eq!(mask("").hash, 0xcbf2_9ce4_8422_2325);
    assert_eq!(mask("a").hash, 0xaf63_dc4c_8601_ec8c);
}

#[test]
fn templates_are_bounded() {
    let long = mask(&"word 12 ".repeat(1000));
    assert!(long.text.len() <= 515 && long.text.ends_with('…'), "{}", long.text.len());
}
