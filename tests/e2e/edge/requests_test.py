#!/usr/bin/python3
"""Requests that two parties could understand differently, that a browser was made to send, or that send slowly or too much."""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from plain import Plain, ask, call, request
from server import Server, free_port

SQS = "sqs.us-east-1.amazonaws.com"


class Started(unittest.TestCase):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(arguments=cls.arguments)
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()
        cls.port = cls.server.port

    def queues(self):
        return json.loads(ask(self.port, call("ListQueues")).body).get("QueueUrls", [])

    def assert_still_answers(self):
        self.assertEqual(200, ask(self.port, call("ListQueues")).status)


class Smuggling(Started):
    """What is hidden in one request must never be answered as another."""

    def assert_refused_whole(self, data, status=400):
        hidden = call("CreateQueue", b'{"QueueName": "smuggled"}')
        with Plain(self.port) as connection:
            answer = connection.ask(data + hidden)
            self.assertEqual(status, answer.status, answer.body)
            self.assertIn("Connection: close", answer.head)
            self.assertTrue(connection.is_closed())
        self.assertEqual([], self.queues())

    def test_a_body_of_two_lengths(self):
        chunked = "Transfer-Encoding: chunked"
        both_ways = [["Content-Length: 5", chunked], [chunked, "Content-Length: 5"], ["Content-Length: 5", "Content-Length: 6"],
                     ["Content-Length: 5", "Content-Length: 5"], ["Content-Length: 5, 5"], [chunked, chunked],
                     ["Content-Length: 0x5"], ["Content-Length: +5"], ["Content-Length : 5"], ["Transfer-Encoding : chunked"]]
        for headers in both_ways:
            with self.subTest(headers):
                self.assert_refused_whole(request(headers=headers, body=b"0\r\n\r\n", length=False))

    def test_codings_in_disguise(self):
        for coding in ["xchunked", "chunked, identity", "identity, chunked", "chunked;q=1", '"chunked"']:
            with self.subTest(coding):
                headers = [f"Transfer-Encoding: {coding}"]
                self.assert_refused_whole(request(headers=headers, body=b"0\r\n\r\n", length=False), 501)

    def test_lines_that_end_otherwise(self):
        for head in [b"POST / HTTP/1.1\nHost: h\n\n", b"POST / HTTP/1.1\r\nHost: h\r\nA: b\rContent-Length: 9\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: h\r\nA: b\nContent-Length: 9\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: h\r\nA: b\r\n Content-Length: 9\r\n\r\n",
                     b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
                     b"POST / HTTP/1.1\r\n Host: h\r\n\r\n", b"POST / HTTP/1.1\r\nHost: h\r\nA: \x00\r\n\r\n"]:
            with self.subTest(head):
                self.assert_refused_whole(head)

    def test_chunks_that_are_none(self):
        chunked = ["Transfer-Encoding: chunked"]
        for body in [b"0x2\r\n{}\r\n0\r\n\r\n", b"+2\r\n{}\r\n0\r\n\r\n", b"2\n{}\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n", b"-1\r\n\r\n",
                     b"2 \r{}\r\n0\r\n\r\n"]:
            with self.subTest(body):
                self.assert_refused_whole(request(headers=chunked, body=body, length=False))

    def test_a_target_of_another_host(self):
        for target in ["http://evil.example/", f"http://{SQS}/", "http://127.0.0.1@evil.example/", "//evil.example", "evil.example:80"]:
            with self.subTest(target):
                answer = ask(self.port, request("GET", target))
                self.assertIn(answer.status, (400, 404), answer.body)
                self.assertNotIn("QueueUrl", answer.body)

    def test_a_request_behind_a_refused_one_is_not_read(self):
        self.assert_refused_whole(b"nonsense\r\n\r\n")


class Paths(Started):
    arguments = ("--admin-listen", f"127.0.0.1:{free_port()}")

    def test_no_spelling_of_a_path_leads_to_administration(self):
        for path in ["/_mailrail/clock", "/x/../_mailrail/clock", "/./_mailrail/clock", "//_mailrail/clock", "/%5fmailrail/clock",
                     "/_mailrail%2fclock", "/_MAILRAIL/clock", "/_mailrail\\clock", "/_mailrail/../metrics", "/metrics", "/metrics/",
                     "/a://b/_mailrail/clock", "/a://b/metrics", "/x/..%2fmetrics", "/metrics%00", "/;/metrics", "/metrics;x"]:
            with self.subTest(path):
                for method in ("GET", "POST"):
                    answer = ask(self.port, request(method, path, body=b"{}" if method == "POST" else b""))
                    self.assertGreaterEqual(answer.status, 400, answer.body)
                    self.assertLess(answer.status, 500, answer.body)

    def test_no_spelling_of_a_queue_url_leads_to_another_queue(self):
        ask(self.port, call("CreateQueue", b'{"QueueName": "mine"}'))
        for path in ["/000000000001/mine", "/000000000000/../000000000001/mine", "/000000000000/mine/x", "/000000000000/mine/..",
                     "/000000000000/mine%00", "/000000000000/%6dine", "/000000000000/mine%2f", "/000000000000/.", "//"]:
            with self.subTest(path):
                answer = ask(self.port, call("GetQueueAttributes", json.dumps({"QueueUrl": f"http://127.0.0.1{path}"}).encode()))
                self.assertEqual(400, answer.status, answer.body)

    def test_administration_is_answered_at_its_own_port_alone(self):
        admin = int(self.arguments[1].rpartition(":")[2])
        parked = call("Mailrail.ListParkedConversations", b'{"QueueUrl": "mine"}')

        at_data = ask(self.port, parked)
        at_admin = ask(admin, parked)

        self.assertEqual(403, at_data.status)
        self.assertIn(f"127.0.0.1:{admin}", at_data.body)
        self.assertNotEqual(403, at_admin.status, at_admin.body)
        self.assertEqual(200, ask(admin, call("ListQueues")).status)
        for port in (self.port, admin):
            self.assertEqual(200, ask(port, request("GET", "/readyz")).status)


class Browsers(Started):
    """The server listens on loopback and asks for no key: what a page makes a browser send must do nothing."""

    def assert_does_nothing(self, data):
        answer = ask(self.port, data)
        self.assertEqual(403, answer.status, answer.body)
        self.assertEqual([], self.queues())

    def test_a_form_of_a_foreign_page(self):
        form = b"Action=CreateQueue&QueueName=forged&Version=2012-11-05"
        headers = ["Content-Type: application/x-www-form-urlencoded"]
        self.assert_does_nothing(request(headers=[*headers, "Origin: http://evil.example"], body=form))
        self.assert_does_nothing(request(headers=[*headers, "Origin: null"], body=form))
        self.assert_does_nothing(request(headers=[*headers, "Sec-Fetch-Site: cross-site"], body=form))
        self.assert_does_nothing(request(headers=[*headers, f"Origin: http://127.0.0.1:{self.port + 1}"], body=form))

    def test_an_image_of_a_foreign_page(self):
        path = "/?Action=CreateQueue&QueueName=forged"
        self.assert_does_nothing(request("GET", path, headers=["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"]))
        self.assert_does_nothing(request("GET", path, headers=["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"]))

    def test_a_script_may_not_be_allowed_in_advance(self):
        answer = ask(self.port, request("OPTIONS", headers=["Origin: http://evil.example", "Access-Control-Request-Method: POST"]))
        self.assertEqual(403, answer.status)
        self.assertNotIn("access-control", answer.head.lower())

    def test_a_name_that_was_pointed_here(self):
        for host in ["evil.example", f"evil.example:{self.port}", "127.0.0.1.evil.example", "localhost.evil.example"]:
            with self.subTest(host):
                self.assert_does_nothing(call("CreateQueue", b'{"QueueName": "forged"}', host=host, headers=[f"Origin: http://{host}"]))
                self.assert_does_nothing(call("CreateQueue", b'{"QueueName": "forged"}', host=host))
                self.assert_does_nothing(request("GET", "/?Action=CreateQueue&QueueName=forged", host=host))
                self.assertIn("--hostname", ask(self.port, call("ListQueues", host=host)).body)

    def test_names_of_clients_still_work(self):
        for host in ["localhost:4566", SQS, "mailrail", "host.docker.internal:4566", "sqs.us-east-1.localhost.localstack.cloud:4566", "[::1]"]:
            with self.subTest(host):
                self.assertEqual(200, ask(self.port, call("ListQueues", host=host)).status)

    def test_a_queue_url_holds_nothing_but_a_host(self):
        for host in ["h/p", "u@h", "h?x", "h#x", "a b", '"', "<h>", "h\\", "h:80:80", "h%0d%0aSet-Cookie", "é", "[::1"]:
            with self.subTest(host):
                answer = ask(self.port, call("ListQueues", host=host))
                self.assertEqual(400, answer.status)
                self.assertNotIn(host, answer.head)

    def test_a_value_starts_no_header_of_the_answer(self):
        for path in ["/?Action=a%0d%0aSet-Cookie:%20b", "/%0d%0aSet-Cookie:%20b"]:
            answer = ask(self.port, request("GET", path, headers=["X-Amzn-Trace-Id: a\tb"]))
            self.assertNotIn("set-cookie", answer.head.lower())


class Named(Started):
    arguments = ("--hostname", "queues.example", "--hostname", "*.test.example")

    def test_names_that_were_said_are_known(self):
        self.assertEqual(200, ask(self.port, call("ListQueues", host="queues.example")).status)
        self.assertEqual(200, ask(self.port, call("ListQueues", host="a.test.example:80")).status)
        self.assertEqual(403, ask(self.port, call("ListQueues", host="evil.example")).status)


class Network(unittest.TestCase):
    """A server that others can reach, by whatever name; it was told to ask for no key."""

    def test_it_answers_clients_and_nobody_who_administers(self):
        with Server(address="0.0.0.0", arguments=["--insecure"]) as server:
            self.assertEqual(200, ask(server.port, call("ListQueues", host="queues.example")).status)
            for data in [request("GET", "/metrics"), request(path="/_mailrail/clock"), call("Mailrail.ListParkedConversations")]:
                refused = ask(server.port, data)
                self.assertEqual(403, refused.status)
                self.assertIn("--admin-listen", refused.body)
            foreign = ask(server.port, call("ListQueues", headers=["Origin: http://evil.example"]))
            self.assertEqual(403, foreign.status)
            node = request(path="/_mailrail/standby/step-down", headers=["X-Mailrail-Node: n"], host="evil.example")
            self.assertIn("--hostname", ask(server.port, node).body)


class Floods(Started):
    arguments = ("--connections-per-address", "20", "--requests-per-address", "40")

    def ask_in_peace(self, data):
        for _ in range(100):
            answer = ask(self.port, data)
            if answer is not None and answer.status not in (429, 503):
                return answer
            time.sleep(0.05)
        self.fail("it was never answered")

    def test_an_address_has_so_many_connections(self):
        held = [Plain(self.port) for _ in range(20)]
        try:
            with Plain(self.port) as more:
                refused = more.ask(request("GET", "/livez"))
            others = ask(self.port, request("GET", "/livez"), source=("127.0.0.2", 0))
        finally:
            for each in held:
                each.socket.close()

        self.assertEqual(503, refused.status)
        self.assertIn("This address has as many connections", refused.body)
        self.assertIn("Retry-After: 1", refused.head)
        self.assertEqual(200, others.status)
        self.assertEqual(200, self.ask_in_peace(request("GET", "/livez")).status)

    def test_an_address_asks_at_its_rate(self):
        with Plain(self.port, source=("127.0.0.3", 0)) as connection:
            answers = [connection.ask(call("ListQueues")) for _ in range(200)]

        refused = [each for each in answers if each.status != 200]
        self.assertGreaterEqual(len(answers) - len(refused), 40)
        self.assertTrue(refused)
        for each in refused:
            self.assertEqual(429, each.status)
            self.assertIn("RequestThrottled", each.body)
            self.assertIn("Retry-After: 1", each.head)

    def test_slow_and_silent_clients_hold_up_nobody(self):
        slow = [Plain(self.port, source=("127.0.0.4", 0)) for _ in range(20)]
        try:
            for each in slow[:10]:
                each.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{")
            self.assertEqual(200, self.ask_in_peace(call("ListQueues")).status)
        finally:
            for each in slow:
                each.socket.close()

    def test_long_headers_and_bodies_are_refused(self):
        long_header = ask(self.port, request("GET", headers=["A: " + "x" * 20_000]), source=("127.0.0.5", 0))
        long_target = ask(self.port, request("GET", "/" + "x" * 20_000), source=("127.0.0.5", 0))
        many_headers = ask(self.port, request("GET", headers=[f"X{i}: a" for i in range(3_000)]), source=("127.0.0.5", 0))
        long_body = ask(self.port, request(headers=["Content-Length: 100000000"]), source=("127.0.0.5", 0))

        self.assertEqual([431, 431, 431, 413], [each.status for each in (long_header, long_target, many_headers, long_body)])


class Logs(unittest.TestCase):
    def test_no_client_writes_a_line_of_its_own(self):
        with Server() as server:
            forged = "x%0a[2026-01-01] [critical] forged%1b[2J"
            ask(server.port, request("GET", f"/?Action={forged}", headers=[f"User-Agent: {forged}", "X-A: \x9b2J"]))
            ask(server.port, request("GET", f"/{forged}"))
            ask(server.port, call("CreateQueue", json.dumps({"QueueName": "a\n[critical] forged\x1b[2J"}).encode()))
            ask(server.port, b"GET /\x1b[2J HTTP/1.1\r\nHost: h\r\n\r\n")
            server.stop()
            output = server.output()

        self.assertNotIn("\x1b[2J", output)
        self.assertFalse([line for line in output.splitlines() if line.startswith("[critical]") or line.startswith("[2026-01-01]")])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
