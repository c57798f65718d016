use super::*;
use rstest::rstest;

fn manifest() -> Manifest {
    let part = ManifestPart {
        part: BackupPart { path: "postgres/mlflow.dump".to_owned(), bytes: 7, sha256: "ab".repeat(32) },
        kind: "postgres".to_owned(),
        service: "postgres".to_owned(),
        database: "mlflow".to_owned(),
        user: "mlflow_user".to_owned(),
        image: "postgres:15-alpine".to_owned(),
        image_id: "sha256:00".to_owned(),
    };
    let created = "2026-11-20T10:31:04Z".parse().unwrap();
    Manifest::new("20261120T103104Z-3f9c".to_owned(), "mlflow".to_owned(), created, vec![part])
}

#[test]
fn what_is_written_is_read_back() {
    let manifest = manifest();
    let read = Manifest::parse(&manifest.to_json().unwrap(), "manifest.json").unwrap();
    assert_eq!(read, manifest);
    let entry = read.entry(Path::new("/b"));
    assert_eq!((entry.size_bytes, entry.parts.len()), (7, 1));
    assert_eq!(read.sums(), format!("{}  postgres/mlflow.dump\n", "ab".repeat(32)));
}

#[test]
fn the_instructions_name_each_database_and_its_file() {
    let text = manifest().instructions();
    assert!(text.contains("sha256sum -c SHA256SUMS"));
    assert!(text.contains("pg_restore -U 'mlflow_user' -d 'mlflow'"));
    assert!(text.contains("< 'postgres/mlflow.dump'"));
}

#[rstest]
#[case::cut("\"format\"", "\"forma")]
#[case::newer("\"format\": 1", "\"format\": 2")]
#[case::outside("postgres/mlflow.dump", "../../etc/passwd")]
#[case::absolute("postgres/mlflow.dump", "/etc/passwd")]
#[case::no_path("postgres/mlflow.dump", "")]
#[case::no_sum("abab", "")]
fn a_manifest_that_was_tampered_with_is_refused(#[case] from: &str, #[case] to: &str) {
    let text = String::from_utf8(manifest().to_json().unwrap()).unwrap();
    assert!(text.contains(from));
    let fault = Manifest::parse(text.replacen(from, to, 1).as_bytes(), "manifest.json").unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.hint.is_some());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = Manifest::parse(&bytes, "manifest.json");
    }
}
