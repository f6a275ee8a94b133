#!/usr/bin/python3
"""A session at a shell with Debian's `aws sqs`: each command is a process of its own, over AWS Query."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server

ENVIRONMENT = {
    **os.environ,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_PAGER": "",
}


class AwsCli(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.__exit__)
        self.server.start()

    def run_aws(self, *arguments):
        command = ["/usr/bin/aws", "--endpoint-url", self.server.endpoint, "--output", "json", "sqs", *arguments]
        return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)

    def aws(self, *arguments):
        done = self.run_aws(*arguments)
        self.assertEqual(0, done.returncode, f"{arguments}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def test_a_session_at_the_shell_goes_as_with_amazon(self):
        fifo = "FifoQueue=true,ContentBasedDeduplication=true"
        url = self.aws("create-queue", "--queue-name", "orders.fifo", "--attributes", fifo)["QueueUrl"]
        at_url = ("--queue-url", url)
        self.assertEqual(url, self.aws("get-queue-url", "--queue-name", "orders.fifo")["QueueUrl"])
        self.assertEqual([url], self.aws("list-queues", "--queue-name-prefix", "ord")["QueueUrls"])

        self.aws("set-queue-attributes", *at_url, "--attributes", "VisibilityTimeout=60")
        attributes = self.aws("get-queue-attributes", *at_url, "--attribute-names", "All")["Attributes"]
        self.assertEqual(("60", "true"), (attributes["VisibilityTimeout"], attributes["FifoQueue"]))

        sent = self.aws("send-message", *at_url, "--message-body", "one", "--message-group-id", "g")
        entries = [{"Id": each, "MessageBody": each, "MessageGroupId": "g"} for each in ("two", "three")]
        batch = self.aws("send-message-batch", *at_url, "--entries", json.dumps(entries))
        self.assertEqual(["two", "three"], [each["Id"] for each in batch["Successful"]])

        received = self.aws("receive-message", *at_url, "--max-number-of-messages", "10", "--attribute-names", "All")
        messages = received["Messages"]
        self.assertEqual(["one", "two", "three"], [message["Body"] for message in messages])
        self.assertEqual(sent["MessageId"], messages[0]["MessageId"])

        handles = [message["ReceiptHandle"] for message in messages]
        self.aws("delete-message", *at_url, "--receipt-handle", handles[0])
        self.aws("change-message-visibility", *at_url, "--receipt-handle", handles[1], "--visibility-timeout", "0")
        again = self.aws("receive-message", *at_url)["Messages"]
        self.assertEqual(["two"], [message["Body"] for message in again])

        entries = json.dumps([{"Id": "a", "ReceiptHandle": again[0]["ReceiptHandle"]}])
        self.assertEqual(1, len(self.aws("delete-message-batch", *at_url, "--entries", entries)["Successful"]))

        self.aws("purge-queue", *at_url)
        self.assertEqual({}, self.aws("receive-message", *at_url))
        self.aws("delete-queue", *at_url)
        failed = self.run_aws("receive-message", *at_url)
        self.assertNotEqual(0, failed.returncode)
        self.assertIn("AWS.SimpleQueueService.NonExistentQueue", failed.stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
