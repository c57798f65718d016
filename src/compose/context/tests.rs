use super::*;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};

struct Entry {
    kind: tar::EntryType,
    mode: u32,
    owner: u64,
    link: Option<String>,
    text: String,
}

fn place(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

fn source(directory: &Path) -> Source<'_> {
    Source { service: "web", directory, dockerfile: "", inline: "" }
}

async fn sent(context: Context) -> Result<BTreeMap<String, Entry>, Fault> {
    let (mut stream, sending, _) = context.send()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(_) => return Err(sending.failure().unwrap()),
        }
    }
    assert_eq!(sending.bytes(), bytes.len() as u64);
    let mut archive = tar::Archive::new(bytes.as_slice());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut text = String::new();
        io::Read::read_to_string(&mut entry, &mut text).unwrap();
        let header = entry.header();
        let link = entry.link_name().unwrap().map(|link| link.display().to_string());
        let (mode, owner) = (header.mode().unwrap(), header.uid().unwrap() + header.gid().unwrap());
        (name, Entry { kind: header.entry_type(), mode, owner, link, text })
    });
    Ok(entries.collect())
}

async fn names(source: Source<'_>) -> Vec<String> {
    sent(Context::open(source).unwrap()).await.unwrap().into_keys().collect()
}

#[tokio::test]
async fn a_directory_is_sent_as_it_is() {
    let directory = place(&[("Dockerfile", "FROM scratch"), ("bin/run", "#!/bin/sh"), ("a/b/c", "text")]);
    let run = directory.path().join("bin/run");
    std::fs::set_permissions(run, std::fs::Permissions::from_mode(0o751)).unwrap();
    symlink("../nowhere", directory.path().join("a/link")).unwrap();
    let long = "long/".repeat(40) + "name";
    std::fs::create_dir_all(directory.path().join(&long).parent().unwrap()).unwrap();
    std::fs::write(directory.path().join(&long), "far").unwrap();
    let entries = sent(Context::open(source(directory.path())).unwrap()).await.unwrap();
    assert_eq!((entries["bin/run"].mode, entries["bin/run"].text.as_str()), (0o751, "#!/bin/sh"));
    assert_eq!(entries["a"].kind, tar::EntryType::Directory);
    assert_eq!(entries["a/link"].link.as_deref(), Some("../nowhere"));
    assert_eq!(entries[&long].text, "far");
    assert!(entries.values().all(|entry| entry.owner == 0));
}

#[tokio::test]
async fn ignored_files_are_not_sent_and_the_dockerfile_is() {
    let directory = place(&[
        (".dockerignore", "*\n!src\nsrc/*.o\n"),
        ("build/Dockerfile", "FROM scratch"),
        ("build/other", ""),
        ("src/a.c", ""),
        ("src/a.o", ""),
        ("secret", ""),
    ]);
    let source = Source { dockerfile: "build/Dockerfile", ..source(directory.path()) };
    assert_eq!(names(source).await, [".dockerignore", "build/Dockerfile", "src", "src/a.c"]);
}

#[tokio::test]
async fn a_dockerfile_has_an_ignore_file_of_its_own() {
    let directory = place(&[
        (".dockerignore", "a"),
        ("Dockerfile", ""),
        ("prod.Dockerfile", ""),
        ("prod.Dockerfile.dockerignore", "b\n"),
        ("a", ""),
        ("b", ""),
    ]);
    let own = Source { dockerfile: "prod.Dockerfile", ..source(directory.path()) };
    let sent = names(own).await;
    assert!(sent.contains(&"a".to_owned()) && !sent.contains(&"b".to_owned()), "{sent:?}");
    let sent = names(source(directory.path())).await;
    assert!(sent.contains(&"b".to_owned()) && !sent.contains(&"a".to_owned()), "{sent:?}");
}

#[tokio::test]
async fn a_dockerfile_from_elsewhere_is_added_and_hidden() {
    let elsewhere = place(&[("Dockerfile", "FROM scratch\n")]);
    let directory = place(&[("a", "")]);
    let outside = elsewhere.path().join("Dockerfile").display().to_string();
    for source in [
        Source { dockerfile: &outside, ..source(directory.path()) },
        Source { inline: "FROM scratch\n", ..source(directory.path()) },
    ] {
        let context = Context::open(source).unwrap();
        let name = Packed::new(Context::open(source).unwrap()).unwrap().dockerfile;
        let entries = sent(context).await.unwrap();
        assert_eq!(entries[&name].text, "FROM scratch\n");
        assert_eq!(entries[".dockerignore"].text, format!(".dockerignore\n{name}\n"));
        assert_eq!(entries.len(), 3);
    }
}

#[test]
fn what_is_missing_is_told_with_the_service() {
    let directory = place(&[("file", ""), ("sub/x", "")]);
    let missing = directory.path().join("none");
    let file = directory.path().join("file");
    for (source, word) in [
        (source(&missing), "its context"),
        (source(&file), "is no directory"),
        (source(directory.path()), "its Dockerfile"),
        (Source { dockerfile: "sub", ..source(directory.path()) }, "is a directory"),
    ] {
        let fault = Context::open(source).unwrap_err();
        assert_eq!(fault.object, "web");
        assert!(fault.to_string().contains(word) && fault.hint.is_some(), "{fault}");
    }
    let wrong = place(&[("Dockerfile", ""), (".dockerignore", "a\n[\n")]);
    let fault = Context::open(source(wrong.path())).unwrap_err();
    assert!(fault.object.ends_with(".dockerignore:2"), "{fault}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_is_named() {
    // The kernel's files say that they are a page long and are not.
    let source = Source { inline: "FROM scratch", ..source(Path::new("/sys/kernel/mm")) };
    let fault = sent(Context::open(source).unwrap()).await.map(drop).unwrap_err();
    assert!(fault.object.starts_with("/sys/kernel/mm/") && fault.hint.is_some(), "{fault}");
}
