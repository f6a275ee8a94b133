"""An HTTP endpoint of a test's own, which notes what it is sent and answers as the test says."""

import http.server
import json
import threading
import time


class Request:
    def __init__(self, path, headers, body):
        self.at = time.monotonic()
        self.path = path
        self.headers = headers
        self.body = body

    @property
    def kind(self):
        return self.headers["x-amz-sns-message-type"]

    @property
    def json(self):
        return json.loads(self.body)


class Endpoint:
    """Use as a context. `answer(request)` gives a status, or a status and headers; it may take its time."""

    def __init__(self, answer=lambda request: 200):
        self.answer = answer
        self.requests = []
        self.under_way = 0
        self.most_under_way = 0
        self.changed = threading.Condition()
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint.answer_to(self, Request(self.path, self.headers, body))

            def log_message(self, *_):
                pass

        class Listening(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # The server was killed with a request under way.

        self.server = Listening(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer_to(self, handler, request):
        with self.changed:
            self.requests.append(request)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            self.changed.notify_all()
        try:
            answer = self.answer(request)
        finally:
            with self.changed:
                self.under_way -= 1
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def of_kind(self, kind):
        with self.changed:
            return [each for each in self.requests if each.kind == kind]

    def wait(self, count, kind="Notification", within=20):
        """The first `count` of the kind."""
        with self.changed:
            came = self.changed.wait_for(
                lambda: sum(each.kind == kind for each in self.requests) >= count, timeout=within)
        found = self.of_kind(kind)
        if not came:
            raise AssertionError(f"{len(found)} requests of type {kind} came within {within} s, not {count}")
        return found[:count]
