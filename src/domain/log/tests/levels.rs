//! The level of one line, by the program that wrote it.

use crate::domain::log::Level::{self, Debug, Error, Fatal, Info, Trace, Warn};
use crate::domain::log::classify;

/// Asserts all rows at once, so that a change shows everything that it moved.
fn assert_levels(rows: &[(Option<Level>, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(level, line)| (*level, classify(line).level, line))
        .filter(|(expected, found, _)| expected != found)
        .map(|(expected, found, line)| format!("{expected:?} expected, {found:?} found: {line}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn plain_words() {
    assert_levels(&[
        (Some(Error), "ERROR could not open the index"),
        (Some(Error), "[error] could not open the index"),
        (Some(Error), "[ERROR]   could not open the index"),
        (Some(Error), "<error> could not open the index"),
        (Some(Error), "error: could not open the index"),
        (Some(Error), "Error: could not open the index"),
        (Some(Warn), "WARN: the disk fills"),
        (Some(Warn), "Warning: the disk fills"),
        (Some(Warn), "level=warn the disk fills"),
        (Some(Warn), "the disk fills level=warn"),
        (Some(Info), "[ INFO ] ready"),
        (Some(Info), " INFO ready"),
        (Some(Debug), "2026-11-20 10:00:00 DEBUG cache: hit"),
        (Some(Trace), "TRACE entering"),
        (Some(Fatal), "FATAL out of memory"),
        (Some(Fatal), "2026-11-20T10:00:00Z CRITICAL it burns"),
        (Some(Warn), "Nov 20 10:00:00 host app[123]: WARN slow"),
        (Some(Error), "Fri Nov 20 10:00:00 UTC 2026 ERROR boom"),
        (Some(Info), "INFO[0003] listening on :8080"),
        (Some(Fatal), "panic: no more threads"),
        (Some(Error), "npm ERR! missing script: start"),
        (Some(Warn), "npm WARN deprecated left-pad@1.0.0"),
    ]);
}

#[test]
fn prose_has_no_level() {
    assert_levels(&[
        (None, "no errors"),
        (None, "no errors found in 3 files"),
        (None, "0 errors, 2 warnings"),
        (None, "Found 3 ERROR lines in the file"),
        (None, "the error was repaired"),
        (None, "errors: 0"),
        (None, "error rate is 0.1"),
        (None, "10:00:00 error rate is 0.1"),
        (None, "Waiting for info from the peer"),
        (None, "information is power"),
        (None, "log in to continue"),
        (None, "note that this is slow"),
        (None, "panic is no option"),
        (None, "ERROR_COUNT is 3"),
        (None, "error-rate: 0"),
        (None, "Loaded /etc/app/error.log"),
        (None, "said \"ERROR\" and left"),
        (None, "I am ready"),
        (None, "A new connection"),
        (None, "E 5"),
        (None, "warnings are errors here"),
        (None, "GET /errors 200"),
        (None, "toplevel=warn is no field of ours"),
        (None, ""),
        (None, "   "),
    ]);
}

#[test]
fn json() {
    assert_levels(&[
        (Some(Info), r#"{"level":"info","msg":"ready"}"#),
        (Some(Warn), r#"{"ts":1763632800.1,"lvl":"WARN","msg":"slow"}"#),
        (Some(Error), r#"{"severity":"ERROR","message":"boom"}"#),
        (Some(Fatal), r#"{"message":"a \"level\":\"info\" inside","levelname": "CRITICAL"}"#),
        (Some(Debug), r#"{"@timestamp":"2026-11-20T10:00:00Z","log.level":"debug","message":"x"}"#),
        (Some(Error), r#"{"@timestamp":"x","log":{"logger":"a","level":"error"},"message":"x"}"#),
        (Some(Warn), r#"{"level":40,"time":1763632800000,"pid":1,"msg":"slow"}"#),
        (Some(Info), r#"{"name":"app","hostname":"h","pid":7,"level":30,"msg":"ready","v":0}"#),
        (Some(Trace), r#"{"level":10}"#),
        (Some(Fatal), r#"{"level":60}"#),
        (Some(Error), r#"{"version":"1.1","short_message":"x","level":3}"#),
        (Some(Error), r#"{"message":"x","context":{"level":"info"},"level":400,"level_name":"ERROR"}"#),
        (Some(Error), r#"{"msg":"x","levelno":40}"#),
        (Some(Error), r#"{"t":{"$date":"2026-11-20T10:00:00Z"},"s":"E","c":"NETWORK","msg":"x"}"#),
        (Some(Info), r#"{"@l":"Information","@mt":"ready"}"#),
        (Some(Error), r#"{"request":"GET /","status":502}"#),
        (None, r#"{"msg":"level"}"#),
        (None, r#"{"a":[{"level":"error"}],"b":{"level":"error"}}"#),
        (None, r#"{"level":"#),
        (None, r#"{"level":"over nine thousand"}"#),
        (None, "{"),
    ]);
}

#[test]
fn logfmt() {
    assert_levels(&[
        (Some(Info), r#"logger=settings t=2026-11-20T10:00:00Z level=info msg="Starting Grafana""#),
        (Some(Warn), r#"ts=2026-11-20T10:00:00Z caller=main.go:12 level=warn msg="slow scrape""#),
        (Some(Info), r#"time=2026-11-20T10:00:00.000Z level=INFO source=main.go:640 msg="Server is ready""#),
        (Some(Error), r#"msg="set level=debug" lvl=eror err="no route""#),
        (Some(Error), r#"time="2026-11-20T10:00:00Z" level="error" msg="boom""#),
    ]);
}

#[test]
fn python() {
    assert_levels(&[
        (Some(Warn), "WARNING:root:the disk fills"),
        (Some(Info), "2026-11-20 10:00:00,123 - myapp - INFO - ready"),
        (Some(Error), "2026-11-20 10:00:00,123 ERROR [worker] task failed"),
        (Some(Info), "[2026-11-20 10:00:00 +0000] [7] [INFO] Listening at: http://0.0.0.0:8000 (7)"),
        (Some(Info), "[2026-11-20 10:00:00,000: INFO/MainProcess] celery@host ready."),
        (Some(Info), "2026-11-20 10:00:00.123 | INFO     | app.main:serve:12 - ready"),
        (
            Some(Info),
            "2026/11/20 10:00:00 INFO mlflow.store.db.utils: Creating initial MLflow database tables...",
        ),
        (Some(Error), "Traceback (most recent call last):"),
        (Some(Error), "ValueError: invalid literal for int() with base 10: 'a'"),
        (Some(Error), "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection refused"),
        (Some(Warn), "/app/main.py:12: UserWarning: this is deprecated"),
        (Some(Info), "INFO:     Started server process [1]"),
        (Some(Info), "[I 2026-11-20 10:00:00.123 ServerApp] Serving at http://localhost:8888/"),
    ]);
}

#[test]
fn web_servers() {
    assert_levels(&[
        (
            Some(Error),
            "2026/11/20 10:00:00 [error] 31#31: *1 open() \"/usr/share/x\" failed (2: No such file)",
        ),
        (Some(Fatal), "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)"),
        (Some(Info), "2026/11/20 10:00:00 [notice] 1#1: start worker processes"),
        (
            Some(Info),
            r#"172.18.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 615 "-" "curl/8.5.0""#,
        ),
        (
            Some(Warn),
            r#"172.18.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET /x HTTP/1.1" 404 153 "-" "curl/8.5.0""#,
        ),
        (
            Some(Error),
            r#"172.18.0.1 - bob [20/Nov/2026:10:00:00 +0000] "POST /api HTTP/2.0" 502 157 "-" "x""#,
        ),
        (Some(Info), r#"INFO:     172.18.0.1:51234 - "GET /health HTTP/1.1" 200 OK"#),
        (Some(Error), r#"INFO:     172.18.0.1:51234 - "GET /health HTTP/1.1" 500 Internal Server Error"#),
        (Some(Error), "[Fri Nov 20 10:00:00.123 2026] [core:error] [pid 1:tid 2] AH00126: Invalid URI"),
        (
            Some(Error),
            "[GIN] 2026/11/20 - 10:00:00 | 500 |    1.2ms |   172.18.0.1 | POST     \"/api/generate\"",
        ),
        (Some(Info), "[GIN] 2026/11/20 - 10:00:00 | 200 |    1.2ms |   172.18.0.1 | GET      \"/\""),
    ]);
}

#[test]
fn databases() {
    assert_levels(&[
        (Some(Info), "2026-11-20 10:00:00.000 UTC [1] LOG:  database system is ready to accept connections"),
        (
            Some(Error),
            "2026-11-20 10:00:00.000 UTC [45] ERROR:  relation \"runs\" does not exist at character 15",
        ),
        (
            Some(Fatal),
            "2026-11-20 10:00:00.000 UTC [45] mlflow@mlflow FATAL:  password authentication failed",
        ),
        (Some(Fatal), "2026-11-20 10:00:00.000 UTC [1] PANIC:  could not write to file"),
        (None, "2026-11-20 10:00:00.000 UTC [45] STATEMENT:  SELECT * FROM runs"),
        (Some(Info), "1:M 20 Nov 2026 10:00:00.123 * Ready to accept connections tcp"),
        (Some(Warn), "1:C 20 Nov 2026 10:00:00.123 # WARNING Memory overcommit must be enabled!"),
        (Some(Debug), "1:S 20 Nov 2026 10:00:00.123 - Accepted 172.18.0.1:5000"),
        (Some(Debug), "1:M 20 Nov 10:00:00.123 . 0 clients connected"),
        (
            Some(Warn),
            "2026-11-20T10:00:00.123456Z 0 [Warning] [MY-010068] [Server] CA certificate is self signed.",
        ),
        (Some(Info), "2026-11-20 10:00:00 0 [Note] mariadbd: ready for connections."),
    ]);
}

#[test]
fn compiled_languages() {
    assert_levels(&[
        (Some(Info), "I1120 10:00:00.123456       1 server.go:64] Starting"),
        (Some(Error), "E1120 10:00:00.123456       1 reflector.go:138] Failed to watch"),
        (Some(Warn), "W20261120 10:00:00.123456     7 init.cc:1] slow"),
        (Some(Warn), "[rank0]:[W1120 10:00:00.123456789 ProcessGroupNCCL.cpp:1250] Warning: not destroyed"),
        (Some(Warn), "2026-11-20 10:00:00.123456: W tensorflow/core/framework/op.cc:1] slow"),
        (Some(Info), "[2026-11-20T10:00:00Z INFO  app::server] listening on 8080"),
        (Some(Warn), "2026-11-20T10:00:00.123456Z  WARN app::server: slow request path=/x"),
        (Some(Error), "  2026-11-20T10:00:00.123456Z ERROR app::server: boom"),
        (Some(Error), "thread 'main' panicked at src/main.rs:2:5:"),
        (Some(Error), "10:00:00.123 [main] ERROR com.example.App - failed"),
        (
            Some(Info),
            "2026-11-20T10:00:00.123Z  INFO 1 --- [           main] c.e.App  : Started App in 2.1 seconds",
        ),
        (Some(Info), "[2026-11-20 10:00:00,123] INFO [KafkaServer id=0] started (kafka.server.KafkaServer)"),
        (Some(Warn), "[2026-11-20T10:00:00,123][WARN ][o.e.n.Node] [node-1] slow"),
        (Some(Error), "Exception in thread \"main\" java.lang.NullPointerException"),
        (Some(Fatal), "panic: runtime error: index out of range [3] with length 3"),
        (Some(Fatal), "fatal error: all goroutines are asleep - deadlock!"),
        (Some(Error), "2026-11-20T10:00:00.000Z        error   app/main.go:12  boom"),
        (Some(Info), "2026/11/20 10:00:00.123 INFO    admin   admin endpoint started"),
        (Some(Error), "2026-11-20 10:00:00.000000+00:00 [error] <0.222.0> connection refused"),
        (Some(Info), "info: Microsoft.Hosting.Lifetime[14]"),
        (Some(Error), "fail: Microsoft.AspNetCore.Server.Kestrel[13]"),
    ]);
}

#[test]
fn models_and_stores() {
    assert_levels(&[
        (
            Some(Info),
            "INFO 11-20 10:00:00 [api_server.py:1034] Starting vLLM API server on http://0.0.0.0:8000",
        ),
        (
            Some(Error),
            "(EngineCore_0 pid=272) ERROR 11-20 10:00:00 [core.py:396] EngineCore failed to start.",
        ),
        (Some(Warn), "(APIServer pid=1) WARNING 11-20 10:00:00 [config.py:9] slow"),
        (Some(Error), "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB."),
        (Some(Error), "RuntimeError: CUDA error: device-side assert triggered"),
        (Some(Error), "API: SYSTEM()"),
        (Some(Info), "INFO: Formatting 1st pool, 1 set(s), 1 drives per set."),
        (
            Some(Error),
            r#"{"deploymentid":"x","level":"ERROR","errKind":"ALL","time":"2026-11-20T10:00:00Z"}"#,
        ),
    ]);
}

#[test]
fn each_level_has_a_key_of_its_own() {
    for level in Level::ALL {
        assert_eq!(Level::from_number(level.number()), Some(level));
        assert_eq!(Level::from_word(level.name()), Some(level));
    }
    assert_eq!(Level::from_number(6), None);
    assert!(Trace < Debug && Error < Fatal);
}
