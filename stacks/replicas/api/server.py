"""An inference service without a model: it answers on port 8000 and says which replica it is."""

import json
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({"status": "healthy"} if self.path == "/health" else {"replica": socket.gethostname()})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.answer({"replica": socket.gethostname(), "received_bytes": len(self.rfile.read(length))})

    def answer(self, document):
        body = json.dumps(document).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    server = ThreadingHTTPServer(("", 8000), Handler)
    # Requests at work are finished: their threads are waited for.
    server.daemon_threads = False
    # Not in the handler itself: it runs in the thread that serves, and would wait for itself.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
