use super::*;
use rstest::rstest;

fn write(name: &str, text: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(format!("{name}.yaml")), text).unwrap();
    directory
}

#[test]
fn built_in_themes_name_every_role_and_make_no_mistake() {
    for (name, text) in BUILT_IN {
        let (theme, complaints) = read::theme(name, text, Theme::default());
        assert!(complaints.is_empty(), "{name}: {complaints:?}");
        assert!(theme.tags.len() >= 8, "{name}");
        for role in ROLES {
            assert!(text.contains(&format!("\n  {role}: ")), "{name} lacks {role}");
        }
    }
}

#[rstest]
#[case(ColourDepth::None)]
#[case(ColourDepth::Sixteen)]
#[case(ColourDepth::TwoFiftySix)]
#[case(ColourDepth::True)]
fn states_and_the_selection_can_be_seen_at_any_depth(#[case] depth: ColourDepth) {
    for name in built_in_names() {
        let theme = Theme::built_in(name).unwrap().at(depth);
        let plain = TextStyle::default();
        assert_ne!(theme.selection, plain, "{name}");
        assert!(theme.selection.background.is_some() || theme.selection.reverse, "{name}");
        assert_ne!(theme.found, plain, "{name}");
        assert_ne!(theme.simulated, plain, "{name}");
        if depth != ColourDepth::None {
            assert_ne!(theme.good, theme.bad, "{name}");
            assert_ne!(theme.good, theme.warning, "{name}");
            assert_ne!(theme.warning, theme.bad, "{name}");
            assert_ne!(theme.border, theme.border_focused, "{name}");
        }
    }
}

#[test]
fn no_depth_exceeds_itself() {
    let theme = Theme::built_in("colour-blind").unwrap();
    for (role, style) in theme.clone().at(ColourDepth::None).roles_mut() {
        assert_eq!((style.foreground, style.background), (None, None), "{role}");
    }
    for (role, style) in theme.clone().at(ColourDepth::Sixteen).roles_mut() {
        for colour in [style.foreground, style.background].into_iter().flatten() {
            assert!(matches!(colour, Colour::Indexed(0..16)), "{role}: {colour:?}");
        }
    }
    assert_eq!(theme.at(ColourDepth::TwoFiftySix).good.foreground, Some(Colour::Indexed(74)));
}

#[rstest]
#[case("114", 10)]
#[case("#ff0000", 9)]
#[case("203", 9)]
#[case("245", 8)]
#[case("#101010", 0)]
fn sixteen_colours_keep_the_hue(#[case] word: &str, #[case] expected: u8) {
    let colour = style::colour(word).unwrap();
    assert_eq!(ColourDepth::Sixteen.colour(colour), Some(Colour::Indexed(expected)));
}

#[rstest]
#[case(&[("TERM", "xterm-256color")], ColourDepth::TwoFiftySix)]
#[case(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], ColourDepth::True)]
#[case(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], ColourDepth::None)]
#[case(&[("TERM", "xterm-256color"), ("NO_COLOR", "")], ColourDepth::TwoFiftySix)]
#[case(&[("TERM", "linux")], ColourDepth::Sixteen)]
#[case(&[("TERM", "dumb"), ("COLORTERM", "truecolor")], ColourDepth::None)]
#[case(&[], ColourDepth::None)]
fn depth_comes_from_the_environment(#[case] environment: &[(&str, &str)], #[case] expected: ColourDepth) {
    let lookup = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    assert_eq!(ColourDepth::detect(lookup), expected);
}

#[test]
fn a_file_overrides_what_it_names_and_inherits_the_rest() {
    let directory = write("mine", "base: light\nroles:\n  border: \"bold #010203 on 4\"\n");
    let (theme, faults) = load("mine", &[directory.path().to_owned()]);
    assert_eq!(faults, []);
    assert_eq!(theme.border.foreground, Some(Colour::Rgb(1, 2, 3)));
    assert_eq!(theme.border.background, Some(Colour::Indexed(4)));
    assert!(theme.border.bold);
    assert_eq!(theme.good, Theme::built_in("light").unwrap().good);
}

#[test]
fn every_mistake_is_named_at_once_and_the_rest_is_used() {
    let directory = write(
        "default",
        "rolls: {}\nroles:\n  bordr: 1\n  good: 256\n  bad: bold purplish\n  info: [1]\n  dim: #ffffff\n  key: bold #ffffff\n  text: 7\ntags: [1, x]\n",
    );
    let (theme, faults) = load("default", &[directory.path().to_owned()]);
    let path = directory.path().join("default.yaml");
    let lines: Vec<_> =
        faults.iter().map(|fault| fault.to_string().replace(&*path.to_string_lossy(), "FILE")).collect();
    assert_eq!(
        lines,
        [
            "read theme FILE:1:1: rolls: unknown key; did you mean `roles`?",
            "read theme FILE:3:3: roles.bordr: unknown key; did you mean `border`?",
            "read theme FILE:4:9: roles.good: expected a style such as `bold cyan on 236`, found `256`",
            "read theme FILE:5:8: roles.bad: expected a style such as `bold cyan on 236`, found `purplish` in it",
            "read theme FILE:6:9: roles.info: expected a style such as `bold cyan on 236`, found a list",
            "read theme FILE:7:6: roles.dim: expected a style; `#` begins a comment here: write \"#rrggbb\" in quotes",
            "read theme FILE:8:8: roles.key: expected a style; `#` begins a comment here: write \"#rrggbb\" in quotes",
            "read theme FILE:10:11: tags[1]: expected a colour: a name such as `bright-blue`, 0 to 255, or \"#rrggbb\", found `x`",
        ]
    );
    assert!(faults.iter().all(|fault| fault.hint.is_some()));
    assert_eq!(theme.text.foreground, Some(Colour::Indexed(7)));
    assert_eq!(theme.good, Theme::built_in("default").unwrap().good);
}

#[test]
fn an_unknown_theme_says_which_there_are() {
    for name in ["solarised", "../../etc/passwd", "", "a/b"] {
        let (theme, faults) = load(name, &[PathBuf::from("/")]);
        assert_eq!(theme, Theme::built_in("default").unwrap());
        assert!(faults[0].hint.as_deref().unwrap().contains("colour-blind"), "{faults:?}");
    }
}

#[test]
fn a_directory_in_the_files_place_is_a_fault() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("light.yaml")).unwrap();
    let (theme, faults) = load("light", &[directory.path().to_owned()]);
    assert_eq!(theme, Theme::built_in("light").unwrap());
    assert!(faults[0].to_string().contains("not a regular file"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", role in "[a-z: #\"'\\[\\]{}0-9\n-]{0,60}") {
        let _theme = read::theme("x", &text, Theme::default());
        let _theme = read::theme("x", &format!("roles:\n  {role}"), Theme::default());
    }
}
