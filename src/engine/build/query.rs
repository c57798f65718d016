//! The query of `/build`.

use super::BuildRequest;
use crate::engine::raw::segment;
use serde_json::{Value, json};

pub fn path(request: &BuildRequest) -> String {
    // BuildKit, the second version, is asked by its own protocol.
    let mut pairs: Vec<(&str, String)> = vec![("version", "1".to_owned())];
    let mut put = |key, value: String| {
        if !value.is_empty() {
            pairs.push((key, value));
        }
    };
    for tag in &request.tags {
        put("t", tag.clone());
    }
    put("dockerfile", request.dockerfile.clone());
    put("remote", request.remote.clone().unwrap_or_default());
    put("buildargs", object(!request.args.is_empty(), &json!(request.args)));
    put("labels", object(!request.labels.is_empty(), &json!(request.labels)));
    put("cachefrom", object(!request.cache_from.is_empty(), &json!(request.cache_from)));
    put("target", request.target.clone());
    put("networkmode", request.network_mode.clone());
    put("shmsize", request.shm_size.map(|size| size.to_string()).unwrap_or_default());
    put("memory", request.memory.map(|size| size.to_string()).unwrap_or_default());
    put("extrahosts", request.extra_hosts.join(","));
    let ulimits: Vec<Value> = request
        .ulimits
        .iter()
        .map(|limit| json!({ "Name": limit.name, "Soft": limit.soft, "Hard": limit.hard }))
        .collect();
    put("ulimits", object(!ulimits.is_empty(), &json!(ulimits)));
    put("isolation", request.isolation.clone());
    put("platform", request.platform.clone());
    put("pull", flag(request.pull));
    put("nocache", flag(request.no_cache));
    // Containers of steps are of no use to anybody, those of failed steps neither.
    put("rm", flag(true));
    put("forcerm", flag(true));
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={}", segment(value))).collect();
    format!("/build?{}", pairs.join("&"))
}

fn object(given: bool, value: &Value) -> String {
    if given { value.to_string() } else { String::new() }
}

fn flag(set: bool) -> String {
    if set { "1".to_owned() } else { String::new() }
}
