"""Topics, subscriptions and what is published: something of every kind that a journal has of them."""

import hashlib
import hmac
import json

import boto3
from botocore.config import Config

ARN = "arn:aws:sqs:us-east-1:000000000000:"
ATTRIBUTES = {
    "kind": {"DataType": "String", "StringValue": "näws"},
    "size": {"DataType": "Number", "StringValue": "12"},
    "binary": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xfe"},
}
# A topic of each type, with the queues that are subscribed to it and how.
SUBSCRIPTIONS = {
    "news": {
        "news": {"FilterPolicy": json.dumps({"kind": ["näws", {"exists": False}]})},
        "news-raw": {"RawMessageDelivery": "true"},
        "nowhere": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{ARN}news-dead"})}},
    "talk.fifo": {
        "news-talk.fifo": {"RawMessageDelivery": "true"},
        "news-talk": {"FilterPolicy": json.dumps({"of": {"size": [{"numeric": [">", 1]}]}}), "FilterPolicyScope": "MessageBody"}},
}
ENDPOINT = "http://127.0.0.1:9/nobody-listens"


def sns_client(port):
    return boto3.client(
        "sns", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))


def token(secret, subscription, use):
    """What an endpoint is sent, made from the journal's secret: a subscription's number, and its keyed hash."""
    number = f"{subscription:08x}"
    return number + hmac.new(secret, f"{use}{number}".encode(), hashlib.sha256).hexdigest()[:32]


class TopicLoad:
    def __init__(self, port):
        self.sns = sns_client(port)

    def run(self, load_round):
        """One round. Each publishes messages of its own, and none of them is received."""
        self.round = load_round
        topics = {name: self.topic(name) for name in SUBSCRIPTIONS}
        for name, queues in SUBSCRIPTIONS.items():
            for queue, attributes in queues.items():
                self.sns.subscribe(TopicArn=topics[name], Protocol="sqs", Endpoint=ARN + queue, Attributes=attributes)
        self.change(topics["news"])
        self.publish(topics["news"], topics["talk.fifo"])
        self.come_and_go()
        self.sns.subscribe(TopicArn=topics["news"], Protocol="http", Endpoint=ENDPOINT)

    def topic(self, name):
        fifo = {"FifoTopic": "true", "ContentBasedDeduplication": "true"} if name.endswith(".fifo") else {}
        return self.sns.create_topic(Name=name, Attributes=fifo)["TopicArn"]

    def change(self, topic):
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue=f"Nëws {self.round}")
        self.sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "round", "Value": str(self.round)}])

    def publish(self, news, talk):
        self.sns.publish(
            TopicArn=news, Subject="A subject", Message=f"{self.round} ☃ " + "x" * 20_000, MessageAttributes=ATTRIBUTES)
        self.sns.publish(
            TopicArn=news, MessageStructure="json",
            Message=json.dumps({"default": f"{self.round} for all", "sqs": f"{self.round} for queues"}))
        self.sns.publish(TopicArn=news, Message=f"{self.round} for a tenant", MessageGroupId="tenant")
        for each in range(2):  # The second is a duplicate.
            self.sns.publish(TopicArn=talk, Message=json.dumps({"of": {"size": 2}, "round": self.round}), MessageGroupId="a")
        self.sns.publish_batch(TopicArn=talk, PublishBatchRequestEntries=[
            {"Id": str(each), "Message": f"{self.round} {each}", "MessageGroupId": f"group-{each % 2}"} for each in range(4)])

    def come_and_go(self):
        """A subscription that is changed and ends, and a topic that is deleted with one."""
        gone = self.sns.create_topic(Name=f"gone-{self.round}", Tags=[{"Key": "for", "Value": "ever"}])["TopicArn"]
        for queue in ("news", "news-raw"):
            subscription = self.sns.subscribe(
                TopicArn=gone, Protocol="sqs", Endpoint=ARN + queue, ReturnSubscriptionArn=True)["SubscriptionArn"]
        self.sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue='{"kind": ["other"]}')
        self.sns.publish(TopicArn=gone, Message=f"{self.round} outlives its topic")
        self.sns.unsubscribe(SubscriptionArn=subscription)
        self.sns.delete_topic(TopicArn=gone)

    def confirm(self, secret, subscription):
        """In place of the endpoint, which is not there to be asked: it is unsubscribed, too, and undoes that."""
        topic = self.topic("news")
        confirming, restoring = (token(secret, subscription, use) for use in ("confirmation", "restoration"))
        arn = self.sns.confirm_subscription(TopicArn=topic, Token=confirming)["SubscriptionArn"]
        self.sns.unsubscribe(SubscriptionArn=arn)
        self.sns.confirm_subscription(TopicArn=topic, Token=restoring)
