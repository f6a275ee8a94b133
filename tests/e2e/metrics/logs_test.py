#!/usr/bin/python3
"""What a real server writes: its log, line by line, whatever clients send; and the lines that CloudWatch reads."""

import json
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection, Refused
from server import Server, binary

HOSTILE = "a\n{\"level\":\"info\",\"msg\":\"forged\"}\r\x1b[2J\u2028\u202e\x9b31m\x1dcode\x1fOK"
SECRET = "body-that-nobody-may-log"


def lines_of(server):
    """What is no banner."""
    return [line for line in server.output().splitlines() if line.startswith("{")]


class Logs(unittest.TestCase):
    def start(self, *arguments):
        server = Server(arguments=list(arguments))
        server.start()
        self.addCleanup(server.__exit__)
        self.connection = Connection(server.port)
        self.addCleanup(self.connection.close)
        return server

    def refused(self, action, **members):
        with self.assertRaises(Refused) as raised:
            self.connection.call(action, **members)
        return raised.exception

    def test_tells_of_each_call_by_fields(self):
        server = self.start("--access-log", "all")
        url = self.connection.call("CreateQueue", QueueName="orders")["QueueUrl"]
        sent = self.connection.call("SendMessage", QueueUrl=url, MessageBody=SECRET)
        server.stop()

        self.assertNotIn(SECRET, server.output())
        calls = [line for line in map(json.loads, lines_of(server)) if line["msg"] == "call"]
        self.assertEqual(["CreateQueue", "SendMessage"], [each["action"] for each in calls])
        told = calls[1]
        self.assertEqual(("sqs", "orders", "OK", "info", sent["request_id"]),
                         tuple(told[name] for name in ("service", "queue", "code", "level", "request_id")))
        self.assertGreater(told["dur_ms"], 0)
        self.assertRegex(told["ts"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_tells_of_errors_alone_unless_asked(self):
        server = self.start()
        self.connection.call("CreateQueue", QueueName="orders")
        refused = self.refused("SendMessage", QueueUrl="missing", MessageBody=SECRET)
        server.stop()

        calls = [line for line in map(json.loads, lines_of(server)) if line["msg"] == "call"]
        self.assertEqual([("SendMessage", "missing", "AWS.SimpleQueueService.NonExistentQueue", refused.request_id)],
                         [(each["action"], each["queue"], each["code"], each["request_id"]) for each in calls])

    def test_tells_the_trace_that_a_call_belongs_to(self):
        server = self.start("--access-log", "all")
        trace = "Root=1-5759e988-bd862e3fe1be46a994272793"
        request = urllib.request.Request(server.endpoint, data=b"{}", headers={
            "X-Amz-Target": "AmazonSQS.ListQueues", "X-Amzn-Trace-Id": trace})
        urllib.request.urlopen(request, timeout=10).close()
        server.stop()

        [told] = [line for line in map(json.loads, lines_of(server)) if line["msg"] == "call"]
        self.assertEqual(trace, told["trace_id"])

    def test_no_client_forges_a_line_or_moves_the_cursor(self):
        for format in ("json", "text"):
            server = self.start("--access-log", "all", "--log-format", format)
            self.refused("SendMessage", QueueUrl=f"http://h/000000000000/{HOSTILE}", MessageBody=HOSTILE)
            self.refused("CreateQueue", QueueName=HOSTILE)
            self.refused("Mailrail.RetryConversation", QueueUrl=HOSTILE, Conversation=HOSTILE)
            request = urllib.request.Request(
                server.endpoint, data=b"Action=%0A%7B%22level%22%3A1%7D%1B&Version=2012-11-05",
                headers={"X-Amzn-Trace-Id": "a\x9bb"})
            with self.assertRaises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(request, timeout=10)
            raised.exception.close()
            server.stop()

            with open(server.log.fileno(), "rb", closefd=False) as log:
                log.seek(0)
                lines = log.read().decode().partition("--queue-name hello\n")[2].split("\n")[:-1]
            self.assertEqual(4, len(lines), lines)
            for line in lines:
                self.assertTrue(line.isprintable(), line)
                if format == "json":
                    told = json.loads(line)
                    self.assertNotEqual("OK", told["code"])
                    self.assertEqual("call", told["msg"])

    def test_every_answer_has_a_request_id(self):
        server = self.start()
        for action, members in (("ListQueues", {}), ("Nonsense", {}), ("SendMessage", {"QueueUrl": "missing", "MessageBody": "x"})):
            try:
                request_id = self.connection.call(action, **members)["request_id"]
            except Refused as refused:
                request_id = refused.request_id
            self.assertRegex(request_id or "", r"^[0-9a-f-]{36}$", action)
        for data, headers in ((b"Action=", {}), (b"Action=Nonsense", {}), (b"{", {"X-Amz-Target": "AmazonSQS.ListQueues"}),
                              (b"", {"X-Amz-Target": "Other.Thing"}), (b"%ff", {})):
            with self.assertRaises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(urllib.request.Request(server.endpoint, data=data, headers=headers), timeout=10)
            self.assertRegex(raised.exception.headers["x-amzn-RequestId"] or "", r"^[0-9a-f-]{36}$", data)
            raised.exception.close()

    def test_refuses_options_that_it_does_not_know(self):
        for option, value in (("--log-format", "xml"), ("--access-log", "some"), ("--metrics-emf", "0")):
            with tempfile.TemporaryDirectory() as directory:
                done = subprocess.run([binary(), "serve", "--listen", "127.0.0.1:0", "--data", directory, option, value],
                                      capture_output=True, text=True, timeout=30)
            self.assertEqual(2, done.returncode)
            self.assertRegex(done.stderr, rf"^mailrail: {option} must be .*\"{value}\"\.\n$")


class EmbeddedMetrics(unittest.TestCase):
    def test_come_as_lines_that_cloudwatch_reads(self):
        with Server(arguments=["--metrics-emf", "1"]) as server:
            connection = Connection(server.port)
            url = connection.call("CreateQueue", QueueName="orders")["QueueUrl"]
            connection.call("SendMessage", QueueUrl=url, MessageBody="x")
            deadline = time.monotonic() + 20
            told = {}
            while told.get("MessagesWaiting") != 1:
                self.assertLess(time.monotonic(), deadline, server.output())
                time.sleep(0.1)
                lines = [line for line in lines_of(server) if line.startswith('{"_aws"')]
                told = json.loads(lines[-1]) if lines else {}
            connection.close()

        [directive] = told["_aws"]["CloudWatchMetrics"]
        self.assertEqual("mailrail", directive["Namespace"])
        self.assertEqual([["Server"]], directive["Dimensions"])
        self.assertIn("Server", told)
        self.assertLess(abs(told["_aws"]["Timestamp"] / 1000 - time.time()), 60)
        names = [each["Name"] for each in directive["Metrics"]]
        self.assertEqual(9, len(names))
        for name in names:
            self.assertIsInstance(told[name], int)


if __name__ == "__main__":
    unittest.main()
