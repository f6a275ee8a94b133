"""Requests as bytes, and what comes back, for tests that send what no client would."""

import socket
import ssl

PATIENCE_S = 20


def request(method="POST", path="/", headers=(), body=b"", host="127.0.0.1", length=True):
    lines = [f"{method} {path} HTTP/1.1"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += headers
    if body and length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def call(action, members=b"{}", headers=(), **more):
    """An AWS JSON call."""
    target = action if "." in action else f"AmazonSQS.{action}"
    return request(headers=[f"X-Amz-Target: {target}", "Content-Type: application/x-amz-json-1.0", *headers], body=members, **more)


class Answer:
    def __init__(self, head, body):
        self.head = head
        self.body = body
        self.status = int(head.split()[1])


class Plain:
    """One connection. With `context` it speaks TLS."""

    def __init__(self, port, context=None, source=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S, source_address=source)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def more(self):
        """False once the server has closed."""
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            return False
        self.received += data
        return bool(data)

    def answer(self):
        """The next one; None if the server closes before."""
        while b"\r\n\r\n" not in self.received:
            if not self.more():
                return None
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
        while len(self.received) < length:
            if not self.more():
                return None
        body, self.received = self.received[:length], self.received[length:]
        return Answer(head.decode("latin-1"), body.decode("utf-8", "replace"))

    def ask(self, data):
        self.send(data)
        return self.answer()

    def is_closed(self):
        return not self.received and not self.more()


def ask(port, data, **more):
    with Plain(port, **more) as connection:
        return connection.ask(data)
