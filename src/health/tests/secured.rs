//! Certificates: self-signed, expired, not valid yet, somebody else's.

use super::*;
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Days from now until the certificate begins and ends to be valid.
type Days = (i64, i64);

fn params(name: &str, (begins, ends): Days) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let zero = date_time_ymd(1970, 1, 1);
    let now = Timestamp::now().as_second();
    let day = |days: i64| zero + Duration::from_secs(u64::try_from(now + days * 86_400).unwrap());
    (params.not_before, params.not_after) = (day(begins), day(ends));
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A server that shows this certificate and answers every request with a page.
async fn secured(params: CertificateParams, by_authority: bool) -> u16 {
    let key = KeyPair::generate().unwrap();
    let certificate = if by_authority {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.distinguished_name.push(DnType::CommonName, "Workshop Authority");
        let issuer = rcgen::Issuer::new(authority, KeyPair::generate().unwrap());
        params.signed_by(&key, &issuer).unwrap()
    } else {
        params.self_signed(&key).unwrap()
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    })
    .await
}

async fn certificate(port: u16, name: Option<&str>) -> (Verdict, String) {
    let name = name.map(str::to_owned);
    once(&spec(CheckKind::Certificate { host: "localhost".to_owned(), port, name }, PATIENCE)).await
}

#[rstest]
#[case::expired((-400, -3), Verdict::Down, "expired 3d ago, on ")]
#[case::not_yet((2, 400), Verdict::Down, "is not valid before ")]
#[case::at_the_last((-80, 6), Verdict::Down, "expires in 5d, on ")]
#[case::soon((-80, 20), Verdict::Degraded, "expires in 19d, on ")]
#[case::signs_itself((-1, 300), Verdict::Degraded, "is signed by itself: only who was given it trusts it; valid for 299d")]
#[tokio::test]
async fn the_days_of_a_certificate_are_counted(
    #[case] days: Days,
    #[case] verdict: Verdict,
    #[case] message: &str,
) {
    let port = secured(params("localhost", days), false).await;
    let (told, words) = certificate(port, None).await;
    assert_eq!(told, verdict, "{words}");
    assert!(words.starts_with(message), "{words}");
}

#[tokio::test]
async fn an_authority_that_nobody_knows_is_named() {
    let port = secured(params("localhost", (-1, 300)), true).await;
    let (told, words) = certificate(port, None).await;
    assert_eq!(told, Verdict::Degraded, "{words}");
    assert!(
        words.starts_with("is vouched for by Workshop Authority, whom this host does not know"),
        "{words}"
    );
}

#[tokio::test]
async fn a_certificate_for_somebody_else_is_told() {
    let port = secured(params("shop.example", (-1, 300)), false).await;
    let told = certificate(port, None).await;
    assert_eq!(told, (Verdict::Down, "is for shop.example, not for localhost".to_owned()));
    assert_eq!(certificate(port, Some("shop.example")).await.0, Verdict::Degraded, "asked by its name");
}

#[tokio::test]
async fn a_page_tells_what_is_wrong_with_its_certificate() {
    let own = secured(params("localhost", (-1, 300)), false).await;
    let old = secured(params("localhost", (-400, -3)), false).await;
    let (verdict, message) = once(&http(format!("https://localhost:{own}/"))).await;
    assert_eq!(verdict, Verdict::Degraded);
    assert!(message.starts_with("200 OK, but its certificate is signed by itself"), "{message}");
    let (verdict, message) = once(&http(format!("https://localhost:{old}/"))).await;
    assert_eq!(verdict, Verdict::Down);
    assert!(message.starts_with("200 OK, but its certificate expired 3d ago"), "{message}");
}

#[tokio::test]
async fn what_does_not_speak_tls_has_no_certificate() {
    let port = page("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let (verdict, message) = certificate(port, None).await;
    assert_eq!(verdict, Verdict::Down);
    assert!(message.starts_with("TLS: "), "{message}");
}
