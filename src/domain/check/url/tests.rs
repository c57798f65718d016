use super::*;
use rstest::rstest;

#[rstest]
#[case("http://h/x?y=1#z", "h", 80, "h", "/x?y=1")]
#[case("https://h", "h", 443, "h", "/")]
#[case("http://[::1]:8080/", "::1", 8080, "[::1]:8080", "/")]
#[case("http://u:p@h:1/", "h", 1, "h:1", "/")]
fn urls_are_taken_apart(
    #[case] url: &str,
    #[case] host: &str,
    #[case] port: u16,
    #[case] authority: &str,
    #[case] path: &str,
) {
    let target = HttpUrl::parse(url).unwrap();
    assert_eq!(
        (target.host.as_str(), target.port, target.authority.as_str(), target.path.as_str()),
        (host, port, authority, path)
    );
}

#[rstest]
#[case("")]
#[case("localhost:80")]
#[case("/health")]
#[case("ftp://h/")]
#[case("http://")]
#[case("http://:80/")]
#[case("http://h:99999/")]
#[case("http://h:x/")]
#[case("http://h h/")]
fn a_wrong_url_is_named(#[case] url: &str) {
    let why = HttpUrl::parse(url).unwrap_err();
    assert!(why.starts_with(&format!("the URL {url} is wrong: ")), "{why}");
}

#[rstest]
#[case("https://other/x", "https://other/x")]
#[case("//other:8080/x", "http://other:8080/x")]
#[case("/x?q", "http://h:1/x?q")]
#[case("x", "http://h:1/a/x")]
#[case("?", "http://h:1/a/?")]
fn locations_lead_on(#[case] location: &str, #[case] expected: &str) {
    let from = HttpUrl::parse("http://h:1/a/b?c=/d").unwrap();
    assert_eq!(from.follow(location), HttpUrl::parse(expected));
}

proptest::proptest! {
    #[test]
    fn no_location_makes_it_panic(url in "\\PC*", location in "\\PC*") {
        let from = HttpUrl::parse("http://h:1/a/b").unwrap();
        let _ = (from.follow(&location), HttpUrl::parse(&url));
    }
}
