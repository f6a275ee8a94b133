#!/usr/bin/python3
"""What is published comes to HTTP endpoints: confirmed first, in envelopes or raw, tried again, in order, and given up at last."""

import json
import random
import signal
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

here = Path(__file__).resolve().parent
sys.path += [str(here.parent / "lib"), str(here)]

from endpoint import Endpoint
from server import Server

AT_ONCE = {"healthyRetryPolicy": {
    "minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 10, "numNoDelayRetries": 3, "numMinDelayRetries": 0,
    "numMaxDelayRetries": 0, "backoffFunction": "linear"}}
NEVER_AGAIN = {"healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 0}}


def clients(server):
    where = {"endpoint_url": server.endpoint, "region_name": "us-east-1", "aws_access_key_id": "test",
             "aws_secret_access_key": "test", "config": Config(retries={"total_max_attempts": 1}, max_pool_connections=50)}
    return boto3.client("sns", **where), boto3.client("sqs", **where)


def visit(url):
    """As a person who clicks."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def setUpModule():
    global server, sns, sqs
    server = Server()
    server.start()
    sns, sqs = clients(server)


def tearDownModule():
    server.__exit__()


class Case(unittest.TestCase):
    made = 0

    def name(self):
        Case.made += 1
        return f"made-{Case.made}"

    def topic(self, fifo=False, **attributes):
        if not fifo:
            return sns.create_topic(Name=self.name(), Attributes=attributes)["TopicArn"]
        attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true", **attributes}
        return sns.create_topic(Name=self.name() + ".fifo", Attributes=attributes)["TopicArn"]

    def endpoint(self, *answer):
        endpoint = Endpoint(*answer)
        endpoint.__enter__()
        self.addCleanup(endpoint.__exit__)
        return endpoint

    def queue(self, suffix="", **attributes):
        url = sqs.create_queue(QueueName=self.name() + suffix, Attributes=attributes)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def subscribe(self, topic, endpoint, path="/hook", **attributes):
        """Confirmed."""
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in attributes.items()}
        arn = sns.subscribe(
            TopicArn=topic, Protocol="http", Endpoint=endpoint.url + path, Attributes=texts,
            ReturnSubscriptionArn=True)["SubscriptionArn"]
        asked = endpoint.wait(1, "SubscriptionConfirmation")[-1]
        sns.confirm_subscription(TopicArn=topic, Token=asked.json["Token"])
        return arn

    def attributes(self, arn):
        return sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]

    def received(self, url):
        given = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10, MessageAttributeNames=["All"], AttributeNames=["All"])
        return given.get("Messages", [])


class Confirmation(Case):
    def test_the_endpoint_is_asked_and_answers_by_the_link(self):
        topic, endpoint = self.topic(), self.endpoint()
        self.assertEqual(
            "pending confirmation",
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url + "/hook")["SubscriptionArn"])

        asked = endpoint.wait(1, "SubscriptionConfirmation")[0]
        self.assertEqual("/hook", asked.path)
        self.assertEqual("text/plain; charset=UTF-8", asked.headers["Content-Type"])
        self.assertEqual("Amazon Simple Notification Service Agent", asked.headers["User-Agent"])
        self.assertEqual(topic, asked.headers["x-amz-sns-topic-arn"])
        self.assertEqual(asked.json["MessageId"], asked.headers["x-amz-sns-message-id"])
        self.assertNotIn("x-amz-sns-subscription-arn", asked.headers)
        self.assertEqual(
            ["Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp", "SignatureVersion", "Signature",
             "SigningCertURL"], list(asked.json))
        self.assertEqual(
            f"You have chosen to subscribe to the topic {topic}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message.", asked.json["Message"])

        sns.publish(TopicArn=topic, Message="too early")
        self.assertIn("<SubscriptionArn>" + topic, visit(asked.json["SubscribeURL"]))
        sns.publish(TopicArn=topic, Message="in time")
        self.assertEqual("in time", endpoint.wait(1)[0].json["Message"])

    def test_it_is_asked_again_when_somebody_subscribes_again(self):
        topic, endpoint = self.topic(), self.endpoint()
        for count in [1, 2]:
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
            endpoint.wait(count, "SubscriptionConfirmation")
        tokens = {each.json["Token"] for each in endpoint.of_kind("SubscriptionConfirmation")}
        self.assertEqual(1, len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]))
        for token in tokens:
            sns.confirm_subscription(TopicArn=topic, Token=token)

    def test_it_is_asked_until_it_answers(self):
        answers = iter([500, 503, 200])
        topic, endpoint = self.topic(), self.endpoint(lambda request: next(answers))
        sns.subscribe(
            TopicArn=topic, Protocol="http", Endpoint=endpoint.url, Attributes={"DeliveryPolicy": json.dumps(AT_ONCE)})
        asked = endpoint.wait(3, "SubscriptionConfirmation")
        self.assertEqual(1, len({each.json["MessageId"] for each in asked}))


class Notifications(Case):
    def test_come_in_an_envelope(self):
        topic, endpoint = self.topic(), self.endpoint()
        arn = self.subscribe(topic, endpoint)
        sent = sns.publish(
            TopicArn=topic, Message="hällo", Subject="greeting",
            MessageAttributes={"lang": {"DataType": "String", "StringValue": "sv"}})

        came = endpoint.wait(1)[0]
        self.assertEqual(
            ["Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
             "SigningCertURL", "UnsubscribeURL", "MessageAttributes"], list(came.json))
        self.assertEqual(sent["MessageId"], came.json["MessageId"])
        self.assertEqual("hällo", came.json["Message"])
        self.assertEqual({"lang": {"Type": "String", "Value": "sv"}}, came.json["MessageAttributes"])
        self.assertEqual("Notification", came.headers["x-amz-sns-message-type"])
        self.assertEqual(sent["MessageId"], came.headers["x-amz-sns-message-id"])
        self.assertEqual(topic, came.headers["x-amz-sns-topic-arn"])
        self.assertEqual(arn, came.headers["x-amz-sns-subscription-arn"])
        self.assertNotIn("x-amz-sns-rawdelivery", came.headers)
        self.assertIn("BEGIN CERTIFICATE", visit(came.json["SigningCertURL"]))

    def test_come_raw_if_they_are_asked_to(self):
        topic, endpoint = self.topic(), self.endpoint()
        self.subscribe(topic, endpoint, RawMessageDelivery="true")
        sns.publish(TopicArn=topic, Message='{"raw": true}', Subject="lost")
        came = endpoint.wait(1)[0]
        self.assertEqual('{"raw": true}', came.body)
        self.assertEqual("true", came.headers["x-amz-sns-rawdelivery"])

    def test_have_the_type_and_the_text_of_their_protocol(self):
        topic, endpoint = self.topic(), self.endpoint()
        self.subscribe(topic, endpoint, DeliveryPolicy={"requestPolicy": {"headerContentType": "application/json"}})
        sns.publish(
            TopicArn=topic, MessageStructure="json", Message=json.dumps({"default": "for all", "http": "for http"}))
        came = endpoint.wait(1)[0]
        self.assertEqual("application/json", came.headers["Content-Type"])
        self.assertEqual("for http", came.json["Message"])

    def test_pass_the_filter(self):
        topic, endpoint = self.topic(), self.endpoint()
        self.subscribe(topic, endpoint, FilterPolicy={"room": ["kitchen"]})
        for room in ["cellar", "kitchen"]:
            sns.publish(
                TopicArn=topic, Message=room, MessageAttributes={"room": {"DataType": "String", "StringValue": room}})
        self.assertEqual(["kitchen"], [each.json["Message"] for each in endpoint.wait(1)])

    def test_are_not_sent_after_a_redirect(self):
        elsewhere = self.endpoint()
        topic, endpoint = self.topic(), self.endpoint(
            lambda request: 200 if request.kind != "Notification" else (302, {"Location": elsewhere.url}))
        url, queue = self.queue()
        self.subscribe(topic, endpoint, RedrivePolicy={"deadLetterTargetArn": queue})
        sns.publish(TopicArn=topic, Message="follow me")
        self.assertEqual("follow me", json.loads(self.received(url)[0]["Body"])["Message"])
        self.assertEqual([], elsewhere.requests)


class Retries(Case):
    def test_repeat_the_message_until_it_is_taken(self):
        answers = iter([500, 429, 503, 200])
        topic, endpoint = self.topic(), self.endpoint(
            lambda request: next(answers) if request.kind == "Notification" else 200)
        self.subscribe(topic, endpoint, DeliveryPolicy=AT_ONCE)
        sent = sns.publish(TopicArn=topic, Message="again")["MessageId"]
        self.assertEqual([sent] * 4, [each.json["MessageId"] for each in endpoint.wait(4)])

    def test_wait_as_long_as_the_policy_says(self):
        topic, endpoint = self.topic(), self.endpoint(
            lambda request: 500 if request.kind == "Notification" else 200)
        url, queue = self.queue()
        self.subscribe(
            topic, endpoint, RedrivePolicy={"deadLetterTargetArn": queue},
            DeliveryPolicy={"healthyRetryPolicy": {
                "minDelayTarget": 1, "maxDelayTarget": 2, "numRetries": 3, "numNoDelayRetries": 1, "numMinDelayRetries": 1,
                "numMaxDelayRetries": 1, "backoffFunction": "linear"}})
        sent = sns.publish(TopicArn=topic, Message="never")["MessageId"]
        times = [each.at for each in endpoint.wait(4)]
        pauses = [later - earlier for earlier, later in zip(times, times[1:])]
        for pause, least in zip(pauses, [0, 1, 2]):
            self.assertGreaterEqual(pause, least)
            self.assertLess(pause, least + 1)
        dead = self.received(url)[0]
        self.assertEqual(sent, json.loads(dead["Body"])["MessageId"])
        self.assertEqual(4, len(endpoint.of_kind("Notification")))

    def test_are_not_made_when_the_endpoint_refuses(self):
        topic, endpoint = self.topic(), self.endpoint(
            lambda request: 403 if request.kind == "Notification" else 200)
        url, queue = self.queue()
        self.subscribe(
            topic, endpoint, RedrivePolicy={"deadLetterTargetArn": queue}, RawMessageDelivery="true", DeliveryPolicy=AT_ONCE)
        sns.publish(
            TopicArn=topic, Message="unwanted", MessageAttributes={"a": {"DataType": "Number", "StringValue": "7"}})
        dead = self.received(url)[0]
        self.assertEqual("unwanted", dead["Body"])
        self.assertEqual({"StringValue": "7", "DataType": "Number"}, dead["MessageAttributes"]["a"])
        self.assertNotIn("DeadLetterQueueSourceArn", dead["Attributes"])
        self.assertEqual(1, len(endpoint.of_kind("Notification")))

    def test_go_on_where_they_were_after_a_crash(self):
        with Server() as own, Endpoint(lambda request: 500 if request.kind == "Notification" else 200) as endpoint:
            sns, sqs = clients(own)
            topic = sns.create_topic(Name="crashing")["TopicArn"]
            url = sqs.create_queue(QueueName="dead")["QueueUrl"]
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url, Attributes={
                "RedrivePolicy": json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead"}),
                "DeliveryPolicy": json.dumps({"healthyRetryPolicy": {
                    "minDelayTarget": 2, "maxDelayTarget": 2, "numRetries": 4, "backoffFunction": "linear"}})})
            token = endpoint.wait(1, "SubscriptionConfirmation")[0].json["Token"]
            sns.confirm_subscription(TopicArn=topic, Token=token)
            sns.publish(TopicArn=topic, Message="survivor")
            # A kill before the outcome is written down costs the rest of the lease, and no attempt.
            for count in [1, 2]:
                endpoint.wait(count, within=60)
                own.end(signal.SIGKILL)
                own.start()
            came = endpoint.wait(5, within=120)
            dead = []
            while not dead:
                dead = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
            self.assertEqual("survivor", json.loads(dead[0]["Body"])["Message"])
            self.assertEqual(1, len({each.json["MessageId"] for each in came}))
            self.assertEqual(5, len(endpoint.of_kind("Notification")))


class Bounds(Case):
    def test_a_slow_endpoint_holds_up_nobody_else(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def slowly(request):
            if request.kind == "Notification":
                release.wait(10)
            return 200

        topic, slow, quick = self.topic(), self.endpoint(slowly), self.endpoint()
        self.subscribe(topic, slow)
        self.subscribe(topic, quick)
        for i in range(100):
            sns.publish(TopicArn=topic, Message=str(i))
        quick.wait(100)
        self.assertLessEqual(slow.most_under_way, 16)
        release.set()
        slow.wait(100)
        self.assertEqual({str(i) for i in range(100)}, {each.json["Message"] for each in slow.of_kind("Notification")})

    def test_the_throttle_is_kept(self):
        topic, endpoint = self.topic(), self.endpoint()
        self.subscribe(topic, endpoint, DeliveryPolicy={"throttlePolicy": {"maxReceivesPerSecond": 5}})
        for i in range(20):
            sns.publish(TopicArn=topic, Message=str(i))
        times = [each.at for each in endpoint.wait(20)]
        for begin in times:
            within_a_second = sum(begin <= each < begin + 1 for each in times)
            self.assertLessEqual(within_a_second, 10)  # A burst of one second's worth, and those of the second.
        self.assertGreater(times[-1] - times[0], 2)

    def test_addresses_may_be_denied(self):
        with Server(arguments=["--webhook-deny", "127.0.0.0/8"]) as own, Endpoint() as endpoint:
            sns, sqs = clients(own)
            topic = sns.create_topic(Name="denied")["TopicArn"]
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url, Attributes={
                "DeliveryPolicy": json.dumps(NEVER_AGAIN)})
            deadline = time.monotonic() + 10
            while "could not be delivered" not in own.output() and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertIn("--webhook-allow", own.output())
            self.assertEqual([], endpoint.requests)


class OrderedPush(Case):
    def test_each_conversation_is_in_order_and_one_at_a_time(self):
        order, under_way, most = {}, set(), 0
        lock = threading.Lock()
        overlaps = []

        def note(request):
            nonlocal most
            if request.kind != "Notification":
                return 200
            group, number = request.json["Message"].split()
            with lock:
                if group in under_way:
                    overlaps.append(group)
                under_way.add(group)
                most = max(most, len(under_way))
            time.sleep(0.02)
            with lock:
                under_way.discard(group)
                order.setdefault(group, []).append(int(number))
            return 200

        topic, endpoint = self.topic(fifo=True), self.endpoint(note)
        self.subscribe(topic, endpoint)
        for number in range(15):
            for group in "abcd":
                sns.publish(TopicArn=topic, Message=f"{group} {number}", MessageGroupId=group)
        came = endpoint.wait(60)
        self.assertIn("SequenceNumber", came[0].json)
        deadline = time.monotonic() + 5
        while sum(map(len, order.values())) < 60 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual({group: list(range(15)) for group in "abcd"}, order)
        self.assertEqual([], overlaps)
        self.assertGreater(most, 1)

    def test_a_conversation_that_fails_waits_alone(self):
        ill = threading.Event()
        ill.set()

        def answer(request):
            is_failing = ill.is_set() and request.kind == "Notification" and request.json["Message"].startswith("ill")
            return 500 if is_failing else 200

        topic, endpoint = self.topic(fifo=True), self.endpoint(answer)
        self.subscribe(topic, endpoint, DeliveryPolicy={"healthyRetryPolicy": {
            "minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 100}})
        for number in range(5):
            for group in ["ill", "well"]:
                sns.publish(TopicArn=topic, Message=f"{group} {number}", MessageGroupId=group)

        def messages(group):
            texts = [each.json["Message"] for each in endpoint.of_kind("Notification")]
            return [each for each in texts if each.startswith(group)]

        deadline = time.monotonic() + 10
        while len(messages("well")) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual([f"well {i}" for i in range(5)], messages("well"))
        self.assertEqual({"ill 0"}, set(messages("ill")))
        ill.clear()
        while len(set(messages("ill"))) < 5 and time.monotonic() < deadline + 10:
            time.sleep(0.01)
        self.assertEqual([f"ill {i}" for i in range(5)], list(dict.fromkeys(messages("ill"))))


class Crashes(unittest.TestCase):
    KILLS = 5
    GROUPS = 6

    def test_lose_no_notification_and_no_order(self):
        """A FIFO topic to an endpoint that fails now and then, while the server is killed again and again."""
        chance = random.Random(7)
        lock = threading.Lock()
        taken = {}  # By conversation: the numbers of its messages, in the order of their first success.

        def answer(request):
            if request.kind != "Notification":
                return 200
            group, number = request.json["Message"].split()
            with lock:
                if chance.random() < 0.2:
                    return 500
                order = taken.setdefault(group, [])
                if int(number) not in order:
                    order.append(int(number))
            return 200

        with Server() as own, Endpoint(answer) as endpoint:
            sns, _ = clients(own)
            topic = sns.create_topic(
                Name="kept.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url, Attributes={
                "DeliveryPolicy": json.dumps({"healthyRetryPolicy": {
                    "minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 100, "numNoDelayRetries": 99}})})
            sns.confirm_subscription(
                TopicArn=topic, Token=endpoint.wait(1, "SubscriptionConfirmation")[0].json["Token"])
            published = {str(group): 0 for group in range(self.GROUPS)}
            stops = threading.Event()

            def publish():
                while not stops.is_set():
                    for group, number in published.items():
                        while True:  # The same message until it is acknowledged: it counts once.
                            try:
                                sns.publish(TopicArn=topic, Message=f"{group} {number}", MessageGroupId=group)
                                break
                            except (EndpointConnectionError, ConnectionClosedError, ReadTimeoutError, ClientError):
                                time.sleep(0.02)
                        published[group] = number + 1

            publisher = threading.Thread(target=publish)
            publisher.start()
            try:
                for _ in range(self.KILLS):
                    time.sleep(chance.uniform(0.3, 1.0))
                    own.end(signal.SIGKILL)
                    own.start()
            finally:
                stops.set()
                publisher.join()
            wanted = {group: list(range(count)) for group, count in published.items()}
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with lock:
                    if sum(map(len, taken.values())) == sum(map(len, wanted.values())):
                        break
                time.sleep(0.05)
            self.assertEqual(wanted, taken)
            self.assertGreater(sum(published.values()), 50)


class Unsubscribing(Case):
    def test_by_the_link_can_be_undone_by_the_endpoint(self):
        topic, endpoint = self.topic(), self.endpoint()
        arn = self.subscribe(topic, endpoint)
        sns.publish(TopicArn=topic, Message="first")
        visit(endpoint.wait(1)[0].json["UnsubscribeURL"])

        told = endpoint.wait(1, "UnsubscribeConfirmation")[0]
        self.assertTrue(told.json["Message"].startswith(
            f"You have chosen to deactivate subscription {arn}.\n"
            "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."))
        with self.assertRaises(ClientError) as caught:
            self.attributes(arn)
        self.assertEqual("NotFound", caught.exception.response["Error"]["Code"])
        self.assertEqual([], sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])
        sns.publish(TopicArn=topic, Message="lost")

        with self.assertRaises(urllib.error.HTTPError) as refused:
            visit(endpoint.of_kind("SubscriptionConfirmation")[0].json["SubscribeURL"])  # The link of long ago.
        self.assertEqual(400, refused.exception.code)
        visit(told.json["SubscribeURL"])
        self.assertEqual("false", self.attributes(arn)["PendingConfirmation"])
        sns.publish(TopicArn=topic, Message="back")
        self.assertEqual(["first", "back"], [each.json["Message"] for each in endpoint.wait(2)])

    def test_a_deleted_topic_sends_nothing_more(self):
        topic, endpoint = self.topic(), self.endpoint(lambda request: 500 if request.kind == "Notification" else 200)
        self.subscribe(topic, endpoint, DeliveryPolicy={"healthyRetryPolicy": {
            "minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 100}})
        sns.publish(TopicArn=topic, Message="unwanted")
        endpoint.wait(1)
        sns.delete_topic(TopicArn=topic)
        count = len(endpoint.requests)
        other, witness = self.topic(), self.endpoint()
        self.subscribe(other, witness)
        time.sleep(2.5)  # Two retries would have come by now.
        self.assertLessEqual(len(endpoint.requests), count + 1)


if __name__ == "__main__":
    unittest.main()
