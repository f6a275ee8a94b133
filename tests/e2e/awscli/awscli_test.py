#!/usr/bin/python3
"""Sessions at a shell with Debian's `aws sqs` and `aws sns`: each command is a process of its own, over AWS Query."""

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

    def run_aws(self, *arguments, service="sqs"):
        command = ["/usr/bin/aws", "--endpoint-url", self.server.endpoint, "--output", "json", service, *arguments]
        return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)

    def aws(self, *arguments, service="sqs"):
        done = self.run_aws(*arguments, service=service)
        self.assertEqual(0, done.returncode, f"{arguments}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def sns(self, *arguments):
        return self.aws(*arguments, service="sns")

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

    def test_what_a_message_carries_goes_through_the_shell(self):
        at_url = ("--queue-url", self.aws("create-queue", "--queue-name", "plain")["QueueUrl"])
        raw = {"DataType": "Binary", "BinaryValue": "AP8="}
        attributes = {"trace": {"DataType": "String", "StringValue": "abc"}, "raw": raw}
        header = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}

        sent = self.aws("send-message", *at_url, "--message-body", "x", "--message-attributes", json.dumps(attributes),
                        "--message-system-attributes", json.dumps(header))
        self.aws("send-message", *at_url, "--message-body", "later", "--delay-seconds", "900")
        received = self.aws("receive-message", *at_url, "--max-number-of-messages", "10", "--attribute-names", "All",
                            "--message-attribute-names", "All")["Messages"]

        self.assertEqual([sent["MessageId"]], [message["MessageId"] for message in received])
        self.assertEqual(attributes, received[0]["MessageAttributes"])
        self.assertEqual(header["AWSTraceHeader"]["StringValue"], received[0]["Attributes"]["AWSTraceHeader"])

        handle = received[0]["ReceiptHandle"]
        entries = [{"Id": "a", "ReceiptHandle": handle, "VisibilityTimeout": 0}, {"Id": "b", "ReceiptHandle": "nonsense"}]
        changed = self.aws("change-message-visibility-batch", *at_url, "--entries", json.dumps(entries))
        self.assertEqual((["a"], ["b"]), tuple([each["Id"] for each in changed[part]] for part in ("Successful", "Failed")))
        again = self.aws("receive-message", *at_url, "--attribute-names", "ApproximateReceiveCount")["Messages"]
        self.assertEqual("2", again[0]["Attributes"]["ApproximateReceiveCount"])

    def test_queues_are_listed_in_pages(self):
        urls = [self.aws("create-queue", "--queue-name", f"page-{each}")["QueueUrl"] for each in "abc"]

        pages = ("list-queues", "--queue-name-prefix", "page-", "--page-size", "1")
        first = self.aws(*pages, "--max-items", "2")
        rest = self.aws(*pages, "--starting-token", first["NextToken"])

        self.assertEqual((urls[:2], urls[2:]), (first["QueueUrls"], rest["QueueUrls"]))

    def test_tags_permissions_and_sources_of_dead_letters(self):
        url = self.aws("create-queue", "--queue-name", "dead", "--tags", "team=chat,stage=test")["QueueUrl"]
        at_url = ("--queue-url", url)
        policy = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": "3"}
        attributes = json.dumps({"RedrivePolicy": json.dumps(policy)})
        source = self.aws("create-queue", "--queue-name", "source", "--attributes", attributes)["QueueUrl"]
        self.assertEqual([source], self.aws("list-dead-letter-source-queues", *at_url)["queueUrls"])

        self.aws("tag-queue", *at_url, "--tags", "team=mail")
        self.aws("untag-queue", *at_url, "--tag-keys", "stage")
        self.assertEqual({"team": "mail"}, self.aws("list-queue-tags", *at_url)["Tags"])

        accounts = ("--aws-account-ids", "111122223333", "--actions", "SendMessage")
        self.aws("add-permission", *at_url, "--label", "one", *accounts)
        shown = self.aws("get-queue-attributes", *at_url, "--attribute-names", "Policy")["Attributes"]["Policy"]
        self.assertEqual("SQS:SendMessage", json.loads(shown)["Statement"][0]["Action"])
        self.aws("remove-permission", *at_url, "--label", "one")
        self.assertEqual({}, self.aws("get-queue-attributes", *at_url, "--attribute-names", "Policy"))

    def test_a_topic_is_published_to_queues_at_the_shell(self):
        topic = self.sns("create-topic", "--name", "news", "--tags", "Key=team,Value=chat")["TopicArn"]
        at_topic = ("--topic-arn", topic)
        self.assertEqual([topic], [each["TopicArn"] for each in self.sns("list-topics")["Topics"]])
        self.sns("set-topic-attributes", *at_topic, "--attribute-name", "DisplayName", "--attribute-value", "News")
        self.assertEqual("News", self.sns("get-topic-attributes", *at_topic)["Attributes"]["DisplayName"])
        self.assertEqual(
            [{"Key": "team", "Value": "chat"}], self.sns("list-tags-for-resource", "--resource-arn", topic)["Tags"])

        url = self.aws("create-queue", "--queue-name", "reader")["QueueUrl"]
        arn = self.aws("get-queue-attributes", "--queue-url", url, "--attribute-names", "QueueArn")["Attributes"]["QueueArn"]
        subscription = self.sns("subscribe", *at_topic, "--protocol", "sqs", "--notification-endpoint", arn,
                                "--attributes", "RawMessageDelivery=true")["SubscriptionArn"]
        self.sns("set-subscription-attributes", "--subscription-arn", subscription, "--attribute-name", "FilterPolicy",
                 "--attribute-value", '{"kind": ["message"]}')
        listed = self.sns("list-subscriptions-by-topic", *at_topic)["Subscriptions"]
        self.assertEqual([subscription], [each["SubscriptionArn"] for each in listed])

        kinds = {kind: json.dumps({"kind": {"DataType": "String", "StringValue": kind}}) for kind in ("message", "typing")}
        for kind, attributes in kinds.items():
            self.sns("publish", *at_topic, "--message", f"a {kind}", "--message-attributes", attributes)
        entries = [{"Id": kind, "Message": f"one more {kind}", "MessageAttributes": json.loads(attributes)}
                   for kind, attributes in kinds.items()]
        batch = self.sns("publish-batch", *at_topic, "--publish-batch-request-entries", json.dumps(entries))
        self.assertEqual(["message", "typing"], [each["Id"] for each in batch["Successful"]])
        received = self.aws("receive-message", "--queue-url", url, "--max-number-of-messages", "10")["Messages"]
        self.assertEqual({"a message", "one more message"}, {each["Body"] for each in received})

        self.sns("unsubscribe", "--subscription-arn", subscription)
        self.sns("delete-topic", *at_topic)
        failed = self.run_aws("publish", *at_topic, "--message", "too late", service="sns")
        self.assertNotEqual(0, failed.returncode)
        self.assertRegex(failed.stderr, r"\(NotFound\) when calling the Publish operation.*: Topic does not exist")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
