"""AWS JSON calls over plain sockets, for tests that look below what an SDK shows."""

import http.client
import json


class Refused(AssertionError):
    """The server answered, and not with a success. `code` is the error's name as the SDKs know it."""

    def __init__(self, status, text, request_id):
        super().__init__(f"{status}: {text}")
        self.status = status
        self.request_id = request_id
        self.code = error_code(text)


class Connection:
    """One kept connection to a server on 127.0.0.1. Only one call at a time."""

    def __init__(self, port, timeout=60):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def connect(self):
        """Not needed before a call, but tells a server that is not there from one that does not answer."""
        self.http.connect()

    def start(self, action, **members):
        """Sends a call without waiting for its answer."""
        self.http.request("POST", "/", json.dumps(members), headers(action))

    def finish(self):
        """The answer to what was started: its members, and its request id as `request_id`."""
        response = self.http.getresponse()
        text = response.read()
        request_id = response.getheader("x-amzn-RequestId")
        if response.status != 200:
            raise Refused(response.status, text, request_id)
        return {**json.loads(text or "{}"), "request_id": request_id}

    def call(self, action, **members):
        self.start(action, **members)
        return self.finish()

    def close(self):
        self.http.close()


def error_code(text):
    try:
        return json.loads(text)["__type"].rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return ""


def headers(action):
    """`Mailrail.RetryConversation` is an action of the administrative API."""
    target = action if "." in action else f"AmazonSQS.{action}"
    return {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}


def request_bytes(action, **members):
    """A call as it goes over the wire, for clients that write to sockets themselves."""
    body = json.dumps(members).encode()
    lines = [f"{name}: {value}" for name, value in headers(action).items()]
    head = ["POST / HTTP/1.1", "Host: 127.0.0.1", *lines, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode() + body
