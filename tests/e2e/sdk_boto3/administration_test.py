#!/usr/bin/python3
"""What operators and templates call, by Debian's boto3 over AWS Query: tags, permissions, sources of dead letters."""

import json
import sys
import unittest
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server


def setUpModule():
    global server, sqs
    server = Server()
    server.start()
    sqs = boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}), **where())


def tearDownModule():
    server.__exit__()


def where():
    return {"endpoint_url": server.endpoint, "region_name": "us-east-1", "aws_access_key_id": "test",
            "aws_secret_access_key": "test"}


class Case(unittest.TestCase):
    queues = 0

    def queue(self, **more):
        """A new queue: its URL and its ARN."""
        Case.queues += 1
        name = f"queue-{Case.queues}"
        return sqs.create_queue(QueueName=name, **more)["QueueUrl"], f"arn:aws:sqs:us-east-1:000000000000:{name}"

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(code, caught.exception.response["Error"]["Code"])
        return caught.exception.response["Error"]["Message"]

    def attributes(self, url, *names):
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names)).get("Attributes", {})


class Tags(Case):
    def test_tags_are_set_at_creation_changed_and_taken_away(self):
        tags = {"team": "chat", "Team": "", "cost centre": "a/b=c+d@e", "\u00fcber": "\u4e16"}
        url, _ = self.queue(tags=tags)

        self.assertEqual(tags, sqs.list_queue_tags(QueueUrl=url)["Tags"])
        sqs.tag_queue(QueueUrl=url, Tags={"team": "mail", "stage": "test"})
        self.assertEqual({**tags, "team": "mail", "stage": "test"}, sqs.list_queue_tags(QueueUrl=url)["Tags"])
        sqs.untag_queue(QueueUrl=url, TagKeys=[*tags, "not-there"])
        self.assertEqual({"stage": "test"}, sqs.list_queue_tags(QueueUrl=url)["Tags"])
        sqs.untag_queue(QueueUrl=url, TagKeys=["stage"])
        self.assertNotIn("Tags", sqs.list_queue_tags(QueueUrl=url))
        self.refused("AWS.SimpleQueueService.NonExistentQueue", sqs.list_queue_tags, QueueUrl=url + "-not")


class Permissions(Case):
    def test_permissions_are_statements_of_the_policy_by_label(self):
        url, arn = self.queue()
        queue = boto3.resource("sqs", **where()).Queue(url)

        queue.add_permission(Label="one", AWSAccountIds=["111122223333"], Actions=["SendMessage", "ReceiveMessage"])

        policy = json.loads(self.attributes(url, "Policy")["Policy"])
        [statement] = policy["Statement"]
        self.assertEqual(("one", "Allow", arn), (statement["Sid"], statement["Effect"], statement["Resource"]))
        self.assertEqual({"AWS": "arn:aws:iam::111122223333:root"}, statement["Principal"])
        self.assertEqual(["SQS:ReceiveMessage", "SQS:SendMessage"], sorted(statement["Action"]))
        again = {"Label": "one", "AWSAccountIds": ["444455556666"], "Actions": ["*"]}
        self.assertIn("Already exists", self.refused("InvalidParameterValue", queue.add_permission, **again))
        queue.remove_permission(Label="one")
        self.assertNotIn("Policy", self.attributes(url, "All"))
        self.refused("InvalidParameterValue", queue.remove_permission, Label="one")


class DeadLetterSources(Case):
    def test_a_queue_of_dead_letters_tells_where_they_come_from(self):
        dead, arn = self.queue()
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        sources = [self.queue(Attributes={"RedrivePolicy": policy})[0] for _ in range(3)]

        paginator = sqs.get_paginator("list_dead_letter_source_queues")
        pages = [page["queueUrls"] for page in paginator.paginate(QueueUrl=dead, PaginationConfig={"PageSize": 2})]
        objects = boto3.resource("sqs", **where()).Queue(dead).dead_letter_source_queues.all()

        self.assertEqual([2, 1], [len(page) for page in pages])
        self.assertEqual(sorted(sources), sorted(url for page in pages for url in page))
        self.assertEqual(sorted(sources), sorted(queue.url for queue in objects))
        self.assertEqual([], sqs.list_dead_letter_source_queues(QueueUrl=sources[0]).get("queueUrls", []))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
