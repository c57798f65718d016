//! The keys of a bucket: from a file that nobody else can read, or from the environment. They are never shown.

use crate::domain::stack::OffsitePlace;
use crate::domain::{Fault, FaultKind};
use rustix::fs::OFlags;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";
/// No file of keys comes near it.
const MOST_BYTES: u64 = 64 << 10;

pub struct Credentials {
    pub id: String,
    pub secret: String,
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials(••••••)")
    }
}

impl Credentials {
    /// Of the declared file, else of the environment.
    pub fn of(place: &OffsitePlace) -> Result<Self, Fault> {
        match &place.credentials_file {
            Some(file) => Self::read(file),
            None => Self::from_variables(&|name| std::env::var(name).ok()).ok_or_else(|| {
                Fault::new(FaultKind::Permission, "find the keys of", place.url())
                    .because(format!("{ID} and {SECRET} are not in the environment"))
                    .hint(
                        "set them, or name a file that holds them: `x-mcp.backup.offsite.credentials_file`; a timer of \
                         systemd has no environment of yours",
                    )
            }),
        }
    }

    fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let filled = |name: &str| variable(name).filter(|value| !value.is_empty());
        Some(Self { id: filled(ID)?, secret: filled(SECRET)?, token: filled(TOKEN) })
    }

    fn read(file: &Path) -> Result<Self, Fault> {
        const OPERATION: &str = "read the keys in";
        let shown = file.display().to_string();
        let unread = |error: std::io::Error| Fault::io(OPERATION, &shown, &error);
        // To open a pipe could take for ever. A link is followed, unlike in a bundle: keys are often handed out as one.
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(file).map_err(unread)?;
        let metadata = opened.metadata().map_err(unread)?;
        if !metadata.is_file() {
            return Err(Fault::new(FaultKind::Invalid, OPERATION, &shown)
                .because("it is no file")
                .hint("let `x-mcp.backup.offsite.credentials_file` name a file that holds the keys"));
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Fault::new(FaultKind::Permission, OPERATION, &shown)
                .because(format!("others than its owner can get at it (mode {mode:o})"))
                .hint(format!("chmod 600 {shown}")));
        }
        let mut text = String::new();
        opened.take(MOST_BYTES).read_to_string(&mut text).map_err(unread)?;
        parse(&text).ok_or_else(|| {
            // What stands there is not quoted: it is a secret, or next to one.
            Fault::new(FaultKind::Invalid, OPERATION, &shown)
                .because("it does not hold `aws_access_key_id` and `aws_secret_access_key`")
                .hint("it is written as `~/.aws/credentials` is, of which `[default]` counts, or as lines of NAME=VALUE")
        })
    }
}

/// A file as Amazon's own tools have it, of which the section `default` counts, or lines of NAME=VALUE.
fn parse(text: &str) -> Option<Credentials> {
    let mut ours = true;
    let (mut id, mut secret, mut token) = (None, None, None);
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            ours = section.trim() == "default";
            continue;
        }
        if !ours || line.starts_with(['#', ';']) {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let name = name.trim().trim_start_matches("export ").trim();
        let value = value.trim();
        let unquoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        let value = unquoted.unwrap_or(value).to_owned();
        for (known, slot) in [(ID, &mut id), (SECRET, &mut secret), (TOKEN, &mut token)] {
            if name.eq_ignore_ascii_case(known) && !value.is_empty() {
                *slot = Some(value.clone());
            }
        }
    }
    Some(Credentials { id: id?, secret: secret?, token })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::of_amazon_s_tools("[default]\naws_access_key_id = one\naws_secret_access_key = a/b=c\n", true)]
    #[case::among_others(
        "[other]\naws_access_key_id=x\naws_secret_access_key=y\n[default]\naws_access_key_id=one\naws_secret_access_key=a/b=c\n",
        true
    )]
    #[case::of_variables("# keys\nAWS_ACCESS_KEY_ID=one\nexport AWS_SECRET_ACCESS_KEY=\"a/b=c\"\n", true)]
    #[case::of_somebody_else("[other]\naws_access_key_id=one\naws_secret_access_key=a/b=c\n", false)]
    #[case::half("aws_access_key_id = one\n", false)]
    #[case::empty("aws_access_key_id = one\naws_secret_access_key =\n", false)]
    fn keys_stand_in_a_file_as_the_field_writes_them(#[case] text: &str, #[case] found: bool) {
        let keys = parse(text).map(|keys| (keys.id, keys.secret, keys.token));
        assert_eq!(keys, found.then(|| ("one".to_owned(), "a/b=c".to_owned(), None)));
    }

    #[rstest]
    #[case::only_the_owner(0o600, None)]
    #[case::the_group(0o640, Some("chmod 600"))]
    #[case::everybody(0o604, Some("chmod 600"))]
    fn a_file_that_others_can_read_is_refused(#[case] mode: u32, #[case] hint: Option<&str>) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("keys");
        std::fs::write(&file, "aws_access_key_id=one\naws_secret_access_key=canary\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let read = Credentials::read(&file);
        assert!(!format!("{read:?}").contains("canary"));
        let hinted = read.err().and_then(|fault| fault.hint);
        assert_eq!(hinted.is_some(), hint.is_some());
        assert!(hint.is_none_or(|hint| hinted.unwrap().starts_with(hint)));
    }

    #[test]
    fn half_of_the_keys_in_the_environment_are_none() {
        let with = |names: &'static [&str]| {
            Credentials::from_variables(&move |name| names.contains(&name).then(|| "x".to_owned())).is_some()
        };
        assert_eq!((with(&[ID, SECRET]), with(&[ID]), with(&[])), (true, false, false));
    }

    #[test]
    fn what_is_no_file_is_refused_at_once_and_a_link_to_one_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let (pipe, file, link) =
            (directory.path().join("pipe"), directory.path().join("keys"), directory.path().join("link"));
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
        for wrong in [pipe.as_path(), directory.path()] {
            let fault = Credentials::read(wrong).unwrap_err();
            assert_eq!(
                (fault.kind, fault.causes.as_slice()),
                (FaultKind::Invalid, ["it is no file".to_owned()].as_slice())
            );
        }
        std::fs::write(&file, "aws_access_key_id=one\naws_secret_access_key=two\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(Credentials::read(&link).unwrap().id, "one");
    }
}
