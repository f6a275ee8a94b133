"""What tools/journal.py prints of queues and messages, in the words of SQS."""

import base64
import hashlib

from varied_load import ARN

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
    attributes = {"SentTimestamp": str(message["sent"]), "SenderId": message["sender"]}
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
    return {
        "MessageId": message["id"], "Body": message["body"], "MD5OfBody": hashlib.md5(message["body"].encode()).hexdigest(),
        "Attributes": attributes, "MessageAttributes": {each["name"]: as_sqs_has(each) for each in message["attributes"]}}


def as_sqs_has(attribute):
    value = bytes.fromhex(attribute["value"])
    carried = {"StringValue": value.decode()} if attribute["carried"] == 1 else {"BinaryValue": base64.b64encode(value).decode()}
    return {"DataType": attribute["data_type"]} | carried
