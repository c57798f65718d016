"""Backups of MLflow over HTTP, and one every night.

The work is done by backup_mlflow.sh and restore_mlflow_backup.sh beside this file; this service starts them, one at a
time, and tells what became of it. It asks nobody who they are: keep its port closed to others.
"""

import datetime
import json
import os
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import tarfile
import threading
import uuid
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent
BACKUP = HERE / "backup_mlflow.sh"
RESTORE = HERE / "restore_mlflow_backup.sh"
DIRECTORY = Path(os.environ.get("BACKUP_DIR", "/backup/mlflow"))
PORT = int(os.environ.get("BACKUP_API_PORT", "8080"))
DAILY_AT = os.environ.get("BACKUP_AT", "02:00")
NAME = re.compile(r"mlflow_backup_\d{8}_\d{6}(\.tar\.gz)?")

DOCUMENTATION = """\
GET    /health                      whether backups can be made
GET    /backups                     all backups, the newest first
POST   /backups                     {"compress": true, "email": "..."}: start one
GET    /backups/NAME/download       the file of a compressed one
DELETE /backups/NAME                remove one
POST   /restore                     {"backup_name": NAME, "mode": "full" | "database" | "artifacts", "force": true}
GET    /tasks[?status=STATUS]       what was started: pending, running, completed, failed
GET    /tasks/ID                    one of them
GET    /stats                       how many backups, how large, how much room is left
POST   /cleanup                     forget tasks that ended more than a day ago
"""

tasks = {}
# Of `tasks`.
tasks_lock = threading.Lock()
# One script at a time: a restore under a backup would be neither.
at_work = threading.Lock()


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def now():
    return datetime.datetime.now().isoformat(timespec="seconds")


def start(kind, command, email=None):
    identity = f"{kind}_{datetime.datetime.now():%Y%m%d_%H%M%S}_{uuid.uuid4().hex[:8]}"
    task = {"task_id": identity, "status": "pending", "message": "waits for its turn", "created_at": now()}
    with tasks_lock:
        tasks[identity] = task
    threading.Thread(target=work, args=(task, command, email), daemon=True).start()
    return task


def work(task, command, email):
    with at_work:
        change(task, status="running", message="at work")
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    done = ended.returncode == 0
    print(f"{task['task_id']}: {'completed' if done else 'failed'} {ended.stdout}{ended.stderr}".rstrip())
    change(
        task,
        status="completed" if done else "failed",
        message="completed" if done else (ended.stderr.strip() or f"exit code {ended.returncode}"),
        completed_at=now(),
        result={"stdout": ended.stdout, "stderr": ended.stderr, "backup_dir": str(DIRECTORY)},
    )
    if email:
        notify(email, task)


def change(task, **fields):
    with tasks_lock:
        task.update(fields)


def notify(address, task):
    host = os.environ.get("SMTP_HOST")
    if not host:
        print(f"{task['task_id']}: no mail to {address}: SMTP_HOST is not set", file=sys.stderr)
        return
    message = EmailMessage()
    message["Subject"] = f"MLflow {task['task_id']}: {task['status']}"
    message["From"] = os.environ.get("SMTP_FROM", "mlflow-backup@localhost")
    message["To"] = address
    message.set_content(json.dumps(task, indent=2))
    try:
        with smtplib.SMTP(host, int(os.environ.get("SMTP_PORT", "25")), timeout=30) as server:
            server.send_message(message)
    except OSError as error:
        print(f"{task['task_id']}: no mail to {address}: {error}", file=sys.stderr)


def size_of(path):
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def backups():
    found = (path for path in DIRECTORY.iterdir() if NAME.fullmatch(path.name))
    return [
        {
            "name": path.name,
            "path": str(path),
            "size_bytes": size_of(path),
            "created_at": datetime.datetime.fromtimestamp(path.stat().st_mtime).isoformat(timespec="seconds"),
            "type": "compressed" if path.is_file() else "directory",
            "status": "completed",
        }
        for path in sorted(found, key=lambda path: path.name, reverse=True)
    ]


def backup(name):
    path = DIRECTORY / name
    if not NAME.fullmatch(name) or not path.exists():
        raise Refused(404, f"there is no backup {name}")
    return path


def make_backup(body):
    command = [str(BACKUP)] + ([] if body.get("compress", True) else ["--no-compress"])
    return start("backup", command, body.get("email") or os.environ.get("BACKUP_EMAIL"))


def restore(body):
    modes = {"full": [], "database": ["--database"], "artifacts": ["--artifacts"]}
    mode = body.get("mode", "full")
    if mode not in modes:
        raise Refused(400, f"mode is one of {', '.join(modes)}")
    path = backup(str(body.get("backup_name", "")))
    # The script would ask, and there is nobody to answer: whoever calls has to say that what is there may go.
    if body.get("force") is not True:
        raise Refused(400, 'a restore replaces what is there; say so with "force": true')
    return start("restore", [str(RESTORE), *modes[mode], "--force", path.name])


def statistics():
    known = backups()
    usage = shutil.disk_usage(DIRECTORY)
    with tasks_lock:
        states = [task["status"] for task in tasks.values()]
    return {
        "backup_count": len(known),
        "total_size": sum(entry["size_bytes"] for entry in known),
        "oldest_backup": known[-1]["created_at"] if known else None,
        "latest_backup": known[0]["created_at"] if known else None,
        "disk_usage": {"total": usage.total, "used": usage.used, "available": usage.free},
        "task_stats": {
            "total": len(states),
            **{state: states.count(state) for state in ("pending", "running", "completed", "failed")},
        },
    }


def cleanup():
    yesterday = (datetime.datetime.now() - datetime.timedelta(days=1)).isoformat(timespec="seconds")
    with tasks_lock:
        old = [key for key, task in tasks.items() if task.get("completed_at", "9") < yesterday]
        for key in old:
            del tasks[key]
    return {"removed": len(old)}


def health():
    ready = subprocess.run(["pg_isready", "--quiet", "--timeout=3"]).returncode == 0
    checks = {
        "backup_directory": os.access(DIRECTORY, os.W_OK),
        "backup_script": os.access(BACKUP, os.X_OK),
        "restore_script": os.access(RESTORE, os.X_OK),
        "database": ready,
    }
    return {"status": "healthy" if all(checks.values()) else "unhealthy", "checks": checks, "timestamp": now()}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.serve("GET")

    def do_POST(self):
        self.serve("POST")

    def do_DELETE(self):
        self.serve("DELETE")

    def serve(self, method):
        address = urlsplit(self.path)
        parts = [part for part in address.path.split("/") if part]
        try:
            self.route(method, parts, parse_qs(address.query))
        except Refused as refused:
            self.answer({"detail": str(refused)}, refused.status)
        except (OSError, tarfile.TarError) as error:
            self.answer({"detail": str(error)}, 500)

    def route(self, method, parts, query):
        match (method, *parts):
            case ("GET", "health"):
                state = health()
                self.answer(state, 200 if state["status"] == "healthy" else 503)
            case ("GET",) | ("GET", "docs"):
                self.send("text/plain; charset=utf-8", DOCUMENTATION.encode(), 200)
            case ("GET", "backups"):
                self.answer(backups())
            case ("POST", "backups"):
                self.answer(make_backup(self.body()), 202)
            case ("GET", "backups", name, "download"):
                self.download(backup(name))
            case ("DELETE", "backups", name):
                path = backup(name)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                self.answer({"removed": name})
            case ("POST", "restore"):
                self.answer(restore(self.body()), 202)
            case ("GET", "tasks"):
                wanted = query.get("status", [None])[0]
                with tasks_lock:
                    known = [dict(task) for task in tasks.values() if wanted in (None, task["status"])]
                self.answer(known)
            case ("GET", "tasks", identity):
                with tasks_lock:
                    task = dict(tasks[identity]) if identity in tasks else None
                if task is None:
                    raise Refused(404, f"there is no task {identity}")
                self.answer(task)
            case ("GET", "stats"):
                self.answer(statistics())
            case ("POST", "cleanup"):
                self.answer(cleanup())
            case _:
                raise Refused(404, f"there is no {method} {self.path}; GET /docs tells what there is")

    def body(self):
        try:
            length = int(self.headers.get("Content-Length") or 0)
            document = json.loads(self.rfile.read(length) or b"{}")
        except ValueError as error:
            raise Refused(400, f"the request is no JSON: {error}") from error
        if not isinstance(document, dict):
            raise Refused(400, "the request is no JSON object")
        return document

    def answer(self, document, status=200):
        self.send("application/json", json.dumps(document).encode() + b"\n", status)

    def send(self, kind, content, status):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def download(self, path):
        if path.is_dir():
            raise Refused(409, "it is a directory; only compressed backups are downloaded")
        self.send_response(200)
        self.send_header("Content-Type", "application/gzip")
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        with path.open("rb") as file:
            shutil.copyfileobj(file, self.wfile)

    def log_message(self, form, *arguments):
        # The health check asks every few seconds.
        if self.path != "/health":
            super().log_message(form, *arguments)


def every_night(stopped):
    hour, minute = (int(part) for part in DAILY_AT.split(":"))
    while True:
        current = datetime.datetime.now()
        following = current.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if following <= current:
            following += datetime.timedelta(days=1)
        if stopped.wait((following - current).total_seconds()):
            return
        make_backup({})


def main():
    server = ThreadingHTTPServer(("", PORT), Handler)
    stopped = threading.Event()
    threading.Thread(target=every_night, args=(stopped,), daemon=True).start()

    def stop(*_):
        stopped.set()
        # Not in this thread: it is the one that serves, and would wait for itself.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    print(f"listening on port {PORT}; a backup every day at {DAILY_AT}")
    server.serve_forever()
    # A script at work is waited for.
    with at_work:
        pass


if __name__ == "__main__":
    main()
