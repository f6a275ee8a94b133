#!/usr/bin/python3
"""What a hostile or broken client sends to the real server, over sockets.

A request that is well framed gets an answer that its client can read, and the connection stays usable, however wrong the
request is. One that is not well framed gets a status of HTTP and a close, and others notice nothing.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from http.client import HTTPResponse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server

CASES = Path(__file__).resolve().parents[2] / "cases"
BODY_BYTES_MAX = 8 << 20
ERROR_BYTES_MAX = 16 << 10
JSON_TYPE = "Content-Type: application/x-amz-json-1.0"
FORM_TYPE = "Content-Type: application/x-www-form-urlencoded"
LIST_AS_FORM = b"Action=ListQueues"


def target(action):
    return f"X-Amz-Target: AmazonSQS.{action}"


def request(body=b"", *headers, method="POST", path="/", length=True, host=True):
    """The bytes of a request; `headers` are whole lines."""
    lines = [f"{method} {path} HTTP/1.1", *(["Host: h"] if host else []), *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def json_request(action, body, *headers):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request(text, target(action), JSON_TYPE, *headers)


def form_request(body, *headers, **others):
    return request(body if isinstance(body, bytes) else body.encode(), FORM_TYPE, *headers, **others)


class Unclosed:
    """What HTTPResponse reads from as from a socket; the next answer, which may have come with the last one, stays in it."""

    def __init__(self, sock):
        self.file = sock.makefile("rb")
        self.read, self.readline, self.readinto = self.file.read, self.file.readline, self.file.readinto
        self.flush = self.file.flush

    def makefile(self, _mode):
        return self

    def close(self):
        pass


class Connection:
    """One connection, over which bytes go as they are given."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.received = Unclosed(self.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.received.file.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, method="POST"):
        """The next answer, with its body read; fails if the server closes instead."""
        response = HTTPResponse(self.received, method=method)
        response.begin()
        response.text = response.read()
        return response

    def ask(self, data, method="POST"):
        self.send(data)
        return self.answer(method)

    def is_closed(self):
        """Waits for the server to close."""
        try:
            return self.received.read(1) == b""
        except ConnectionResetError:
            return True


def code_of(response, protocol):
    """The error's code, as a client of the protocol reads it; fails if it cannot."""
    if protocol == "json":
        if response.getheader("Content-Type") != "application/x-amz-json-1.0":
            raise AssertionError(response.getheader("Content-Type"))
        body = json.loads(response.text)
        if not body["message"] or "#" not in body["__type"]:
            raise AssertionError(body)
        code, _, fault = response.getheader("x-amzn-query-error").partition(";")
        if fault != "Sender":
            raise AssertionError(fault)
        return code
    if response.text == b"<UnknownOperationException/>\n":
        return "UnknownOperationException"
    if protocol == "query_json":
        body = json.loads(response.text)
        found, request_id = body["Error"]["Code"], body["RequestId"]
    else:
        root = ElementTree.fromstring(response.text)
        space = root.tag.partition("}")[0] + "}"
        found, request_id = root.findtext(f"{space}Error/{space}Code"), root.findtext(f"{space}RequestId")
    if request_id != response.getheader("x-amzn-RequestId"):
        raise AssertionError(request_id)
    return found


def generated_requests():
    """Name, protocol and bytes of every request made from the shapes that an empty server refuses."""
    printed = subprocess.run([os.environ["PRINT_ILL_REQUESTS"], CASES], check=True, capture_output=True).stdout
    at = 0
    while at < len(printed):
        parts = []
        for _ in range(3):
            (size,) = struct.unpack_from(">I", printed, at)
            parts.append(printed[at + 4 : at + 4 + size])
            at += 4 + size
        yield parts[0].decode(errors="replace"), parts[1].decode(), parts[2]


class IllFormedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        with cls.connect() as connection:
            connection.ask(json_request("CreateQueue", {"QueueName": "q"}))

    @classmethod
    def connect(cls):
        return Connection(cls.server.port)

    def setUp(self):
        self.addCleanup(self.assert_serves)

    def assert_serves(self):
        self.assertIsNone(self.server.process.poll(), self.server.output())
        with self.connect() as connection:
            self.assertEqual(connection.ask(json_request("ListQueues", {})).status, 200)

    def assert_refused(self, response, protocol):
        self.assertTrue(400 <= response.status < 500, response.status)
        self.assertLess(len(response.text), ERROR_BYTES_MAX)
        self.assertRegex(code_of(response, protocol), r"^[A-Za-z.]+$")

    def test_one_connection_survives_every_generated_request(self):
        count = 0
        with Server() as empty, Connection(empty.port) as connection:
            for name, protocol, data in generated_requests():
                with self.subTest(name, protocol=protocol):
                    self.assert_refused(connection.ask(data), protocol)
                count += 1
            self.assertEqual(connection.ask(json_request("ListQueues", {})).status, 200)
        self.assertGreater(count, 10_000)

    def test_bodies_as_long_as_they_may_be(self):
        room = BODY_BYTES_MAX - 100
        text = b"a" * room
        long_bodies = [
            ("json", json_request("SendMessage", b'{"QueueUrl":"q","MessageBody":"' + text + b'"}')),
            ("json", json_request("CreateQueue", b'{"QueueName":"' + text + b'"}')),
            ("json", json_request("CreateQueue", b'{"QueueName":"a","tags":{"' + text + b'":1}}')),
            ("json", json_request("DeleteMessage", b'{"QueueUrl":"q","ReceiptHandle":"' + text + b'"}')),
            ("json", json_request("ListQueues", b"[" * room)),
            ("json", json_request("ListQueues", b'{"a":' * (room // 5))),
            ("json", json_request("ListQueues", b'{"MaxResults":' + b"9" * room + b"}")),
            ("json", json_request("ListQueues", b" " * room)),
            ("query", form_request(b"Action=" + text)),
            ("query", form_request(b"Action=CreateQueue&QueueName=" + text)),
            ("query", form_request(b"Action=ListQueues&" + b"&".join([b"a=b"] * (room // 4)))),
            ("query", form_request(b"Action=ListQueues&MaxResults=" + b"%39" * (room // 3))),
            ("query_json", form_request(b"Action=" + text, "Accept: application/json")),
        ]
        with self.connect() as connection:
            for number, (protocol, data) in enumerate(long_bodies):
                with self.subTest(number):
                    self.assert_refused(connection.ask(data), protocol)

    def test_crowds_of_entries_and_attributes(self):
        entry = "SendMessageBatchRequestEntry"
        value = {"DataType": "String", "StringValue": "v"}
        crowds = [
            ("json", json_request("SendMessageBatch", {
                "QueueUrl": "q", "Entries": [{"Id": str(i), "MessageBody": "m"} for i in range(10_000)]})),
            ("json", json_request("SendMessage", {
                "QueueUrl": "q", "MessageBody": "m", "MessageAttributes": {f"a{i}": value for i in range(10_000)}})),
            ("query", form_request("Action=SendMessageBatch&QueueUrl=q&" + "&".join(
                f"{entry}.{i}.Id={i}" for i in range(1, 10_001)))),
            ("query", form_request("Action=SendMessageBatch&QueueUrl=q&" + "&".join(
                f"{entry}.{i}.Id={i}&{entry}.{i}.MessageBody=m" for i in range(1, 1001)))),
            ("query", form_request("Action=SendMessage&QueueUrl=q&MessageBody=m&" + "&".join(
                f"MessageAttribute.{i}.Name=a{i}" for i in range(1, 10_001)))),
        ]
        with self.connect() as connection:
            for number, (protocol, data) in enumerate(crowds):
                with self.subTest(number):
                    self.assert_refused(connection.ask(data), protocol)

    def test_what_a_request_says_twice(self):
        """The header decides over parameters, the body's parameters over the URL's, the first target over the second."""
        evil = "/?Action=CreateQueue&QueueName=evil"
        asked = [
            request(b"{}", target("ListQueues"), JSON_TYPE, path=evil),
            request(b"{}", target("ListQueues"), target("CreateQueue"), JSON_TYPE),
            form_request(LIST_AS_FORM, path=evil),
            form_request(b"Action=CreateQueue&QueueName=evil&Action=ListQueues"),
        ]
        with self.connect() as connection:
            for number, data in enumerate(asked):
                with self.subTest(number):
                    response = connection.ask(data)
                    self.assertEqual(response.status, 200)
                    self.assertIn(b"/000000000000/q", response.text)
                    self.assertNotIn(b"evil", response.text)
            form = request(LIST_AS_FORM, target("ListQueues"), FORM_TYPE)
            self.assertEqual(code_of(connection.ask(form), "json"), "SerializationException")

    def test_encodings_and_content_types(self):
        text = '{"QueueNamePrefix": "q"}'
        read = [json_request("ListQueues", b"", "Accept-Encoding: x")]
        for kind in ["text/plain", "application/json", "application/x-www-form-urlencoded", "x", ""]:
            read.append(request(text.encode(), target("ListQueues"), f"Content-Type: {kind}"))
            read.append(request(LIST_AS_FORM, f"Content-Type: {kind}"))
        unread = [
            (json_request("ListQueues", text.encode("utf-16")), "json"),
            (json_request("ListQueues", text.encode("utf-16-le")), "json"),
            (json_request("ListQueues", b"\xef\xbb\xbf" + text.encode()), "json"),
            (json_request("ListQueues", b"\x1f\x8b\x08", "Content-Encoding: gzip"), "json"),
            (form_request(LIST_AS_FORM.decode().encode("utf-16")), "query"),
            (form_request(b"\xef\xbb\xbf" + LIST_AS_FORM), "query"),
            (request(b"--x\r\n\r\nAction=ListQueues\r\n--x--", "Content-Type: multipart/form-data; boundary=x"), "query"),
            (request(text.encode(), JSON_TYPE), "json"),
        ]
        with self.connect() as connection:
            for data in read:
                with self.subTest(data):
                    self.assertEqual(connection.ask(data).status, 200)
            for data, protocol in unread:
                with self.subTest(data):
                    self.assert_refused(connection.ask(data), protocol)

    def test_paths_lead_nowhere_but_to_queues(self):
        body = b"Action=GetQueueAttributes"
        with self.connect() as connection:
            for path in ["/../../etc/passwd", "/000000000000/..", "/%2e%2e/%2e%2e", "/000000000000/%71", "/000000000000/\xff",
                         "/000000000000/none", "/a/b/c/d/e", "//", "/000000000000/q%00", "/000000000000/q/../none"]:
                with self.subTest(path):
                    self.assert_refused(connection.ask(form_request(body, path=path)), "query")
            self.assertEqual(connection.ask(form_request(body, path="/000000000000/q")).status, 200)

    def test_calls_are_made_by_get_and_post_alone(self):
        path = "/?Action=ListQueues"
        with self.connect() as connection:
            self.assertEqual(connection.ask(request(path=path, method="GET")).status, 200)
            for method in ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "BREW"]:
                for data in [request(path=path, method=method), request(b"{}", target("ListQueues"), method=method)]:
                    with self.subTest(method):
                        response = connection.ask(data, method)
                        self.assertEqual((response.status, response.getheader("Allow")), (405, "GET, POST"))

    def test_framing_that_is_right(self):
        whole = json_request("ListQueues", {})
        framed = [
            request(b"", target("ListQueues"), JSON_TYPE, length=False),
            request(b"2\r\n{}\r\n0\r\n\r\n", target("ListQueues"), "Transfer-Encoding: chunked", length=False),
            request(b"1;x=y\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n", target("ListQueues"), "Transfer-Encoding: chunked", length=False),
            b"\r\n\r\n" + whole,
            json_request("ListQueues", {}, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAAA"),
        ]
        with self.connect() as connection:
            for data in framed:
                with self.subTest(data):
                    self.assertEqual(connection.ask(data).status, 200)
            connection.send(whole * 20)
            for _ in range(20):
                self.assertEqual(connection.answer().status, 200)

    def test_framing_that_is_wrong_gets_a_status_and_a_close(self):
        listed = [target("ListQueues"), JSON_TYPE]
        whole = json_request("ListQueues", {})
        wrong = {
            "huge header": (431, json_request("ListQueues", {}, "X: " + "a" * 20_000)),
            "many headers": (431, json_request("ListQueues", {}, *[f"X{i}: a" for i in range(3000)])),
            "long query string": (431, request(path="/?Action=ListQueues&a=" + "a" * 20_000, method="GET")),
            "NUL in a header": (400, json_request("ListQueues", {}, "X: a\0b")),
            "no colon": (400, json_request("ListQueues", {}, "X")),
            "space before the colon": (400, json_request("ListQueues", {}, "X : a")),
            "no host": (400, request(b"{}", *listed, host=False)),
            "two hosts": (400, request(b"{}", *listed, "Host: i")),
            "space in the path": (400, request(b"{}", *listed, path="/a b")),
            "NUL in the path": (400, request(b"{}", *listed, path="/\0")),
            "negative length": (400, request(b"", *listed, "Content-Length: -1", length=False)),
            "signed length": (400, request(b"{}", *listed, "Content-Length: +2", length=False)),
            "length beyond 64 bits": (400, request(b"{}", *listed, "Content-Length: 18446744073709551618", length=False)),
            "length of 63 bits": (413, request(b"{}", *listed, "Content-Length: 9223372036854775807", length=False)),
            "too long": (413, request(b"{}", *listed, f"Content-Length: {BODY_BYTES_MAX + 1}", length=False)),
            "two different lengths": (400, request(b"{}", *listed, "Content-Length: 3")),
            "length and chunks": (400, request(b"0\r\n\r\n", *listed, "Transfer-Encoding: chunked")),
            "other codings": (501, request(b"", *listed, "Transfer-Encoding: gzip, chunked", length=False)),
            "bad chunk": (400, request(b"zz\r\n", *listed, "Transfer-Encoding: chunked", length=False)),
            "huge chunk": (400, request(b"f" * 17 + b"\r\n", *listed, "Transfer-Encoding: chunked", length=False)),
            "unknown expectation": (417, json_request("ListQueues", {}, "Expect: miracles")),
            "HTTP/2.0": (400, whole.replace(b"HTTP/1.1", b"HTTP/2.0")),
            "HTTP/0.9": (400, b"GET /\r\n\r\n"),
            "bare line feeds": (400, whole.replace(b"\r\n", b"\n")),
            "TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)),
            "noise": (400, bytes(range(256)) * 4),
        }
        for name, (status, data) in wrong.items():
            with self.subTest(name), self.connect() as connection:
                self.assertEqual(connection.ask(data).status, status)
                self.assertTrue(connection.is_closed())

    def test_clients_that_leave_at_every_byte(self):
        """By closing, by closing only their sending half, and by a reset."""
        requests = [json_request("SendMessage", {"QueueUrl": "q", "MessageBody": "m"}),
                    form_request(b"Action=SendMessage&QueueUrl=q&MessageBody=m")]
        with self.connect() as other:
            for data in requests:
                for size in range(len(data)):
                    for leave in (leave_by_closing, leave_half, leave_by_reset):
                        with self.connect() as connection:
                            connection.send(data[:size])
                            leave(connection)
                self.assertEqual(other.ask(json_request("ListQueues", {})).status, 200)
            received = other.ask(json_request("ReceiveMessage", {"QueueUrl": "q"}))
            self.assertEqual((received.status, received.text), (200, b"{}"))


def leave_by_closing(connection):
    connection.__exit__()


def leave_half(connection):
    connection.socket.shutdown(socket.SHUT_WR)
    connection.received.read()


def leave_by_reset(connection):
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.__exit__()


if __name__ == "__main__":
    unittest.main(verbosity=2)
