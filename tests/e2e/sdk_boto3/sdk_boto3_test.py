#!/usr/bin/python3
"""All actions as Debian's boto3 1.26 calls them: AWS Query with XML answers, message digests verified by the SDK itself."""

import hashlib
import json
import sys
import threading
import time
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
    sqs = client()


def tearDownModule():
    server.__exit__()


def client():
    return boto3.client(
        "sqs", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))


class Case(unittest.TestCase):
    queues = 0

    def queue(self, **attributes):
        Case.queues += 1
        name = f"queue-{Case.queues}" + (".fifo" if "FifoQueue" in attributes else "")
        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(code, caught.exception.response["Error"]["Code"])
        self.assertEqual("Sender", caught.exception.response["Error"]["Type"])
        self.assertTrue(caught.exception.response["Error"]["Message"])
        return caught.exception.response

    def counts(self, url):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return [int(attributes[f"ApproximateNumberOfMessages{each}"]) for each in ("", "NotVisible", "Delayed")]


class Queues(Case):
    def test_a_queue_is_found_under_its_name(self):
        url = sqs.create_queue(QueueName="found")["QueueUrl"]

        self.assertEqual(f"{server.endpoint}/000000000000/found", url)
        self.assertEqual(url, sqs.get_queue_url(QueueName="found")["QueueUrl"])
        self.refused("QueueAlreadyExists", sqs.create_queue, QueueName="found", Attributes={"DelaySeconds": "7"})

    def test_attributes_are_kept_changed_and_shown(self):
        url = self.queue(VisibilityTimeout="45")
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "3", "ReceiveMessageWaitTimeSeconds": "1"})

        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        some = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "DelaySeconds"])["Attributes"]

        self.assertEqual(12, len(attributes))
        self.assertEqual(("45", "3"), (attributes["VisibilityTimeout"], attributes["DelaySeconds"]))
        self.assertEqual({"QueueArn": attributes["QueueArn"], "DelaySeconds": "3"}, some)
        self.refused("InvalidAttributeName", sqs.set_queue_attributes, QueueUrl=url, Attributes={"Colour": "red"})

    def test_queues_are_listed_by_prefix_and_in_pages(self):
        urls = [sqs.create_queue(QueueName=f"page-{each}")["QueueUrl"] for each in "abcde"]

        pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix="page-", PaginationConfig={"PageSize": 2})

        self.assertEqual([urls[:2], urls[2:4], urls[4:]], [page["QueueUrls"] for page in pages])
        self.assertNotIn("QueueUrls", sqs.list_queues(QueueNamePrefix="no-such-"))

    def test_a_deleted_queue_is_gone_for_every_action(self):
        url = self.queue()
        sqs.delete_queue(QueueUrl=url)

        code = "AWS.SimpleQueueService.NonExistentQueue"
        response = self.refused(code, sqs.get_queue_url, QueueName=url.rpartition("/")[2])
        self.refused(code, sqs.send_message, QueueUrl=url, MessageBody="late")
        self.refused(code, sqs.receive_message, QueueUrl=url)
        self.assertEqual("The specified queue does not exist for this wsdl version.", response["Error"]["Message"])
        self.assertRegex(response["ResponseMetadata"]["RequestId"], "^[0-9a-f-]{36}$")

    def test_purging_empties_a_queue(self):
        url = self.queue()
        for body in "abc":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        sqs.purge_queue(QueueUrl=url)

        self.assertEqual([0, 0, 0], self.counts(url))


class Messages(Case):
    def test_a_message_comes_as_it_was_sent(self):
        url = self.queue()
        body = 'crlf\r\n tab\t "&quot;" <tags> & \u00e9\u4e16\U0001f69e'
        attributes = {
            "trace": {"DataType": "String", "StringValue": "a\rb"},
            "count": {"DataType": "Number.int", "StringValue": "0042"},
            "raw": {"DataType": "Binary", "BinaryValue": bytes([0, 255, 30, 10])},
        }

        sent = sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
        received = sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"][0]

        self.assertEqual(hashlib.md5(body.encode()).hexdigest(), sent["MD5OfMessageBody"])
        self.assertEqual(body, received["Body"])
        self.assertEqual(attributes, received["MessageAttributes"])
        self.assertEqual(sent["MD5OfMessageAttributes"], received["MD5OfMessageAttributes"])
        self.assertEqual("1", received["Attributes"]["ApproximateReceiveCount"])
        self.assertEqual(4, len(received["Attributes"]))

    def test_digests_of_attributes_are_those_that_amazon_computes(self):
        url = self.queue()
        text = {name: {"DataType": "String", "StringValue": value} for name, value in
                (("General", "Kenobi"), ("Hello", "There"), ("Help.Me", "Me"))}
        sent = sqs.send_message(QueueUrl=url, MessageBody="message", MessageAttributes=text)
        received = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["Hello"])["Messages"][0]

        self.assertEqual("78e731027d8fd50ed642340b7c9a63b3", sent["MD5OfMessageBody"])
        self.assertEqual("4c360f3fdafd970e05fae2f149d997f5", sent["MD5OfMessageAttributes"])
        self.assertEqual("a311262e065454b75da111d535b8dacd", received["MD5OfMessageAttributes"])

    def test_a_message_comes_back_when_released_and_goes_when_deleted(self):
        url = self.queue()
        sqs.send_message(QueueUrl=url, MessageBody="once")

        first = sqs.receive_message(QueueUrl=url)["Messages"][0]
        self.assertNotIn("Messages", sqs.receive_message(QueueUrl=url))
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
        again = sqs.receive_message(QueueUrl=url, AttributeNames=["ApproximateReceiveCount"])["Messages"][0]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])

        self.assertEqual((first["MessageId"], "2"), (again["MessageId"], again["Attributes"]["ApproximateReceiveCount"]))
        self.assertEqual([0, 0, 0], self.counts(url))
        self.refused("ReceiptHandleIsInvalid", sqs.delete_message, QueueUrl=url, ReceiptHandle="nonsense")

    def test_batches_answer_entry_by_entry(self):
        url = self.queue(MaximumMessageSize="1024")
        bodies = {"a": "one", "b": "two", "long": "x" * 1025}

        sent = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": id, "MessageBody": body} for id, body in bodies.items()])
        received = []
        while len(received) < 2:
            received += sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
        handles = [{"Id": str(each), "ReceiptHandle": message["ReceiptHandle"]} for each, message in enumerate(received)]
        changed = sqs.change_message_visibility_batch(
            QueueUrl=url, Entries=[{**each, "VisibilityTimeout": 60} for each in handles])
        deleted = sqs.delete_message_batch(QueueUrl=url, Entries=[*handles, {"Id": "bad", "ReceiptHandle": "nonsense"}])

        self.assertEqual(["a", "b"], [each["Id"] for each in sent["Successful"]])
        failed = sent["Failed"][0]
        self.assertEqual(("long", "InvalidParameterValue", True), (failed["Id"], failed["Code"], failed["SenderFault"]))
        self.assertEqual(["0", "1"], [each["Id"] for each in changed["Successful"]])
        self.assertEqual(["0", "1"], [each["Id"] for each in deleted["Successful"]])
        self.assertEqual([("bad", "ReceiptHandleIsInvalid")], [(each["Id"], each["Code"]) for each in deleted["Failed"]])

    def test_what_is_out_of_range_is_refused_by_code(self):
        url = self.queue()
        batch = [{"Id": str(each), "MessageBody": "x"} for each in range(11)]

        self.refused("InvalidParameterValue", sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
        self.refused("InvalidMessageContents", sqs.send_message, QueueUrl=url, MessageBody="\u0000")
        self.refused("MissingParameter", sqs.send_message, QueueUrl=url, MessageBody="")
        self.refused(
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", sqs.send_message_batch, QueueUrl=url, Entries=batch)
        self.refused(
            "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", sqs.send_message_batch, QueueUrl=url, Entries=batch[:1] * 2)
        self.refused("AWS.SimpleQueueService.EmptyBatchRequest", sqs.send_message_batch, QueueUrl=url, Entries=[])

    def test_a_long_poll_ends_as_soon_as_a_message_is_there(self):
        url = self.queue()
        received = []
        poll = threading.Thread(target=lambda: received.append(client().receive_message(QueueUrl=url, WaitTimeSeconds=20)))
        started = time.monotonic()
        poll.start()
        sqs.send_message(QueueUrl=url, MessageBody="wake")
        poll.join()

        self.assertEqual("wake", received[0]["Messages"][0]["Body"])
        self.assertLess(time.monotonic() - started, 10)


class Fifo(Case):
    def send(self, url, group, body):
        return sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=group + body)

    def bodies(self, url, count_max=10):
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count_max, AttributeNames=["All"])
        messages = received.get("Messages", [])
        self.handles = [message["ReceiptHandle"] for message in messages]
        return [message["Body"] for message in messages]

    def test_a_conversation_keeps_its_order_and_has_one_holder_at_a_time(self):
        url = self.queue(FifoQueue="true")
        sent = [self.send(url, "a", body) for body in "123"]

        self.assertEqual(["1"], self.bodies(url, 1))
        held = self.handles[0]
        self.assertEqual([], self.bodies(url))
        sqs.delete_message(QueueUrl=url, ReceiptHandle=held)
        self.assertEqual(["2", "3"], self.bodies(url))
        numbers = [each["SequenceNumber"] for each in sent]
        self.assertEqual(sorted(numbers), numbers)
        self.assertEqual(20, len(numbers[0]))

    def test_a_second_send_with_the_same_deduplication_id_is_one_message(self):
        url = self.queue(FifoQueue="true")
        first, second = self.send(url, "g", "x"), self.send(url, "g", "x")

        self.assertEqual(first["MessageId"], second["MessageId"])
        self.assertEqual([1, 0, 0], self.counts(url))

    def test_a_send_without_its_conversation_is_refused(self):
        url = self.queue(FifoQueue="true")
        self.refused("MissingParameter", sqs.send_message, QueueUrl=url, MessageBody="x", MessageDeduplicationId="1")
        self.refused("InvalidParameterValue", sqs.send_message, QueueUrl=url, MessageBody="x", MessageGroupId="g")


class Resources(Case):
    """The other half of boto3: queues and messages as objects, which many programs use."""

    def setUp(self):
        self.sqs = boto3.resource("sqs", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                                  aws_secret_access_key="test")

    def test_a_queue_and_its_messages_are_objects(self):
        queue = self.sqs.create_queue(QueueName="objects", Attributes={"VisibilityTimeout": "45"})
        self.assertEqual(queue, self.sqs.get_queue_by_name(QueueName="objects"))
        self.assertIn(queue, self.sqs.queues.filter(QueueNamePrefix="obj"))
        self.assertEqual("45", queue.attributes["VisibilityTimeout"])

        queue.send_messages(Entries=[{"Id": each, "MessageBody": each} for each in "ab"])
        messages = queue.receive_messages(MaxNumberOfMessages=10, AttributeNames=["All"])
        messages[0].change_visibility(VisibilityTimeout=0)
        again = queue.receive_messages(AttributeNames=["All"])
        messages[1].delete()
        again[0].delete()

        self.assertEqual(["a", "b"], sorted(message.body for message in messages))
        self.assertEqual("2", again[0].attributes["ApproximateReceiveCount"])
        self.assertEqual([0, 0, 0], self.counts(queue.url))
        queue.delete()
        with self.assertRaises(self.sqs.meta.client.exceptions.QueueDoesNotExist):
            self.sqs.get_queue_by_name(QueueName="objects")


class DeadLetters(Case):
    def test_a_message_that_is_received_too_often_goes_to_the_dead_letters(self):
        dead = self.queue()
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "2"})
        url = self.queue(RedrivePolicy=policy, VisibilityTimeout="0")
        trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
        sent = sqs.send_message(QueueUrl=url, MessageBody="poison", MessageSystemAttributes=trace)
        for _ in range(2):
            self.assertEqual(1, len(sqs.receive_message(QueueUrl=url)["Messages"]))
        self.assertNotIn("Messages", sqs.receive_message(QueueUrl=url))

        letter = sqs.receive_message(QueueUrl=dead, AttributeNames=["All"])["Messages"][0]

        self.assertEqual((sent["MessageId"], "poison"), (letter["MessageId"], letter["Body"]))
        self.assertEqual("3", letter["Attributes"]["ApproximateReceiveCount"])
        self.assertEqual(trace["AWSTraceHeader"]["StringValue"], letter["Attributes"]["AWSTraceHeader"])
        self.assertEqual(policy, sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
