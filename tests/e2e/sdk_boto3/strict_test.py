#!/usr/bin/python3
"""`serve --aws-strict`, as Debian's boto3 sees it: AWS's 60 seconds between purges, and before a deleted name is used again.

No test waits for the 60 seconds to end; tests/cases/strict.case does, where time is not real.
"""

import signal
import sys
import unittest
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server

PURGED = ("AWS.SimpleQueueService.PurgeQueueInProgress", 403,
          "Only one PurgeQueue operation on purged is allowed every 60 seconds.")
DELETED = ("AWS.SimpleQueueService.QueueDeletedRecently", 400,
           "You must wait 60 seconds after deleting a queue before you can create another with the same name.")


def client(server):
    return boto3.client(
        "sqs", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))


def purge_and_delete(sqs):
    """Leaves a queue that was just purged, with a message since, and a name whose queue was just deleted; the former's URL."""
    purged = sqs.create_queue(QueueName="purged")["QueueUrl"]
    sqs.delete_queue(QueueUrl=sqs.create_queue(QueueName="deleted")["QueueUrl"])
    sqs.purge_queue(QueueUrl=purged)
    sqs.send_message(QueueUrl=purged, MessageBody="after the purge")
    return purged


class Strict(unittest.TestCase):
    def start(self, *arguments):
        server = Server(arguments=arguments)
        self.addCleanup(server.__exit__)
        server.start()
        return server, client(server)

    def refused(self, call, **arguments):
        """The error's code, its status and its text."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        self.assertEqual("Sender", response["Error"]["Type"])
        return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Message"]

    def count(self, sqs, url):
        name = "ApproximateNumberOfMessages"
        return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])

    def expect_refusals(self, sqs, purged):
        self.assertEqual(PURGED, self.refused(sqs.purge_queue, QueueUrl=purged))
        self.assertEqual(1, self.count(sqs, purged))
        self.assertEqual(DELETED, self.refused(sqs.create_queue, QueueName="deleted"))

    def expect_no_refusals(self, sqs, purged):
        for _ in range(2):
            sqs.purge_queue(QueueUrl=purged)
        self.assertEqual(0, self.count(sqs, purged))
        for _ in range(2):
            sqs.delete_queue(QueueUrl=sqs.create_queue(QueueName="deleted")["QueueUrl"])

    def test_a_second_purge_and_a_deleted_name_are_refused_also_after_kill_9(self):
        server, sqs = self.start("--aws-strict")
        purged = purge_and_delete(sqs)
        self.expect_refusals(sqs, purged)

        self.assertEqual(-signal.SIGKILL, server.end(signal.SIGKILL))
        server.start()

        self.expect_refusals(sqs, purged)

    def test_both_are_allowed_without_the_flag(self):
        _, sqs = self.start()

        purged = purge_and_delete(sqs)

        self.expect_no_refusals(sqs, purged)

    def test_a_restart_without_the_flag_allows_what_was_refused(self):
        server, sqs = self.start("--aws-strict")
        purged = purge_and_delete(sqs)
        self.expect_refusals(sqs, purged)
        self.assertEqual(-signal.SIGKILL, server.end(signal.SIGKILL))

        server.arguments = []
        server.start()

        self.expect_no_refusals(sqs, purged)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
