use super::*;
use crate::compose::file::fixtures::shop;

#[test]
fn no_secret_is_written_and_what_is_missing_is_named() {
    let project = shop(
        "services:
  db:
    image: postgres
    environment: {POSTGRES_PASSWORD: canary-one, POSTGRES_USER: ledger}
    command: [server, --token, canary-two]
  web:
    image: nginx
    environment: {DATABASE: 'postgresql://ledger:canary-one@db/ledger', GREETING: 'say canary-one twice'}
    secrets: [certificate]
secrets:
  certificate: {file: /etc/certificate.pem}
",
    );
    let (text, withheld) = masked(&project).unwrap();
    assert!(!text.contains("canary"), "{text}");
    for words in ["POSTGRES_USER: ledger", "/etc/certificate.pem", "source: certificate", "image: nginx"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(withheld.contains("POSTGRES_PASSWORD") && withheld.contains("DATABASE"), "{withheld:?}");
    assert!(!withheld.contains("POSTGRES_USER"), "{withheld:?}");
}
