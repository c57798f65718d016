use super::*;
use age::secrecy::ExposeSecret;
use std::fs::File;
use std::sync::atomic::AtomicU64;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// A new identity in a file, and its public key.
    fn identity(&self, name: &str) -> (std::path::PathBuf, String) {
        let identity = age::x25519::Identity::generate();
        let file = self.path(name);
        let text = format!("# a comment\n{}\n", identity.to_string().expose_secret());
        std::fs::write(&file, text).unwrap();
        (file, identity.to_public().to_string())
    }

    fn sealed(&self, recipients: &[String], bytes: &[u8]) -> (std::path::PathBuf, Sum) {
        let file = self.path("part.age");
        let summed = Summed::new(File::create(&file).unwrap(), std::sync::Arc::new(AtomicU64::new(0)));
        let mut sink = Recipients::parse(recipients).unwrap().seal(summed).unwrap();
        sink.write_all(bytes).unwrap();
        (file, sink.finish().unwrap())
    }
}

fn opened(keys: &Keys, file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    keys.open(File::open(file)?)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[test]
fn each_recipient_reads_what_was_written_and_nobody_else_does() {
    let place = Place::new();
    let (one, two, other) = (place.identity("one"), place.identity("two"), place.identity("other"));
    let long: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let (file, sum) = place.sealed(&[one.1, two.1], &long);
    let stored = std::fs::read(&file).unwrap();
    assert_eq!((sum.bytes, sum.sha256), (stored.len() as u64, units::hexadecimal(&Sha256::digest(&stored))));
    for identity in [&one.0, &two.0] {
        assert!(opened(&Keys::read(identity).unwrap(), &file).unwrap() == long);
    }
    let wrong = opened(&Keys::read(&other.0).unwrap(), &file).unwrap_err();
    assert_eq!(wrong.kind(), io::ErrorKind::PermissionDenied);
    let none = opened(&Keys::default(), &file).unwrap_err();
    assert_eq!(none.kind(), io::ErrorKind::PermissionDenied);
}

#[test]
fn what_was_cut_or_changed_is_refused() {
    let place = Place::new();
    let (identity, key) = place.identity("one");
    let (file, _) = place.sealed(&[key], &vec![7; 150_000]);
    let (keys, whole) = (Keys::read(&identity).unwrap(), std::fs::read(&file).unwrap());
    for length in [0, 20, 200, 70_000, whole.len() - 1] {
        std::fs::write(&file, &whole[..length]).unwrap();
        assert!(opened(&keys, &file).is_err(), "cut to {length}");
    }
    for at in [10, 60, 300, 100_000, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert!(opened(&keys, &file).is_err(), "changed at {at}");
    }
}

#[test]
fn what_is_no_key_is_refused_and_a_secret_is_not_shown() {
    let place = Place::new();
    let (file, _) = place.identity("one");
    let text = std::fs::read_to_string(&file).unwrap();
    let secret = text.lines().last().unwrap().to_owned();
    for wrong in [secret.as_str(), "age1", "", "ssh-ed25519 AAAA", "somebody"] {
        let fault = Recipients::parse(&[wrong.to_owned()]).unwrap_err();
        assert!(fault.hint.as_ref().unwrap().contains("encrypt"), "{wrong}");
        assert!(!fault.to_string().contains(&secret), "{fault}");
    }
    let broken = place.path("broken");
    std::fs::write(&broken, format!("{}x\n", &secret[..40])).unwrap();
    let fault = Keys::read(&broken).unwrap_err();
    assert!(!fault.to_string().contains("AGE-SECRET"), "{fault}");
    assert!(Keys::read(&place.path("nowhere")).unwrap_err().to_string().contains("nowhere"));
    std::fs::write(&broken, "# nothing\n").unwrap();
    assert!(Keys::read(&broken).is_err(), "a file without a key");
}

#[test]
fn nobody_named_means_that_nothing_is_encrypted() {
    let place = Place::new();
    let (file, sum) = place.sealed(&[], b"rows");
    assert_eq!((std::fs::read(file).unwrap().as_slice(), sum.bytes), (b"rows".as_slice(), 4));
    assert!(Recipients::default().is_empty());
}

#[test]
fn the_order_and_the_number_of_recipients_changes_no_name() {
    let place = Place::new();
    let (one, two) = (place.identity("one").1, place.identity("two").1);
    let tag = |keys: &[&String]| {
        Recipients::parse(&keys.iter().map(|key| (*key).clone()).collect::<Vec<_>>()).unwrap().tag()
    };
    assert_eq!(tag(&[&one, &two]), tag(&[&two, &one, &two]));
    assert_ne!(tag(&[&one, &two]), tag(&[&one]));
}
