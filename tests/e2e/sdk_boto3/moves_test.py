#!/usr/bin/python3
"""Message move tasks, by Debian's boto3 and awscli over AWS Query.

They are older than these actions. Botocore lets a directory add to its models, so `models` has the three that are missing, and
the real serializer and parser do the rest.
"""

import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

os.environ["AWS_DATA_PATH"] = str(Path(__file__).resolve().parent / "models")

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server


def setUpModule():
    global server, sqs
    server = Server()
    server.start()
    sqs = boto3.client(
        "sqs", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))


def tearDownModule():
    server.__exit__()


class Moves(unittest.TestCase):
    queues = 0

    def queue(self, **attributes):
        """A new queue: its URL and its ARN."""
        Moves.queues += 1
        name = f"queue-{Moves.queues}"
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:000000000000:{name}"

    def setUp(self):
        """A queue whose messages are all among its dead letters."""
        self.dead, self.dead_arn = self.queue()
        policy = json.dumps({"deadLetterTargetArn": self.dead_arn, "maxReceiveCount": 1})
        self.source, self.source_arn = self.queue(RedrivePolicy=policy, VisibilityTimeout="0")
        self.bodies = [str(each) for each in range(10)]
        sqs.send_message_batch(QueueUrl=self.source, Entries=[{"Id": body, "MessageBody": body} for body in self.bodies])
        for _ in range(2):
            sqs.receive_message(QueueUrl=self.source, MaxNumberOfMessages=10)
        self.assertEqual((0, 10), (self.count(self.source), self.count(self.dead)))

    def count(self, url):
        name = "ApproximateNumberOfMessages"
        return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])

    def newest(self):
        return sqs.list_message_move_tasks(SourceArn=self.dead_arn)["Results"][0]

    def until(self, status):
        deadline = time.monotonic() + 20
        while (task := self.newest())["Status"] != status:
            self.assertLess(time.monotonic(), deadline, f"the task is {task}, and not {status} after 20 s")
            time.sleep(0.02)
        return task

    def refused(self, code, text, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(code, caught.exception.response["Error"]["Code"])
        self.assertEqual(text, caught.exception.response["Error"]["Message"])
        return caught.exception.response["ResponseMetadata"]["HTTPStatusCode"]

    def test_dead_letters_go_back_to_where_they_came_from(self):
        handle = sqs.start_message_move_task(SourceArn=self.dead_arn)["TaskHandle"]
        task = self.until("COMPLETED")

        self.assertTrue(handle)
        self.assertEqual((10, 10), (task["ApproximateNumberOfMessagesMoved"], task["ApproximateNumberOfMessagesToMove"]))
        self.assertEqual(self.dead_arn, task["SourceArn"])
        self.assertEqual(set(), {"DestinationArn", "MaxNumberOfMessagesPerSecond", "FailureReason", "TaskHandle"} & set(task))
        self.assertLess(abs(task["StartedTimestamp"] / 1000 - time.time()), 60)
        self.assertEqual((10, 0), (self.count(self.source), self.count(self.dead)))

    def test_dead_letters_go_to_another_queue(self):
        other, other_arn = self.queue()
        sqs.start_message_move_task(SourceArn=self.dead_arn, DestinationArn=other_arn)

        self.assertEqual(other_arn, self.until("COMPLETED")["DestinationArn"])

        received = sqs.receive_message(QueueUrl=other, MaxNumberOfMessages=10)["Messages"]
        self.assertEqual(sorted(self.bodies), sorted(message["Body"] for message in received))
        self.assertEqual(0, self.count(self.dead))

    def test_a_task_is_slowed_down_and_cancelled(self):
        handle = sqs.start_message_move_task(SourceArn=self.dead_arn, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
        task = self.newest()
        self.assertEqual(("RUNNING", handle, 1), (task["Status"], task["TaskHandle"], task["MaxNumberOfMessagesPerSecond"]))
        running = "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        self.refused("InvalidParameterValue", running, sqs.start_message_move_task, SourceArn=self.dead_arn)

        moved = sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]

        self.until("CANCELLED")
        self.assertLess(moved, 10)
        self.assertEqual(10, self.count(self.source) + self.count(self.dead))
        self.assertGreater(self.count(self.dead), 0)

    def test_what_cannot_be_moved_is_refused(self):
        missing = "The resource that you specified for the SourceArn parameter doesn't exist."
        start = sqs.start_message_move_task
        self.assertEqual(404, self.refused("ResourceNotFoundException", missing, start, SourceArn=self.dead_arn + "-not"))
        no_letters = "Source queue must be configured as a Dead Letter Queue."
        self.refused("InvalidParameterValue", no_letters, start, SourceArn=self.source_arn)
        self.assertNotIn("Results", sqs.list_message_move_tasks(SourceArn=self.dead_arn))

    def test_the_same_from_a_shell(self):
        def aws(*arguments):
            environment = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                           "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": ""}
            command = ["/usr/bin/aws", "--endpoint-url", server.endpoint, "--output", "json", "sqs", *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(0, done.returncode, done.stderr)
            return json.loads(done.stdout)

        slowly = ("--source-arn", self.dead_arn, "--max-number-of-messages-per-second", "1")
        handle = aws("start-message-move-task", *slowly)["TaskHandle"]
        task = aws("list-message-move-tasks", "--source-arn", self.dead_arn, "--max-results", "10")["Results"][0]
        self.assertEqual(self.dead_arn, task["SourceArn"])
        if task["Status"] == "RUNNING":  # Ten messages take nine seconds; a busy machine's shell may take longer.
            self.assertEqual(handle, task["TaskHandle"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
