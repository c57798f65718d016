//! `x-mcp.backup.offsite`: where each backup is copied to as well. No secret stands here, only where one is.

use super::super::super::Context;
use super::super::super::scalars::{flag, scalar};
use crate::domain::check::HttpUrl;
use crate::domain::stack::OffsitePlace;
use crate::domain::yaml::{Reader, Value};
use std::path::PathBuf;

pub fn read(reader: &Reader<'_>, context: &Context<'_>) -> Option<OffsitePlace> {
    if matches!(reader.node().value, Value::Text(_)) {
        return of_url(reader);
    }
    reader.only(&["url", "endpoint", "region", "path_style", "credentials_file", "prune"]);
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value));
    let switch = |key: &str| reader.get(key).and_then(|value| flag(&value));
    let endpoint = reader.get("endpoint").and_then(|value| endpoint(&value));
    let Some(url) = reader.get("url") else {
        reader.complain("expected `url`, such as s3://bucket/prefix");
        return None;
    };
    let place = of_url(&url)?;
    let credentials_file = reader.get("credentials_file").and_then(|value| {
        let path = scalar(&value)?;
        Some(PathBuf::from(context.absolute(&value, &path)))
    });
    Some(OffsitePlace {
        region: text("region"),
        // A server of one's own seldom has a name for each of its buckets.
        path_style: switch("path_style").unwrap_or(endpoint.is_some()),
        endpoint,
        credentials_file,
        prune: switch("prune").unwrap_or(false),
        ..place
    })
}

fn of_url(value: &Reader<'_>) -> Option<OffsitePlace> {
    let place = OffsitePlace::of_url(&scalar(value)?);
    place.map_err(|wrong| value.complain(wrong)).ok()
}

fn endpoint(value: &Reader<'_>) -> Option<String> {
    let text = scalar(value)?;
    let text = text.strip_suffix('/').unwrap_or(&text);
    let is_right = !text.contains('@') && HttpUrl::parse(text).is_ok_and(|url| url.path == "/");
    if !is_right {
        // What stands there may be a secret that was put into the wrong place.
        value.complain(
            "expected an address such as https://minio.example.org:9000, without a path and without keys",
        );
    }
    is_right.then(|| text.to_owned())
}
