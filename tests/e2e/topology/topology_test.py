#!/usr/bin/python3
"""`mailrail apply` against a real server: what it makes, that twice changes nothing, what it asks and refuses."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import boto3
import botocore.exceptions

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary

FILES = Path(__file__).resolve().parent / "files"
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


def arn(service, name):
    return f"arn:aws:{service}:us-east-1:000000000000:{name}"


class Topology(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__)
        self.sqs = boto3.client("sqs", endpoint_url=self.server.endpoint, **KEYS)
        self.sns = boto3.client("sns", endpoint_url=self.server.endpoint, **KEYS)
        for each in (self.sqs, self.sns):
            self.addCleanup(each.close)

    def apply(self, file, *arguments, code=0):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAILRAIL_"))}
        command = [binary(), "apply", str(FILES / file), "--endpoint-url", self.server.endpoint, *arguments]
        done = subprocess.run(command, env={**kept, "HOME": "/nonexistent"}, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def write(self, text):
        file = tempfile.NamedTemporaryFile("w", suffix=".toml")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        return file.name

    def queues(self):
        return sorted(url.rpartition("/")[2] for url in self.sqs.list_queues().get("QueueUrls", []))

    def attributes(self, queue):
        return self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]

    def test_a_dry_run_tells_and_does_nothing(self):
        told = self.apply("shop.toml", "--dry-run").stdout
        self.assertIn("+ create queue orders.fifo\n", told)
        self.assertLess(told.index("queue orders-dead.fifo"), told.index("queue orders.fifo"))
        self.assertEqual(self.queues(), [])

    def test_what_a_file_asks_for_is_there_afterwards_and_twice_changes_nothing(self):
        self.apply("shop.toml")
        again = self.apply("shop.toml").stdout

        self.assertEqual({line.split()[0] for line in again.splitlines()}, {"="}, again)
        self.assertEqual(self.queues(), ["orders-dead.fifo", "orders.fifo"])
        attributes = self.attributes("orders.fifo")
        self.assertEqual(attributes["VisibilityTimeout"], "120")
        self.assertEqual(json.loads(attributes["RedrivePolicy"]),
                         {"deadLetterTargetArn": arn("sqs", "orders-dead.fifo"), "maxReceiveCount": 5})
        self.assertEqual(self.sqs.list_queue_tags(QueueUrl="orders.fifo")["Tags"], {"team": "shop"})
        self.sns.publish(TopicArn=arn("sns", "events.fifo"), Message="one", MessageGroupId="g", MessageDeduplicationId="d",
                         MessageAttributes={"type": {"DataType": "String", "StringValue": "order"}})
        received = self.sqs.receive_message(QueueUrl="orders.fifo", WaitTimeSeconds=5)["Messages"]
        self.assertEqual([each["Body"] for each in received], ["one"])

    def test_only_what_differs_is_changed(self):
        self.apply("shop.toml")
        self.sqs.set_queue_attributes(QueueUrl="orders.fifo", Attributes={"VisibilityTimeout": "7", "DelaySeconds": "9"})

        changed = self.apply("shop.toml").stdout

        self.assertIn("~ change queue orders.fifo\n    VisibilityTimeout: 7 -> 120\n= ", changed)
        self.assertEqual(self.attributes("orders.fifo")["VisibilityTimeout"], "120")
        self.assertEqual(self.attributes("orders.fifo")["DelaySeconds"], "9", "the file does not speak of it")

    def test_pruning_asks_and_deletes_what_the_file_does_not_have(self):
        self.apply("shop.toml")
        self.sqs.create_queue(QueueName="old")
        self.sns.create_topic(Name="old")

        self.assertNotIn("old", self.apply("shop.toml").stdout)
        refused = self.apply("shop.toml", "--prune", code=4)
        self.assertIn("- delete queue old\n", refused.stdout)
        self.assertIn("old", self.queues())

        self.apply("shop.toml", "--prune", "--yes")
        self.assertEqual(self.queues(), ["orders-dead.fifo", "orders.fifo"])
        self.assertEqual([each["TopicArn"] for each in self.sns.list_topics()["Topics"]], [arn("sns", "events.fifo")])

    def test_a_template_of_the_cdk_makes_its_queues_and_topics(self):
        done = self.apply("Forum.template.json", "--parameter", "Stage=live")
        again = self.apply("Forum.template.json", "--parameter", "Stage=live").stdout

        self.assertIn("Resources.HandlerServiceRoleFCDC14AE: skipped", done.stderr)
        self.assertIn("KmsMasterKeyId: left out", done.stderr)
        self.assertEqual({line.split()[0] for line in again.splitlines()}, {"="}, again)
        self.assertEqual(self.queues(), ["MentionsDeadF5E06E8F", "mentions"])
        self.assertEqual(self.sqs.list_queue_tags(QueueUrl="mentions")["Tags"], {"stage": "live"})
        topic = arn("sns", "Forum-posts-live")
        self.assertEqual(self.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"], "Posts in us-east-1")
        self.sns.publish(TopicArn=topic, Message="hi @ann",
                         MessageAttributes={"type": {"DataType": "String", "StringValue": "mention"}})
        received = self.sqs.receive_message(QueueUrl="mentions", WaitTimeSeconds=5)["Messages"]
        self.assertEqual([each["Body"] for each in received], ["hi @ann"], "its policy lets the topic send")

    def test_a_configuration_of_elasticmq_makes_its_queues(self):
        self.apply("elasticmq.conf")
        self.assertEqual(self.queues(), ["jobs", "jobs-dead"])
        self.assertEqual(self.attributes("jobs")["ReceiveMessageWaitTimeSeconds"], "5")

    def test_a_wrong_file_is_refused_before_anything_is_done(self):
        file = self.write('[queues.good]\n[queues.bad]\ndelai = 3\nfifo = true\n')
        refused = self.apply(file, code=2)
        self.assertIn(f'{file}:3: queues.bad.delai: There is no such key. Did you mean "delay"?', refused.stderr)
        self.assertIn("its name must end with .fifo", refused.stderr)
        self.assertEqual(self.queues(), [])

    def test_a_step_that_the_server_refuses_is_named_and_those_before_it_are_done(self):
        file = self.write('[queues.a]\n[queues.b]\ndelay = "1000s"\n')
        refused = self.apply(file, code=1)
        self.assertIn("create queue b: ", refused.stderr)
        self.assertEqual(self.queues(), ["a"])

    def test_the_plan_is_there_for_programs_too(self):
        steps = json.loads(self.apply("shop.toml", "--dry-run", "-o", "json").stdout)["Steps"]
        self.assertEqual([step["Action"] for step in steps], ["create"] * 4)
        self.assertEqual(steps[0]["Name"], "orders-dead.fifo")


class AtTheStart(unittest.TestCase):
    def start(self, *arguments, **more):
        server = Server(arguments=arguments, **more)
        self.addCleanup(server.__exit__)
        server.start()
        return server

    def queues(self, server, **keys):
        sqs = boto3.client("sqs", endpoint_url=server.endpoint, **{**KEYS, **keys})
        self.addCleanup(sqs.close)
        return sorted(url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", []))

    def test_what_the_file_asks_for_is_there_when_the_server_is_ready(self):
        server = self.start("--topology", str(FILES / "shop.toml"))
        self.assertEqual(self.queues(server), ["orders-dead.fifo", "orders.fifo"])
        self.assertIn("topology: 4 created, 0 changed, 0 deleted, 0 unchanged", server.output())

        server.stop()
        server.start()
        self.assertIn("topology: 0 created, 0 changed, 0 deleted, 4 unchanged", server.output())

    def test_no_key_is_needed_for_it_where_clients_need_one(self):
        key = {"MAILRAIL_ACCESS_KEY_ID": "AKIDSHOP12345678", "MAILRAIL_SECRET_ACCESS_KEY": "a-secret-of-forty-characters-in-all-1234"}
        server = self.start("--topology", str(FILES / "shop.toml"), environment=key)
        found = self.queues(server, aws_access_key_id=key["MAILRAIL_ACCESS_KEY_ID"],
                            aws_secret_access_key=key["MAILRAIL_SECRET_ACCESS_KEY"])
        self.assertEqual(found, ["orders-dead.fifo", "orders.fifo"])
        with self.assertRaises(botocore.exceptions.ClientError):
            self.queues(server)

    def test_a_wrong_file_ends_the_start(self):
        server = Server(arguments=["--topology", "nowhere.toml"])
        self.addCleanup(server.__exit__)
        server.spawn()
        self.assertEqual(server.process.wait(30), 2)
        self.assertIn("nowhere.toml cannot be read: No such file or directory.", server.output())


if __name__ == "__main__":
    unittest.main()
