//! The fourth version of Amazon's signatures, computed again of what arrived.

use super::http::Request;
use super::{ID, SECRET, hexadecimal};
use sha2::{Digest, Sha256};

/// The code that a bucket refuses it with.
pub fn check(request: &Request) -> Result<(), &'static str> {
    let given = |name: &str| request.headers.get(name).map_or("", String::as_str);
    let authorization = given("authorization").strip_prefix("AWS4-HMAC-SHA256 ").ok_or("AccessDenied")?;
    let field = |name: &str| {
        authorization.split(',').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let credential = field("Credential").ok_or("AccessDenied")?;
    let (id, scope) = credential.split_once('/').ok_or("AccessDenied")?;
    if id != ID {
        return Err("InvalidAccessKeyId");
    }
    let payload = given("x-amz-content-sha256");
    if payload != hexadecimal(&Sha256::digest(&request.body)) {
        return Err("XAmzContentSHA256Mismatch");
    }
    let names = field("SignedHeaders").ok_or("AccessDenied")?;
    let headers: Vec<String> = names.split(';').map(|name| format!("{name}:{}", given(name))).collect();
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    pairs.sort();
    let canonical = format!(
        "{}\n{path}\n{}\n{}\n\n{names}\n{payload}",
        request.method,
        pairs.join("&"),
        headers.join("\n")
    );
    let digest = hexadecimal(&Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{digest}", given("x-amz-date"));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for piece in scope.split('/') {
        key = authenticated(&key, piece.as_bytes());
    }
    let expected = hexadecimal(&authenticated(&key, text.as_bytes()));
    if field("Signature") == Some(&expected) { Ok(()) } else { Err("SignatureDoesNotMatch") }
}

/// HMAC of SHA-256.
fn authenticated(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}
