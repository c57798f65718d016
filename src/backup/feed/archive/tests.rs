use super::*;
use rstest::rstest;
use tar::{Builder, Header};

/// An archive of entries as they are given, however malicious: names are written into the headers as they are.
fn archive(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, text) in entries {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        let is_link = matches!(kind, EntryType::Link | EntryType::Symlink);
        let body: &[u8] = if is_link { b"" } else { text.as_bytes() };
        if is_link {
            header.as_mut_bytes()[157..157 + text.len()].copy_from_slice(text.as_bytes());
        }
        header.set_size(body.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, body).unwrap();
    }
    builder.into_inner().unwrap()
}

fn rules(bytes: &[u8], entries: usize) -> Rules {
    Rules {
        object: "volume shop_data".to_owned(),
        entries: entries as u64,
        raw_bytes: bytes.len() as u64,
        seen_at: vec!["/data".to_owned()],
        ..Rules::default()
    }
}

fn unpacked(bytes: &[u8], rules: &Rules) -> (Vec<u8>, Result<(), Fault>) {
    let mut through = Vec::new();
    let ended = pass(bytes, rules, &mut |bytes| {
        through.extend_from_slice(bytes);
        Ok(())
    });
    (through, ended)
}

const ROOT: (&str, EntryType, &str) = ("./", EntryType::Directory, "");
const FILE: (&str, EntryType, &str) = ("./a", EntryType::Regular, "text");

#[test]
fn what_a_backup_makes_goes_through_to_the_byte() {
    let entries = [
        ROOT,
        ("./sub/", EntryType::Directory, ""),
        ("./sub/file", EntryType::Regular, &"x".repeat(2000)),
        ("./sub/hard", EntryType::Link, "./sub/file"),
        ("./sub/up", EntryType::Symlink, "../a"),
        ("./seen", EntryType::Symlink, "/data/sub"),
        ("./pipe", EntryType::Fifo, ""),
    ];
    let bytes = archive(&entries);
    let (through, ended) = unpacked(&bytes, &rules(&bytes, entries.len()));
    ended.unwrap();
    assert_eq!(through, bytes);
}

#[rstest]
#[case::absolute(("/etc/passwd", EntryType::Regular, "x"), "absolute")]
#[case::upwards(("a/../../b", EntryType::Regular, "x"), "upwards")]
#[case::twice(("a", EntryType::Regular, "x"), "twice")]
#[case::block_device(("sda", EntryType::Block, ""), "no file")]
#[case::character_device(("null", EntryType::Char, ""), "no file")]
#[case::link_outside(("out", EntryType::Symlink, "/etc"), "leads outside")]
#[case::link_upwards(("out", EntryType::Symlink, "b/../../.."), "leads outside")]
#[case::link_seen_outside(("out", EntryType::Symlink, "/data/../etc"), "leads outside")]
#[case::hard_link_outside(("out", EntryType::Link, "/etc/shadow"), "absolute")]
#[case::hard_link_to_nothing(("out", EntryType::Link, "nothing"), "not before it")]
#[case::our_names(("./.mcp-tui-old-1/x", EntryType::Regular, ""), "only a restore")]
fn a_malicious_entry_is_refused_before_the_tool_has_seen_any_of_it(
    #[case] entry: (&str, EntryType, &str),
    #[case] cause: &str,
) {
    let bytes = archive(&[ROOT, FILE, entry]);
    let (through, ended) = unpacked(&bytes, &rules(&bytes, 3));
    let fault = ended.unwrap_err();
    assert!(fault.to_string().contains(cause), "{fault}");
    assert!(through.len() <= archive(&[ROOT, FILE]).len() - 1024, "the entry went through");
}

#[test]
fn another_name_of_a_symbolic_link_leads_from_where_it_stands() {
    let deep = [
        ROOT,
        ("./sub/", EntryType::Directory, ""),
        ("./sub/up", EntryType::Symlink, "../a"),
        ("./sub/too", EntryType::Link, "./sub/up"),
    ];
    let bytes = archive(&deep);
    unpacked(&bytes, &rules(&bytes, deep.len())).1.unwrap();
    let above = [&deep[..3], &[("./too", EntryType::Link, "./sub/up")]].concat();
    let bytes = archive(&above);
    let fault = unpacked(&bytes, &rules(&bytes, above.len())).1.unwrap_err();
    assert!(fault.causes[0].contains("leads outside"), "{fault}");
    let through = [&deep[..], &[("./sub/too/b", EntryType::Regular, "x")]].concat();
    let bytes = archive(&through);
    let fault = unpacked(&bytes, &rules(&bytes, through.len())).1.unwrap_err();
    assert!(fault.causes[0].contains("behind a link"), "{fault}");
}

/// GNU tar writes the name of a file with holes into an extension, and `GNUSparseFile.1/…` where others look.
#[test]
fn a_file_with_holes_is_known_by_its_own_name() {
    let sparse = |name: &str, header: &str| {
        let mut builder = Builder::new(Vec::new());
        builder.append_pax_extensions([("GNU.sparse.name", name.as_bytes())]).unwrap();
        let mut entry = Header::new_gnu();
        entry.as_mut_bytes()[..header.len()].copy_from_slice(header.as_bytes());
        entry.set_entry_type(EntryType::Regular);
        entry.set_size(0);
        entry.set_cksum();
        builder.append(&entry, &b""[..]).unwrap();
        let mut link = Header::new_gnu();
        link.as_mut_bytes()[..9].copy_from_slice(b"data/too\0");
        link.set_entry_type(EntryType::Link);
        link.as_mut_bytes()[157..166].copy_from_slice(b"data/hole");
        link.set_size(0);
        link.set_cksum();
        builder.append(&link, &b""[..]).unwrap();
        let bytes = builder.into_inner().unwrap();
        let rules = Rules { top: Some("data".to_owned()), ..rules(&bytes, 2) };
        unpacked(&bytes, &rules).1.map_err(|fault| fault.causes[0].clone())
    };
    assert_eq!(sparse("data/hole", "GNUSparseFile.7/hole"), Ok(()));
    assert!(sparse("other/hole", "GNUSparseFile.7/hole").unwrap_err().contains("not below"));
    assert!(sparse("data/hole", "../hole").unwrap_err().contains("upwards"));
}

#[test]
fn nothing_is_written_through_a_link_even_where_links_may_lead_outside() {
    let bytes = archive(&[("out", EntryType::Symlink, "/etc"), ("out/passwd", EntryType::Regular, "x")]);
    let rules = Rules { links_outside: true, ..rules(&bytes, 2) };
    let fault = unpacked(&bytes, &rules).1.unwrap_err();
    assert!(fault.to_string().contains("behind a link"), "{fault}");
}

#[test]
fn an_archive_that_is_cut_or_grown_is_refused() {
    let whole = archive(&[ROOT, FILE, ("b", EntryType::Regular, "more")]);
    let agreed = rules(&whole, 3);
    unpacked(&whole, &agreed).1.unwrap();
    // At the boundary of an entry a reader of tar sees nothing wrong.
    let cut = archive(&[ROOT, FILE]);
    assert!(unpacked(&cut, &agreed).1.is_err());
    let grown = archive(&[ROOT, FILE, ("b", EntryType::Regular, "more"), ("c", EntryType::Regular, "")]);
    assert!(unpacked(&grown, &agreed).1.is_err());
    assert!(unpacked(&[whole.as_slice(), b"0"].concat(), &agreed).1.is_err());
}

#[test]
fn below_one_name_means_below_that_name() {
    let bytes = archive(&[("conf/", EntryType::Directory, ""), ("other", EntryType::Regular, "x")]);
    let rules = Rules { top: Some("conf".to_owned()), ..rules(&bytes, 2) };
    let fault = unpacked(&bytes, &rules).1.unwrap_err();
    assert!(fault.to_string().contains("not below"), "{fault}");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = unpacked(&bytes, &rules(&bytes, 3));
    }
}
