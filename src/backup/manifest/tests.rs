use super::*;
use rstest::rstest;

fn manifest() -> Manifest {
    let part = ManifestPart {
        part: BackupPart { path: "postgres/mlflow.dump".to_owned(), bytes: 7, sha256: "ab".repeat(32) },
        raw_bytes: None,
        objects: Vec::new(),
        content: Content::Postgres(Database {
            server: Server {
                service: "postgres".to_owned(),
                user: "mlflow_user".to_owned(),
                image: "postgres:15-alpine".to_owned(),
                ..Server::default()
            },
            database: "mlflow".to_owned(),
            ..Database::default()
        }),
    };
    let created = "2026-11-20T10:31:04Z".parse().unwrap();
    let name = "20261120T103104Z-3f9c".to_owned();
    let manifest = Manifest::new(name, "mlflow".to_owned(), created, vec![part]);
    Manifest { instructions_sha256: "cd".repeat(32), ..manifest }
}

#[test]
fn what_is_written_is_read_back() {
    let manifest = manifest();
    let read = Manifest::parse(&manifest.to_json().unwrap(), "manifest.json").unwrap();
    assert_eq!(read, manifest);
    let entry = read.entry(Path::new("/b"));
    assert_eq!((entry.size_bytes, entry.parts.len()), (7, 1));
    assert_eq!(
        read.sums("own"),
        format!(
            "{}  postgres/mlflow.dump\n{}  RESTORE.md\nown  manifest.json\n",
            "ab".repeat(32),
            "cd".repeat(32)
        )
    );
}

#[test]
fn no_kind_of_part_says_anything_twice() {
    let path = PathArchive { path: "/srv/models".to_owned(), ..PathArchive::default() };
    let contents = [
        Content::Postgres(Database::default()),
        Content::PostgresGlobals(Server::default()),
        Content::Redis(RedisData::default()),
        Content::Volume(VolumeArchive::default()),
        Content::Bind(path.clone()),
        Content::Files(path),
        Content::Exec {
            service: "web".to_owned(),
            command: vec!["export".to_owned()],
            image: "web".to_owned(),
            image_id: String::new(),
        },
        Content::Compose,
        Content::Images,
    ];
    for content in contents {
        let mut manifest = manifest();
        manifest.parts[0].content = content;
        let json = manifest.to_json().unwrap();
        assert_eq!(Manifest::parse(&json, "manifest.json"), Ok(manifest));
    }
}

#[test]
fn the_instructions_name_each_database_and_its_file() {
    let text = manifest().instructions();
    assert!(text.contains("sha256sum -c SHA256SUMS"));
    assert!(text.contains("pg_restore -U 'mlflow_user' -d 'mlflow'"));
    assert!(text.contains("cat 'postgres/mlflow.dump' | docker exec -i"));
}

#[test]
fn the_instructions_tell_how_it_comes_from_off_site() {
    let own = manifest();
    assert!(!own.instructions().contains("Off site"), "nobody said where");
    let note = |endpoint: Option<&str>| OffsiteNote {
        url: "s3://backups/server1/mlflow".to_owned(),
        endpoint: endpoint.map(str::to_owned),
    };
    let text = Manifest { offsite: Some(note(Some("https://minio:9000"))), ..own.clone() }.instructions();
    let line = "aws s3 cp --endpoint-url 'https://minio:9000' --recursive \
                's3://backups/server1/mlflow/20261120T103104Z-3f9c' 20261120T103104Z-3f9c";
    assert!(text.contains(line) && text.contains("backup pull 20261120T103104Z-3f9c"), "{text}");
    assert!(!text.contains("objects"), "it has no large files");
    let text = Manifest { offsite: Some(note(None)), ..own }.instructions();
    assert!(text.contains("aws s3 cp --recursive 's3://"), "{text}");
}

#[rstest]
#[case::cut("\"format\"", "\"forma")]
#[case::newer("\"format\": 2", "\"format\": 4")]
#[case::not_its_name("20261120T103104Z-3f9c", "../20261120T103104Z")]
#[case::no_sum_of_the_papers("cdcd", "")]
#[case::unknown_part("\"kind\": \"postgres\"", "\"kind\": \"oracle\"")]
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

/// As the first version of this program wrote it.
const FIRST: &str = r#"{
  "format": 1, "name": "20261120T103104Z-3f9c", "stack": "mlflow", "created": "2026-11-20T10:31:04Z",
  "made_by": "mcp-tui 0.1.0",
  "parts": [{"path": "postgres/mlflow.dump", "bytes": 7, "sha256": "SUM", "kind": "postgres", "service": "postgres",
    "database": "mlflow", "user": "mlflow_user", "image": "postgres:15-alpine", "image_id": "sha256:00"}]
}"#;

#[test]
fn the_first_format_is_still_read() {
    let text = FIRST.replace("SUM", &"ab".repeat(32));
    let read = Manifest::parse(text.as_bytes(), "manifest.json").unwrap();
    assert_eq!(read.sums("own"), format!("{}  postgres/mlflow.dump\n", "ab".repeat(32)));
    let [part] = read.parts.as_slice() else { panic!("one part") };
    assert_eq!((part.raw_bytes(), part.is_packed()), (7, false));
    let Content::Postgres(database) = &part.content else { panic!("a database") };
    assert_eq!((database.server.user.as_str(), database.database.as_str()), ("mlflow_user", "mlflow"));
}

#[rstest]
#[case("20261120T103104Z-3f9c", true)]
#[case("20261120T103104Z-3f9", false)]
#[case("20261120T103104Z-3f9C", false)]
#[case("20261120T1O3104Z-3f9c", false)]
#[case("..", false)]
#[case("20261120T103104Z-../x", false)]
#[case("2026112éT103104Z-3f9c", false)]
#[case("", false)]
fn only_a_name_of_ours_is_one(#[case] name: &str, #[case] is: bool) {
    assert_eq!(is_bundle_name(name), is);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = Manifest::parse(&bytes, "manifest.json");
    }
}
