//! A certificate that is no longer valid.

use crate::scene::{Scene, Told};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

/// A server with an expired certificate, and a client that trusts it but for its date.
pub fn expired_certificate(scene: &Scene) -> Told {
    let mut parameters = CertificateParams::new(vec!["server".to_owned()]).expect("a name");
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let key = KeyPair::generate().expect("a key");
    let certificate = parameters.self_signed(&key).expect("a certificate");
    scene.workplace.write("work/tls/key.pem", &pem("PRIVATE KEY", &key.serialize_der()));
    scene.workplace.write("work/tls/certificate.pem", &pem("CERTIFICATE", certificate.der()));
    scene.workplace.write("work/tls/server.py", SERVER);
    scene.workplace.write("work/tls/client.py", CLIENT);
    let folder = scene.workplace.path("work/tls");
    scene.up(&format!(
        "
services:
  server:
    image: python:3.11-slim
    labels: *seen
    stop_grace_period: 0s
    volumes: ['{0}:/tls:ro']
    command: [python, -u, /tls/server.py]
  client:
    image: python:3.11-slim
    labels: *seen
    stop_grace_period: 0s
    depends_on: [server]
    volumes: ['{0}:/tls:ro']
    command: [python, -u, /tls/client.py]
",
        folder.display()
    ));
    Told::new(
        scene.wrote("client", "certificate has expired"),
        "client-1 meets a certificate that has expired",
        ["certificate verify failed: certificate has expired"],
    )
}

fn pem(what: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    format!("-----BEGIN {what}-----\n{lines}\n-----END {what}-----\n")
}

const SERVER: &str = r#"
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tls/certificate.pem", "/tls/key.pem")
listener = socket.create_server(("", 8443))
print("ready")
while True:
    try:
        context.wrap_socket(listener.accept()[0], server_side=True).close()
    except OSError:
        pass
"#;

const CLIENT: &str = r#"
import socket, ssl, time
context = ssl.create_default_context(cafile="/tls/certificate.pem")
while True:
    try:
        context.wrap_socket(socket.create_connection(("server", 8443)), server_hostname="server")
    except ssl.SSLError as error:
        print(f"ERROR cannot fetch the model: {error}")
    except OSError:
        pass
    time.sleep(1)
"#;
