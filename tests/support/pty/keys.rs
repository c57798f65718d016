//! Keys as a person would write them down, as the bytes a terminal sends.

/// `jjr` are three keys; `<enter> <esc> <tab> <space> <backspace> <up> <down> <left> <right> <c-d> <a-1> <lt>` are one each.
pub fn bytes(keys: &str) -> Vec<u8> {
    let mut sent = Vec::new();
    let mut rest = keys;
    while let Some(letter) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix('<').and_then(|tail| tail.split_once('>')) {
            sent.extend(named(name));
            rest = after;
        } else {
            let (letter, after) = rest.split_at(letter.len_utf8());
            sent.extend(letter.as_bytes());
            rest = after;
        }
    }
    sent
}

fn named(name: &str) -> Vec<u8> {
    match name {
        "enter" => b"\r".to_vec(),
        "esc" => b"\x1b".to_vec(),
        "tab" => b"\t".to_vec(),
        "space" => b" ".to_vec(),
        "backspace" => b"\x7f".to_vec(),
        "up" => b"\x1b[A".to_vec(),
        "down" => b"\x1b[B".to_vec(),
        "right" => b"\x1b[C".to_vec(),
        "left" => b"\x1b[D".to_vec(),
        "lt" => b"<".to_vec(),
        _ => match name.as_bytes() {
            [b'c', b'-', letter] => vec![letter & 0x1f],
            [b'a', b'-', letter] => vec![0x1b, *letter],
            _ => panic!("no key is called <{name}>"),
        },
    }
}
