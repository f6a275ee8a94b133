#!/usr/bin/python3
"""`serve --test-api`, as the tests of a service see it with boto3: what takes AWS minutes or days takes them milliseconds."""

import json
import signal
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary, free_port

AT_ONCE_S = 5  # Far below any of the times that pass in these tests, and far above what an answer takes.


def client(service, server, account="test"):
    return boto3.client(
        service, endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id=account, aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}))


def ask(server, method, path, body=None, headers=None):
    """The answer to a call of the interface for tests: its status, and its members or its text."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{server.endpoint}/_mailrail/{path}", data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class TestApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(arguments=["--test-api"])
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()

    def setUp(self):
        status, space = ask(self.server, "POST", "namespaces", {"ttl": "10m"})
        self.assertEqual(200, status, space)
        self.account = space["account"]
        self.sqs = client("sqs", self.server, space["accessKeyId"])
        self.sns = client("sns", self.server, space["accessKeyId"])
        self.began = time.monotonic()

    def tearDown(self):
        self.assertLess(time.monotonic() - self.began, AT_ONCE_S)

    def queue(self, name, **attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def advance(self, text):
        status, answer = ask(self.server, "POST", "clock", {"advance": text})
        self.assertEqual(200, status, answer)
        return answer

    def bodies(self, url, **more):
        return [each["Body"] for each in self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **more).get("Messages", [])]


class TheClock(TestApi):
    def test_a_message_that_is_not_deleted_comes_back(self):
        url = self.queue("q")
        self.sqs.send_message(QueueUrl=url, MessageBody="again")
        self.assertEqual(["again"], self.bodies(url))

        self.advance("29s")
        self.assertEqual([], self.bodies(url))
        self.advance("1s")
        self.assertEqual(["again"], self.bodies(url))

    def test_a_message_that_fails_too_often_goes_to_the_dead_letters(self):
        dead = self.queue("dead")
        arn = f"arn:aws:sqs:us-east-1:{self.account}:dead"
        url = self.queue("q", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}))
        self.sqs.send_message(QueueUrl=url, MessageBody="poison")

        for _ in range(3):
            self.assertEqual(["poison"], self.bodies(url))
            self.advance("30s")

        self.assertEqual([], self.bodies(url))
        self.assertEqual(["poison"], self.bodies(dead))

    def test_a_fifo_queue_forgets_what_was_sent_after_five_minutes(self):
        url = self.queue("q.fifo", FifoQueue="true")
        send = {"QueueUrl": url, "MessageBody": "order", "MessageGroupId": "g", "MessageDeduplicationId": "1"}
        first = self.sqs.send_message(**send)["SequenceNumber"]

        self.assertEqual(first, self.sqs.send_message(**send)["SequenceNumber"])
        self.advance("5m1s")
        self.assertNotEqual(first, self.sqs.send_message(**send)["SequenceNumber"])

    def test_delays_end_and_what_is_too_old_goes(self):
        url = self.queue("q", MessageRetentionPeriod="60")
        self.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=30)
        self.assertEqual([], self.bodies(url))

        self.advance("30s")
        self.assertEqual(["later"], self.bodies(url, VisibilityTimeout=0))
        self.advance("31s")
        counted = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        self.assertEqual("0", counted["Attributes"]["ApproximateNumberOfMessages"])

    def test_who_waits_for_a_message_gets_it_when_its_time_has_come(self):
        url = self.queue("q")
        self.sqs.send_message(QueueUrl=url, MessageBody="awaited", DelaySeconds=15)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.bodies, url, WaitTimeSeconds=20)
            self.advance("15s")

            self.assertEqual(["awaited"], waiting.result())

    def test_it_says_what_time_it_is_and_never_goes_back(self):
        status, before = ask(self.server, "GET", "clock")
        after = self.advance("1d")

        self.assertEqual(200, status)
        self.assertLess(before["now"], after["now"])
        self.assertEqual(400, ask(self.server, "POST", "clock", {"advance": "-1s"})[0])
        self.assertGreaterEqual(ask(self.server, "GET", "clock")[1]["now"], after["now"])


class NameSpaces(TestApi):
    def test_each_has_its_own_queue_of_a_name(self):
        _, other = ask(self.server, "POST", "namespaces")
        mine, others = self.queue("q"), client("sqs", self.server, other["account"]).create_queue(QueueName="q")["QueueUrl"]
        self.sqs.send_message(QueueUrl=mine, MessageBody="mine")

        self.assertNotEqual(mine, others)
        self.assertEqual([], client("sqs", self.server, other["account"]).receive_message(QueueUrl=others).get("Messages", []))
        self.assertEqual(["mine"], self.bodies(mine))

    def test_one_that_is_closed_takes_its_queues_and_topics_along(self):
        self.queue("q")
        self.sns.create_topic(Name="news")

        self.assertEqual((200, {"queues": 1, "topics": 1}), ask(self.server, "DELETE", f"namespaces/{self.account}"))

        self.assertEqual([], self.sqs.list_queues().get("QueueUrls", []))
        self.assertEqual([], self.sns.list_topics()["Topics"])
        self.assertEqual(404, ask(self.server, "DELETE", f"namespaces/{self.account}")[0])

    def test_one_ends_when_its_time_is_over(self):
        _, short = ask(self.server, "POST", "namespaces", {"ttl": "300ms"})
        sqs = client("sqs", self.server, short["account"])
        sqs.create_queue(QueueName="q")
        self.queue("q")

        while sqs.list_queues().get("QueueUrls"):
            self.assertLess(time.monotonic() - self.began, AT_ONCE_S)

        self.assertEqual(404, ask(self.server, "DELETE", f"namespaces/{short['account']}")[0])
        self.assertEqual(1, len(self.sqs.list_queues()["QueueUrls"]))


class Resetting(TestApi):
    def test_what_is_named_goes_and_the_rest_stays(self):
        kept = self.queue("kept")
        self.queue("orders-1")
        self.queue("orders-2.fifo", FifoQueue="true")
        self.sns.create_topic(Name="orders-news")

        gone = ask(self.server, "POST", f"reset?prefix=orders-&account={self.account}")

        self.assertEqual((200, {"queues": 2, "topics": 1}), gone)
        self.assertEqual([kept], self.sqs.list_queues()["QueueUrls"])

    def test_everything_goes_however_much_it_is(self):
        for each in range(250):
            self.queue(f"q{each}")
        client("sqs", self.server).create_queue(QueueName="of-another-account")

        status, gone = ask(self.server, "POST", "reset")

        self.assertEqual(200, status)
        self.assertGreaterEqual(gone["queues"], 251)
        self.assertEqual([], self.sqs.list_queues().get("QueueUrls", []))
        self.assertEqual([], client("sqs", self.server).list_queues().get("QueueUrls", []))
        self.queue("q0")  # Its name is free at once.

    def test_a_page_in_a_browser_cannot_ask_for_it(self):
        kept = self.queue("kept")

        status, sentence = ask(self.server, "POST", "reset", headers={"Origin": "http://evil.example"})

        self.assertEqual(403, status, sentence)
        self.assertEqual([kept], self.sqs.list_queues()["QueueUrls"])


class WhereItIsNot(unittest.TestCase):
    def test_a_server_that_was_not_told_to_has_nothing_of_it(self):
        with Server() as server:
            kept = client("sqs", server).create_queue(QueueName="kept")["QueueUrl"]
            for method, path in (("POST", "reset"), ("GET", "clock"), ("POST", "clock"), ("POST", "namespaces")):
                status, sentence = ask(server, method, path)
                self.assertEqual(404, status)
                self.assertIn("--test-api", sentence)
            self.assertEqual([kept], client("sqs", server).list_queues()["QueueUrls"])

    def test_it_is_refused_where_others_could_ask(self):
        refused = subprocess.run(
            [binary(), "serve", "--test-api", "--listen", f"0.0.0.0:{free_port()}", "--data", "/nonexistent"],
            capture_output=True, text=True, timeout=30)

        self.assertEqual(2, refused.returncode)
        self.assertIn("loopback", refused.stderr)

    def test_a_server_stops_in_order_whoever_still_has_a_name_space(self):
        with Server(arguments=["--test-api"]) as server:
            ask(server, "POST", "namespaces", {"ttl": "1h"})
            ask(server, "POST", "clock", {"advance": "14d"})

            self.assertEqual(0, server.end(signal.SIGTERM), server.output())
            server.start()  # Its time goes on from there.


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # boto3 leaves sockets to the garbage collector.
