//! `/docs` and `/openapi.json`: what can be asked, from one description.

use super::answer::Answer;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::Html;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

struct Route {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    /// Name, type, whether it is needed, what it means; of the body, or of the query.
    fields: &'static [Field],
    success: &'static str,
    others: &'static [(&'static str, &'static str)],
}

type Field = (&'static str, &'static str, bool, &'static str);

const NOT_FOUND: (&str, &str) = ("404", "there is no such thing");
const CONFLICT: (&str, &str) = ("409", "something else is under way, or speaks against it");
const INVALID: (&str, &str) = ("422", "a field is unknown or wrong");

const STACK: Field = ("stack", "string", false, "needed where several stacks are served");

const ROUTES: [Route; 13] = [
    Route {
        method: "get",
        path: "/backups",
        summary: "All backups, the newest first",
        fields: &[],
        success: "200",
        others: &[],
    },
    Route {
        method: "post",
        path: "/backups",
        summary: "Start a backup",
        fields: &[
            ("compress", "boolean", false, "parts are compressed in any case"),
            ("email", "string", false, "who is told of the end"),
            STACK,
        ],
        success: "202",
        others: &[NOT_FOUND, CONFLICT, INVALID],
    },
    Route {
        method: "get",
        path: "/backups/{name}/download",
        summary: "The bundle as a tar archive",
        fields: &[],
        success: "200",
        others: &[NOT_FOUND],
    },
    Route {
        method: "delete",
        path: "/backups/{name}",
        summary: "Remove a backup",
        fields: &[],
        success: "200",
        others: &[NOT_FOUND, CONFLICT],
    },
    Route {
        method: "post",
        path: "/backups/{name}/verify",
        summary: "Start reading every byte of a backup again",
        fields: &[("deep", "boolean", false, "have the services' own tools read it through as well")],
        success: "202",
        others: &[NOT_FOUND, CONFLICT, INVALID],
    },
    Route {
        method: "post",
        path: "/restore",
        summary: "Start a restore",
        fields: &[
            ("backup_name", "string", true, "a name of GET /backups"),
            ("mode", "string", false, "full, database or artifacts; full by default"),
            ("force", "boolean", false, "go on although something that harms nobody speaks against it"),
        ],
        success: "202",
        others: &[NOT_FOUND, CONFLICT, INVALID],
    },
    Route {
        method: "post",
        path: "/restore/accept",
        summary: "Start removing for good what the last restore took out of use",
        fields: &[STACK],
        success: "202",
        others: &[NOT_FOUND, CONFLICT, INVALID],
    },
    Route {
        method: "post",
        path: "/restore/undo",
        summary: "Start putting back what the last restore took out of use",
        fields: &[STACK],
        success: "202",
        others: &[NOT_FOUND, CONFLICT, INVALID],
    },
    Route {
        method: "get",
        path: "/tasks",
        summary: "What was started, the newest first",
        fields: &[(
            "status",
            "string",
            false,
            "pending, running, completed, failed, cancelled or interrupted",
        )],
        success: "200",
        others: &[INVALID],
    },
    Route {
        method: "get",
        path: "/tasks/{task_id}",
        summary: "One task",
        fields: &[],
        success: "200",
        others: &[NOT_FOUND],
    },
    Route {
        method: "get",
        path: "/stats",
        summary: "How many backups and tasks, how large, how much room is left",
        fields: &[],
        success: "200",
        others: &[],
    },
    Route {
        method: "post",
        path: "/cleanup",
        summary: "Remove the records of tasks that ended more than a day ago",
        fields: &[],
        success: "200",
        others: &[],
    },
    Route {
        method: "get",
        path: "/health",
        summary: "Whether backups can be made",
        fields: &[],
        success: "200",
        others: &[("503", "they cannot")],
    },
];

pub(super) async fn openapi() -> Answer<Value> {
    Answer(StatusCode::OK, document())
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in &ROUTES {
        let mut parameters = Vec::new();
        if let Some((_, rest)) = route.path.split_once('{') {
            let name = rest.split('}').next().unwrap_or_default();
            parameters.push(
                json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
            );
        }
        let mut operation = json!({ "summary": route.summary, "responses": responses(route) });
        if route.method == "post" && !route.fields.is_empty() {
            operation["requestBody"] = body(route.fields);
        } else {
            parameters.extend(route.fields.iter().map(|(name, kind, needed, words)| {
                let schema = json!({ "type": kind });
                json!({ "name": name, "in": "query", "required": needed, "description": words, "schema": schema })
            }));
        }
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        let entry = paths.entry(route.path).or_insert_with(|| json!({}));
        entry[route.method] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "mcp-tui: backups", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } },
        "security": [{ "token": [] }, {}],
    })
}

fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    let kind = if route.path.ends_with("/download") { "application/x-tar" } else { "application/json" };
    let content = json!({ kind: {} });
    responses.insert(route.success.to_owned(), json!({ "description": route.summary, "content": content }));
    for (status, words) in route.others {
        responses.insert((*status).to_owned(), json!({ "description": words }));
    }
    responses.insert("401".to_owned(), json!({ "description": "the token is missing or another one" }));
    Value::Object(responses)
}

fn body(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, kind, _, words)| ((*name).to_owned(), json!({ "type": kind, "description": words })))
        .collect();
    let needed: Vec<&str> = fields.iter().filter(|field| field.2).map(|field| field.0).collect();
    let schema = json!({
        "type": "object", "additionalProperties": false, "properties": properties, "required": needed,
    });
    json!({ "required": !needed.is_empty(), "content": { "application/json": { "schema": schema } } })
}

/// Nothing is loaded from anywhere, and nothing could be.
pub(super) async fn page() -> ([(HeaderName, &'static str); 1], Html<String>) {
    let mut rows = String::new();
    for route in &ROUTES {
        let mut fields = String::new();
        for (name, kind, needed, words) in route.fields {
            let needed = if *needed { ", needed" } else { "" };
            let _ = write!(fields, "<br><code>{name}</code> ({kind}{needed}): {words}");
        }
        let _ = write!(
            rows,
            "<tr><td><code>{}</code></td><td><code>{}</code></td><td>{}{fields}</td><td>{}</td></tr>",
            route.method.to_uppercase(),
            route.path,
            route.summary,
            route.success
        );
    }
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>mcp-tui: backups</title><style>\
         body{{font:15px/1.5 sans-serif;margin:2em;max-width:70em}}table{{border-collapse:collapse}}\
         td,th{{border:1px solid #999;padding:.4em .8em;text-align:left;vertical-align:top}}</style></head><body>\
         <h1>mcp-tui: backups</h1><p>Requests and answers are JSON. The same as a document: \
         <a href=\"/openapi.json\">/openapi.json</a>. Where a token is set, each request bears it: \
         <code>Authorization: Bearer …</code>. Errors are <code>{{\"detail\": …, \"hint\": …}}</code>.</p>\
         <table><tr><th>Method</th><th>Path</th><th>What it does</th><th>Status</th></tr>{rows}</table></body></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page))
}
