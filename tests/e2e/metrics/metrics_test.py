#!/usr/bin/python3
"""The metrics of a real server: their form, that they say what was done, and that documentation and dashboards know them."""

import json
import re
import sys
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import boto3
from calls import Connection
from exposed import ROOT, promtool, scrape
from server import Server

FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


class Metrics(unittest.TestCase):
    def setUp(self):
        self.server = Server(arguments=["--cloudwatch-names"])
        self.server.start()
        self.addCleanup(self.server.__exit__)
        self.connection = Connection(self.server.port)
        self.addCleanup(self.connection.close)
        self.sns = boto3.client("sns", endpoint_url=self.server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                                aws_secret_access_key="test")
        self.addCleanup(self.sns.close)

    def call(self, action, **members):
        return self.connection.call(action, **members)

    def create(self, name, **attributes):
        fifo = FIFO if name.endswith(".fifo") else {}
        return self.call("CreateQueue", QueueName=name, Attributes={**fifo, **attributes})["QueueUrl"]

    def test_promtool_finds_nothing_to_say(self):
        self.create("chat.fifo")
        self.sns.create_topic(Name="news")
        exposed = scrape(self.server)
        self.assertTrue(exposed.content_type.startswith("text/plain; version=0.0.4"))
        for text in (exposed.text, scrape(self.server, "/metrics/detailed?queue=*").text):
            said = promtool("check", "metrics", text=text)
            if said is None:
                self.skipTest("promtool is not installed: tools/setup")
            self.assertEqual((0, ""), (said.returncode, said.stdout + said.stderr))

    def test_says_what_was_done(self):
        dead = self.create("dead")
        orders = self.create("orders", VisibilityTimeout="0", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": "2"}))
        for body in ("x" * 100, "y" * 70_000, "z"):
            self.call("SendMessage", QueueUrl=orders, MessageBody=body, **({"DelaySeconds": 900} if body == "z" else {}))
        self.call("SendMessageBatch", QueueUrl=orders, Entries=[
            {"Id": str(i), "MessageBody": "b", "DelaySeconds": 900} for i in range(3)])
        for _ in range(2):
            self.assertEqual(2, len(self.call("ReceiveMessage", QueueUrl=orders, MaxNumberOfMessages=10)["Messages"]))
        self.call("ReceiveMessage", QueueUrl=orders)
        [letter] = self.call("ReceiveMessage", QueueUrl=dead)["Messages"]
        self.call("DeleteMessage", QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])

        exposed = scrape(self.server)
        of = {"queue": "orders", "region": "us-east-1", "account": "000000000000"}
        self.assertEqual(6, exposed.value("mailrail_queue_messages_sent_total", **of))
        self.assertEqual(4, exposed.value("mailrail_queue_messages_received_total", **of))
        self.assertEqual(1, exposed.value("mailrail_queue_empty_receives_total", **of))
        self.assertEqual(2, exposed.value("mailrail_queue_dead_lettered_total", **of))
        self.assertEqual(4, exposed.value("mailrail_queue_messages", **of, state="delayed"))
        self.assertEqual(0, exposed.value("mailrail_queue_messages", **of, state="visible"))
        self.assertEqual(70_104, exposed.value("mailrail_queue_message_size_bytes_sum", **of))
        self.assertEqual(5, exposed.value("mailrail_queue_message_size_bytes_bucket", **of, le="256"))
        self.assertEqual(1, exposed.value("mailrail_queue_messages_deleted_total", queue="dead"))
        self.assertEqual(1, exposed.value("mailrail_queue_messages", queue="dead", state="visible"))
        self.assertEqual(1, exposed.value("mailrail_dead_letters"))
        self.assertEqual(6, exposed.value("mailrail_messages_sent_total"))
        self.assertEqual(5, exposed.value("mailrail_messages_received_total"))
        self.assertEqual(6, exposed.value("aws_sqs_number_of_messages_sent_total", queue_name="orders"))
        self.assertEqual(2, exposed.value("mailrail_queues"))
        # Two queues, three sends of which one is of two chunks, a batch, four receives of which two are, a delete.
        self.assertEqual(2 + 4 + 1 + 6 + 1, exposed.value("mailrail_aws_equivalent_requests_total", service="sqs"))
        self.assertEqual(3, exposed.value("mailrail_request_duration_seconds_count", action="SendMessage", code="OK"))
        self.assertGreater(exposed.value("mailrail_commit_duration_seconds_count"), 3)

    def test_says_what_conversations_are_blocked_and_how_old_messages_are(self):
        chat = self.create("chat.fifo")
        for number in range(2):
            self.call("SendMessage", QueueUrl=chat, MessageBody=str(number), MessageGroupId="42")
        self.call("ReceiveMessage", QueueUrl=chat)
        time.sleep(0.2)  # What is measured is time.

        exposed = scrape(self.server)
        self.assertEqual(1, exposed.value("mailrail_queue_groups", queue="chat.fifo", state="blocked"))
        self.assertEqual(1, exposed.value("mailrail_queue_groups", queue="chat.fifo", state="in_flight"))
        for name in ("mailrail_queue_oldest_message_age_seconds", "mailrail_queue_oldest_undelivered_age_seconds"):
            self.assertGreaterEqual(exposed.value(name, queue="chat.fifo"), 0.2)
            self.assertLess(exposed.value(name, queue="chat.fifo"), 60)

    def test_says_what_became_of_notifications(self):
        topic = self.sns.create_topic(Name="news")["TopicArn"]
        for name, policy in (("all", None), ("some", {"kind": ["x"]}), ("missing", None)):
            if name != "missing":
                self.create(name)
            attributes = {"FilterPolicy": json.dumps(policy)} if policy else {}
            self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000000:{name}",
                               Attributes=attributes)
        for _ in range(3):
            self.sns.publish(TopicArn=topic, Message="hi")

        exposed = scrape(self.server)
        self.assertEqual(3, exposed.value("mailrail_topic_messages_published_total", topic="news"))
        for result in ("delivered", "filtered_out", "failed"):
            self.assertEqual(3, exposed.value("mailrail_topic_notifications_total", topic="news", result=result), result)
        self.assertEqual(3, exposed.value("mailrail_queue_messages_sent_total", queue="all"))

    def test_counters_only_grow_and_outlive_their_queue(self):
        url = self.create("orders")
        before = scrape(self.server)
        for number in range(20):
            self.call("SendMessage", QueueUrl=url, MessageBody=str(number))
            self.call("ReceiveMessage", QueueUrl=url)
            after = scrape(self.server)
            for key, value in before.counters().items():
                self.assertGreaterEqual(after.samples[key], value, key)
            before = after
        self.call("DeleteQueue", QueueUrl=url)

        after = scrape(self.server)
        self.assertIsNone(after.value("mailrail_queue_messages_sent_total", queue="orders"))
        self.assertEqual(20, after.value("mailrail_messages_sent_total"))

    def test_tells_of_the_queues_that_are_asked_for(self):
        for name in ("chat-1", "chat-2", "orders"):
            self.create(name)

        exposed = scrape(self.server, "/metrics/detailed?queue=chat-*")
        self.assertEqual(0, exposed.value("mailrail_queue_messages", queue="chat-1"))
        self.assertIsNone(exposed.value("mailrail_queue_messages", queue="orders"))
        self.assertIsNone(exposed.value("mailrail_queues"))
        self.assertEqual(0, exposed.value("mailrail_metrics_queues_omitted"))

    def test_refuses_what_is_no_scrape(self):
        request = urllib.request.Request(self.server.endpoint + "/metrics", data=b"x", method="POST")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        self.assertEqual(405, refused.exception.code)
        refused.exception.close()

    def test_no_client_makes_up_series(self):
        for number in range(3):
            with self.assertRaises(Exception):
                self.call(f"Made{number}Up")
        exposed = scrape(self.server)
        self.assertEqual(3, exposed.value("mailrail_request_duration_seconds_count", action="unknown"))
        self.assertNotIn("Made", exposed.text)

    def test_documentation_lists_every_series(self):
        page = (ROOT / "docs/metrics.md").read_text()
        documented = dict(re.findall(r"^\| `([a-z_]+)(?:\{[^`]*\})?` \| (gauge|counter|histogram) \|", page, re.MULTILINE))
        self.assertEqual(scrape(self.server).types, documented)

    def test_alerts_and_dashboards_know_only_series_that_there_are(self):
        types = scrape(self.server).types
        known = set(types) | {f"{name}_{part}" for name, kind in types.items() if kind == "histogram"
                              for part in ("bucket", "sum", "count")}
        for path in [ROOT / "packaging/prometheus/alerts.yml", *(ROOT / "packaging/grafana").glob("*.json")]:
            text = path.read_text()
            if path.suffix == ".json":
                panels = json.loads(text)["panels"]
                text = "\n".join(target["expr"] for panel in panels for target in panel["targets"])
            named = set(re.findall(r"\bmailrail_[a-z_]+\b", text))
            self.assertTrue(named)
            self.assertEqual(set(), named - known, path.name)


class Rules(unittest.TestCase):
    def test_alerts_fire_when_they_should(self):
        for arguments in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")):
            *command, name = arguments
            said = promtool(*command, str(ROOT / "packaging/prometheus" / name))
            if said is None:
                self.skipTest("promtool is not installed: tools/setup")
            self.assertEqual(0, said.returncode, said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
