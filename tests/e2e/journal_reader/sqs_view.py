"""What tools/journal.py prints of queues and messages, in the words of SQS."""

import base64
import collections
import hashlib
import json
import time

from varied_load import ARN

SENDER_BY_TOPIC = "AIDAISMY7JYY5F7RTT6AO"
TOPIC_ARN = "arn:aws:sns:us-east-1:000000000000:"

ATTRIBUTE_NAMES = {
    "delay": "DelaySeconds", "retention": "MessageRetentionPeriod", "receive_wait": "ReceiveMessageWaitTimeSeconds",
    "visibility_timeout": "VisibilityTimeout"}


def as_sqs_shows(queue):
    """The queue's attributes that follow from what is stored, as GetQueueAttributes has them."""
    attributes = queue["attributes"]
    shown = {name: str(attributes[own] // 1000) for own, name in ATTRIBUTE_NAMES.items()}
    shown["MaximumMessageSize"] = str(attributes["message_bytes"])
    shown["CreatedTimestamp"] = str(queue["created"] // 1000)
    shown["LastModifiedTimestamp"] = str(queue.get("changed", queue["created"]) // 1000)
    if attributes["fifo"]:
        shown["FifoQueue"] = "true"
        shown["ContentBasedDeduplication"] = ["false", "true"][attributes["content_based_deduplication"]]
        shown["DeduplicationScope"] = ["queue", "messageGroup"][attributes["deduplication_scope"]]
        shown["FifoThroughputLimit"] = ["perQueue", "perMessageGroupId"][attributes["fifo_throughput_limit"]]
    return shown | attributes["kept"]


def as_sqs_gives(message, is_fifo):
    """The message as the next receive has it, without its receipt handle."""
    share = message["share"]
    attributes = {"SentTimestamp": str(message["sent"]), "SenderId": SENDER_BY_TOPIC if share else message["sender"]}
    attributes["ApproximateReceiveCount"] = str(message["receive_count"] + 1)
    if message["receive_count"]:
        attributes["ApproximateFirstReceiveTimestamp"] = str(message["first_received"])
    if message["group"]:
        attributes["MessageGroupId"] = message["group"]
    if is_fifo:
        attributes["SequenceNumber"] = str(10**19 + message["seq"])
        attributes["MessageDeduplicationId"] = message["deduplication_id"]
    if message["trace_header"]:
        attributes["AWSTraceHeader"] = message["trace_header"]
    if message["source"]:
        attributes["DeadLetterQueueSourceArn"] = ARN + message["source"].rpartition("/")[2]
    is_enveloped = share and not share["raw"]
    body = notification(message) if is_enveloped else message["body"]
    own = [] if is_enveloped else message["attributes"]
    return {
        "MessageId": message["id"], "Body": body, "Attributes": attributes,
        "MessageAttributes": {each["name"]: as_sqs_has(each) for each in own}}


def notification(message):
    """What is in the envelope that is made when the message is received, but for what that adds of its own."""
    shown = {"Type": "Notification", "TopicArn": TOPIC_ARN + message["topic_name"], "Message": message["body"]}
    seconds, ms = divmod(message["sent"], 1000)
    shown["Timestamp"] = time.strftime(f"%Y-%m-%dT%H:%M:%S.{ms:03}Z", time.gmtime(seconds))
    if message["subject"]:
        shown["Subject"] = message["subject"]
    if message["attributes"]:
        shown["MessageAttributes"] = {
            each["name"]: {"Type": each["data_type"], "Value": next(iter(reversed(as_sqs_has(each).values())))}
            for each in message["attributes"]}
    return shown


def opened(message):
    """A message that was received, with what is in its envelope if it has one; its digest is looked at."""
    body = message["Body"]
    assert message.pop("MD5OfBody") == hashlib.md5(body.encode()).hexdigest(), message
    if body.startswith("{") and "UnsubscribeURL" in body:
        wanted = ("Type", "TopicArn", "Message", "Timestamp", "Subject", "MessageAttributes")
        body = {name: value for name, value in json.loads(body).items() if name in wanted}
    return message | {"Body": body}


def as_sqs_has(attribute):
    value = bytes.fromhex(attribute["value"])
    carried = {"StringValue": value.decode()} if attribute["carried"] == 1 else {"BinaryValue": base64.b64encode(value).decode()}
    return {"DataType": attribute["data_type"]} | carried


def by_id(messages):
    return sorted(messages, key=lambda each: each["MessageId"])


def conversations(messages):
    """The messages of each, in order."""
    groups = collections.defaultdict(list)
    for each in messages:
        groups[each["Attributes"]["MessageGroupId"]].append(each["MessageId"])
    return groups
