"""A proxy that keeps what a client says to a server, for clients in processes of their own whose requests a test wants to see.

The client's Host header goes on unchanged, so queue URLs lead back to the proxy.
"""

import http.client
import select
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Exchange:
    method: str
    path: str
    headers: dict  # By names in lower case.
    parameters: dict  # Of AWS Query, from the query string and the body.
    status: int

    @property
    def action(self):
        target = self.headers.get("x-amz-target", "")
        return self.parameters.get("Action") or target.rpartition(".")[2]


class Recorder:
    """Use as a context: `with Recorder(server.port) as recorder`, and `recorder.endpoint` for the client."""

    def __init__(self, port):
        self.exchanges = []
        self.proxy = Proxy(("127.0.0.1", 0), handler(port, self.exchanges))
        self.port = self.proxy.server_port
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.proxy.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.proxy.shutdown()
        self.proxy.server_close()

    def of(self, action):
        return [each for each in list(self.exchanges) if each.action == action]


class Proxy(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # A client may go away at any time.
            super().handle_error(request, client_address)


def handler(port, exchanges):
    class Forward(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # An answer leaves in two writes.

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = {name.lower(): value for name, value in self.headers.items()}
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            upstream.request(self.command, self.path, body, {name: sent[name] for name in sent if name not in HOP_BY_HOP})
            ready, _, _ = select.select([self.connection, upstream.sock], [], [])
            if upstream.sock not in ready:  # The client is gone: the server has to see that, too.
                upstream.close()
                self.close_connection = True
                return
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()

            text = body.decode() if "urlencoded" in sent.get("content-type", "") else ""
            parameters = dict(parse_qsl(urlsplit(self.path).query) + parse_qsl(text))
            exchanges.append(Exchange(self.command, urlsplit(self.path).path, sent, parameters, answer.status))

            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    return Forward


HOP_BY_HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}
