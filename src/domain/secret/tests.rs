use super::*;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case("POSTGRES_PASSWORD", true)]
#[case("POSTGRES_PASSWORD_FILE", false)]
#[case("POSTGRES_USER", false)]
#[case("MYSQL_PWD", true)]
#[case("PWD", false)]
#[case("ENCRYPTION_KEY", true)]
#[case("SIGNING_KEY", true)]
#[case("minio.root-key", true)]
#[case("SSH_PUBLIC_KEY", false)]
#[case("SandboxKey", false)]
#[case("requirepass", true)]
#[case("REDISCLI_AUTH", true)]
#[case("SENTRY_DSN", true)]
#[case("AWS_ACCESS_KEY_ID", true)]
#[case("apiKey", true)]
#[case("COMPASS", false)]
fn keys_give_secrets_away(#[case] key: &str, #[case] secret: bool) {
    assert_eq!(is_secret_key(key), secret);
    assert_eq!(mask_value(key, "x"), if secret { MASK } else { "x" });
    assert_eq!(mask_value(key, ""), "");
}

#[test]
fn a_volumes_mount_options_are_shown_without_its_password() {
    assert_eq!(mask_value("o", "username=u,password=pw,vers=3.0"), format!("username=u,password={MASK}"));
    assert_eq!(mask_value("device", "//nas/share"), "//nas/share");
}

/// `*` stands for the mask.
#[rstest]
#[case("postgresql://u:p@db:5432/x", "postgresql://u:*@db:5432/x")]
#[case("postgresql://u:p/a@s:s@db:5432/x", "postgresql://u:*@db:5432/x")]
#[case("redis://:pw@redis:6379/0", "redis://:*@redis:6379/0")]
#[case("smtp://me@corp:pw@mail", "smtp://me@corp:*@mail")]
#[case("see http://u:it's@a and ftp://v:2@b.", "see http://u:*@a and ftp://v:*@b.")]
#[case("http://web:8080/health", "http://web:8080/health")]
#[case("http://hub/image:tag@sha256:00", "http://hub/image:tag@sha256:00")]
#[case("postgres://db/x?user=u&password=p", "postgres://db/x?user=u&password=*")]
#[case("host=db user=u password=p port=1", "host=db user=u password=* port=1")]
#[case("PGPASSWORD='a b c' psql -U u", "PGPASSWORD=* psql -U u")]
#[case("redis-server --requirepass pw --port 1", "redis-server --requirepass * --port 1")]
#[case("redis-server --requirepass=pw --port 1", "redis-server --requirepass=* --port 1")]
#[case("redis-server --requirepass \"a \\\" b\" --port 1", "redis-server --requirepass * --port 1")]
#[case("redis-cli CONFIG SET requirepass pw", "redis-cli CONFIG SET requirepass *")]
#[case("/usr/bin/redis-cli -h r -a pw ping", "/usr/bin/redis-cli -h r -a * ping")]
#[case("ls -a /data", "ls -a /data")]
#[case("mysqladmin ping -h db -ppw", "mysqladmin ping -h db -p*")]
#[case("curl -H 'Authorization: Bearer abc' x", "curl -H 'Authorization: Bearer * x")]
#[case("pg_dump --no-password -Fc", "pg_dump --no-password -Fc")]
#[case("psql --password-file f", "psql --password-file f")]
#[case("server --password  pw", "server --password  *")]
#[case("  two  blanks\tand é ", "  two  blanks\tand é ")]
fn text_gives_secrets_away(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(mask_text(text), shown.replace('*', MASK));
}

#[rstest]
#[case(json!(["A_TOKEN=abc def", "PORT=1"]), json!(["A_TOKEN=*", "PORT=1"]))]
#[case(json!(["redis-server", "--requirepass", "a b", "--port", "1"]), json!(["redis-server", "--requirepass", "*", "--port", "1"]))]
#[case(json!(["--requirepass=a b", "--save", ""]), json!(["--requirepass=*", "--save", ""]))]
#[case(json!(["CMD", "redis-cli", "-a", "pw", "ping"]), json!(["CMD", "redis-cli", "-a", "*", "ping"]))]
#[case(json!(["CMD-SHELL", "redis-cli -a pw ping"]), json!(["CMD-SHELL", "redis-cli -a * ping"]))]
#[case(json!(["--password", 1234, 5]), json!(["--password", "*", 5]))]
#[case(json!({"Path": "redis-cli", "Args": ["-a", "pw"]}), json!({"Path": "redis-cli", "Args": ["-a", "*"]}))]
#[case(json!({"Entrypoint": ["x", "--token"], "Cmd": ["pw", "y"]}), json!({"Entrypoint": ["x", "--token"], "Cmd": ["*", "y"]}))]
#[case(json!({"x": {"secret_key": "k"}}), json!({"x": {"secret_key": "*"}}))]
#[case(json!({"password": 1234, "port": 1}), json!({"password": "*", "port": 1}))]
#[case(json!({"tokens": ["a", {"b": "c", "d": [2]}, null, ""]}), json!({"tokens": ["*", {"b": "*", "d": ["*"]}, null, ""]}))]
fn a_document_is_masked_in_depth(#[case] mut document: Value, #[case] shown: Value) {
    mask_json(&mut document);
    assert_eq!(document.to_string(), shown.to_string().replace('*', MASK));
}

#[test]
fn an_argument_is_a_secret_with_all_its_blanks() {
    let command = mask_command(["serve", "--password", "two words", "--port", "80", "--token=a b"]);
    assert_eq!(command, format!("serve --password {MASK} --port 80 --token={MASK}"));
    assert_eq!(mask_text(&command), command, "it is masked once more where it is shown");
}
