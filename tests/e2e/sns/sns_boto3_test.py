#!/usr/bin/python3
"""Topics, subscriptions, messages, tags and permissions, by Debian's boto3: clients, paginators and resources."""

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
    global server, sns, sqs
    server = Server()
    server.start()
    where = {"endpoint_url": server.endpoint, "region_name": "us-east-1", "aws_access_key_id": "test",
             "aws_secret_access_key": "test", "config": Config(retries={"total_max_attempts": 1})}
    sns = boto3.client("sns", **where)
    sqs = boto3.client("sqs", **where)


def tearDownModule():
    server.__exit__()


class Case(unittest.TestCase):
    topics = 0

    def topic(self, suffix="", **more):
        Case.topics += 1
        return sns.create_topic(Name=f"topic-{Case.topics}{suffix}", **more)["TopicArn"]

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(code, caught.exception.response["Error"]["Code"])
        return caught.exception.response["Error"]["Message"]


class Topics(Case):
    def test_a_topic_is_given_again_unless_another_is_asked_for(self):
        arn = self.topic(Attributes={"DisplayName": "News"}, Tags=[{"Key": "team", "Value": "chat"}])
        name = arn.rpartition(":")[2]

        self.assertEqual(arn, sns.create_topic(Name=name)["TopicArn"])
        self.assertEqual(arn, sns.create_topic(Name=name, Attributes={"DisplayName": "News"})["TopicArn"])
        self.assertEqual(
            "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
            self.refused("InvalidParameter", sns.create_topic, Name=name, Attributes={"DisplayName": "Other"}))
        with self.assertRaises(sns.exceptions.InvalidParameterException):
            sns.create_topic(Name=name, Tags=[{"Key": "team", "Value": "mail"}])

    def test_a_fifo_topic_says_so(self):
        arn = self.topic(".fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})

        attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]

        self.assertEqual(("true", "true"), (attributes["FifoTopic"], attributes["ContentBasedDeduplication"]))

    def test_topics_are_listed_by_the_paginator(self):
        made = {self.topic() for _ in range(101)}

        listed = [each["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for each in page["Topics"]]

        self.assertLessEqual(made, set(listed))
        self.assertEqual(len(listed), len(set(listed)))

    def test_a_data_protection_policy_is_kept(self):
        arn = self.topic()
        policy = json.dumps({"Name": "p", "Version": "2021-06-01"})

        self.assertEqual("", sns.get_data_protection_policy(ResourceArn=arn)["DataProtectionPolicy"])
        sns.put_data_protection_policy(ResourceArn=arn, DataProtectionPolicy=policy)
        self.assertEqual(policy, sns.get_data_protection_policy(ResourceArn=arn)["DataProtectionPolicy"])


class Subscriptions(Case):
    def test_an_empty_list_is_a_list(self):
        self.assertEqual([], sns.list_subscriptions_by_topic(TopicArn=self.topic())["Subscriptions"])

    def test_a_queue_is_subscribed_by_resources(self):
        topic = boto3.resource("sns", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                               aws_secret_access_key="test").create_topic(Name="objects")
        url = sqs.create_queue(QueueName="objects")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

        subscription = topic.subscribe(Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

        self.assertEqual([subscription.arn], [each.arn for each in topic.subscriptions.all()])
        self.assertEqual("true", subscription.attributes["RawMessageDelivery"])
        self.assertEqual("1", topic.attributes["SubscriptionsConfirmed"])
        subscription.delete()
        self.assertEqual([], list(topic.subscriptions.all()))

    def test_an_endpoint_that_has_not_confirmed_is_pending(self):
        arn = self.topic()

        subscribed = sns.subscribe(TopicArn=arn, Protocol="http", Endpoint="http://example.com/")

        self.assertEqual("pending confirmation", subscribed["SubscriptionArn"])
        listed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        self.assertEqual(["PendingConfirmation"], [each["SubscriptionArn"] for each in listed])
        self.assertEqual("Invalid token", self.refused("InvalidParameter", sns.confirm_subscription, TopicArn=arn, Token="x"))


class Messages(Case):
    def subscribed(self, topic, **attributes):
        """A queue that gets what is published to the topic."""
        name = topic.rpartition(":")[2]
        url = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if name.endswith(".fifo") else {})["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:000000000000:{name}", Attributes=attributes)
        return url

    def received(self, url):
        return sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"],
                                   MaxNumberOfMessages=10).get("Messages", [])

    def test_an_envelope_has_what_was_published(self):
        topic = self.topic()
        url = self.subscribed(topic)

        sent = sns.publish(TopicArn=topic, Message="\u4e16 <&>", Subject="Hello",
                           MessageAttributes={"kind": {"DataType": "String", "StringValue": "a"}})
        envelope = json.loads(self.received(url)[0]["Body"])

        self.assertEqual(sent["MessageId"], envelope["MessageId"])
        self.assertEqual(("\u4e16 <&>", "Hello", topic), (envelope["Message"], envelope["Subject"], envelope["TopicArn"]))
        self.assertEqual({"kind": {"Type": "String", "Value": "a"}}, envelope["MessageAttributes"])

    def test_a_filter_lets_raw_messages_through_with_their_attributes(self):
        topic = self.topic()
        url = self.subscribed(topic, RawMessageDelivery="true", FilterPolicy=json.dumps({"kind": ["a"]}))

        for kind in ("a", "b"):
            sns.publish(TopicArn=topic, Message=kind, MessageAttributes={
                "kind": {"DataType": "String", "StringValue": kind}, "bytes": {"DataType": "Binary", "BinaryValue": b"\0\xff"}})
        messages = self.received(url)

        self.assertEqual(["a"], [each["Body"] for each in messages])
        self.assertEqual(b"\0\xff", messages[0]["MessageAttributes"]["bytes"]["BinaryValue"])

    def test_a_batch_to_a_fifo_topic_comes_in_order(self):
        topic = self.topic(".fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})
        url = self.subscribed(topic, RawMessageDelivery="true")

        answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": each, "Message": each, "MessageGroupId": "g"} for each in "abc"])

        self.assertEqual([], answer["Failed"])
        numbers = [each["SequenceNumber"] for each in answer["Successful"]]
        self.assertEqual(sorted(numbers), numbers)
        self.assertEqual(["a", "b", "c"], [each["Body"] for each in self.received(url)])

    def test_what_is_no_message_is_refused(self):
        topic = self.topic()

        self.assertEqual("Invalid parameter: Empty message", self.refused("InvalidParameter", sns.publish, TopicArn=topic, Message=""))
        with self.assertRaises(sns.exceptions.InvalidParameterValueException):
            sns.publish(TopicArn=topic, Message="m", MessageAttributes={"a": {"DataType": "Text", "StringValue": "v"}})
        with self.assertRaises(sns.exceptions.BatchEntryIdsNotDistinctException):
            sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": each} for each in "ab"])


class TagsAndPermissions(Case):
    def test_tags_are_changed_and_taken_away(self):
        arn = self.topic(Tags=[{"Key": "team", "Value": "chat"}])

        sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "mail"}, {"Key": "\u00fcber", "Value": "\u4e16"}])
        tags = {each["Key"]: each["Value"] for each in sns.list_tags_for_resource(ResourceArn=arn)["Tags"]}
        sns.untag_resource(ResourceArn=arn, TagKeys=["team", "\u00fcber"])

        self.assertEqual({"team": "mail", "\u00fcber": "\u4e16"}, tags)
        self.assertEqual([], sns.list_tags_for_resource(ResourceArn=arn)["Tags"])
        self.refused("ResourceNotFound", sns.list_tags_for_resource, ResourceArn=arn + "-none")

    def test_permissions_are_statements_of_the_policy(self):
        arn = self.topic()
        one = {"TopicArn": arn, "Label": "one", "AWSAccountId": ["111122223333"], "ActionName": ["Publish"]}

        sns.add_permission(**one)
        policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
        self.refused("InvalidParameter", sns.add_permission, **one)
        sns.remove_permission(TopicArn=arn, Label="one")

        self.assertEqual(["__default_statement_ID", "one"], [each["Sid"] for each in policy["Statement"]])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
