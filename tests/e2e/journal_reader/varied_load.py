"""A small load that leaves something of every kind in a journal."""

import json
import threading
import time
from http.client import HTTPException

from calls import Connection, Refused
from topic_load import TopicLoad

BODIES = ("x", " ", "{}", "näïve ☃ 𝒳 \t\r\n end", "a" * 70_000, "ünï" * 3000)
REDRIVEN_WITHIN_S = 30
LARGE = "large ☃ " + "0123456789abcdef" * 62_500  # About 1 MB: a few of them fill a segment.
LARGE_MESSAGES = (24, 90)  # Of the rounds. So many that the log's front is cleaned while the server runs, too.
ATTRIBUTES = {
    "text": {"DataType": "String.ñ", "StringValue": "välue"},
    "number": {"DataType": "Number", "StringValue": "-1.5e3"},
    "binary": {"DataType": "Binary.png", "BinaryValue": "AAEC/f7/"},
}
TRACE = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
ALL_GIVEN = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
FIFO = {"FifoQueue": "true"}
QUEUES = {
    "plain": {"VisibilityTimeout": "2", "MaximumMessageSize": "1048576"},
    "delayed": {"DelaySeconds": "2", "ReceiveMessageWaitTimeSeconds": "1"},
    "large": {"MessageRetentionPeriod": "86400"},
    "purged": {},
    "dead": {},
    "source": {"VisibilityTimeout": "0"},
    "redriven": {},
    "talk.fifo": FIFO | {"ContentBasedDeduplication": "true", "VisibilityTimeout": "2"},
    "delayed.fifo": FIFO | {
        "DelaySeconds": "1", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"},
    "purged.fifo": FIFO | {"ContentBasedDeduplication": "true"},
    "dead.fifo": FIFO,
    "redriven.fifo": FIFO,
    "source.fifo": FIFO | {"VisibilityTimeout": "0"},
    "parking.fifo": FIFO | {"ContentBasedDeduplication": "true", "VisibilityTimeout": "0"},
    "news": {},
    "news-raw": {},
    "news-dead": {},
    "news-talk": {},
    "news-talk.fifo": FIFO,
}
TAGS = {"plain": {"tëam": "chat ☃", "empty": ""}, "talk.fifo": {"one": "1"}, "parking.fifo": {"mailrail:on-poison": "park"}}
ARN = "arn:aws:sqs:us-east-1:000000000000:"


class VariedLoad:
    def __init__(self, port):
        self.port = port
        self.connection = Connection(port)
        self.topics = TopicLoad(port)
        self.urls = {}
        self.round = 0
        for name, attributes in QUEUES.items():
            tags = {"tags": TAGS[name]} if name in TAGS else {}
            self.urls[name] = self.connection.call("CreateQueue", QueueName=name, Attributes=attributes, **tags)["QueueUrl"]

    def call(self, action, queue, **members):
        return self.connection.call(action, QueueUrl=self.urls[queue], **members)

    def close(self):
        self.connection.close()
        self.topics.sns.close()

    def run(self):
        """One round. Each leaves messages of its own."""
        self.connection.close()
        self.connection = Connection(self.port)
        self.round += 1
        self.topics.run(self.round)
        for step in (self.plain, self.delayed, self.conversations, self.dead_letters, self.poison, self.purge, self.gone,
                     self.large):
            step()

    def send(self, queue, count, **members):
        for each in range(count):
            body = f"{queue} {self.round} {each} {BODIES[each % len(BODIES)]}"
            self.call("SendMessage", queue, MessageBody=body, **members)

    def plain(self):
        self.call("SendMessageBatch", "plain", Entries=[
            {"Id": str(n), "MessageBody": body, "MessageAttributes": ATTRIBUTES, "MessageSystemAttributes": TRACE}
            for n, body in enumerate(BODIES)])
        self.send("plain", 12, MessageGroupId=f"tenant-{self.round}")
        self.send("plain", 4, DelaySeconds=2)
        received = self.call("ReceiveMessage", "plain", MaxNumberOfMessages=10, **ALL_GIVEN)["Messages"]
        self.call("DeleteMessage", "plain", ReceiptHandle=received[0]["ReceiptHandle"])
        self.call("DeleteMessageBatch", "plain", Entries=[
            {"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(received[1:3])])
        for handle, seconds in ((received[3]["ReceiptHandle"], 0), (received[4]["ReceiptHandle"], 4)):
            self.call("ChangeMessageVisibility", "plain", ReceiptHandle=handle, VisibilityTimeout=seconds)

    def delayed(self):
        self.send("delayed", 5)
        self.call("SetQueueAttributes", "delayed", Attributes={"Policy": json.dumps({"Version": str(self.round)})})

    def conversations(self):
        for each in range(30):
            self.call("SendMessage", "talk.fifo", MessageBody=f"{self.round} {each} ☃", MessageGroupId=f"group-{each % 7}")
        self.send("delayed.fifo", 3, MessageGroupId="a", MessageDeduplicationId="the-same")  # One is kept.
        for each in range(4):
            own = {"MessageGroupId": "b", "MessageDeduplicationId": f"{self.round}-{each}"}
            self.call("SendMessage", "delayed.fifo", MessageBody="b", **own)
        attempt = f"attempt-{self.round}"
        first = self.call("ReceiveMessage", "talk.fifo", MaxNumberOfMessages=4, ReceiveRequestAttemptId=attempt)["Messages"]
        again = self.call("ReceiveMessage", "talk.fifo", MaxNumberOfMessages=4, ReceiveRequestAttemptId=attempt)["Messages"]
        assert [each["MessageId"] for each in first] == [each["MessageId"] for each in again], (first, again)
        second = self.call("ReceiveMessage", "talk.fifo", MaxNumberOfMessages=3)["Messages"]
        for each in second[:2]:
            self.call("DeleteMessage", "talk.fifo", ReceiptHandle=each["ReceiptHandle"])

    def dead_letters(self):
        for end, members in (("", {}), (".fifo", {"MessageGroupId": "letters!"})):
            policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead{end}", "maxReceiveCount": 2})
            self.call("SetQueueAttributes", f"source{end}", Attributes={"RedrivePolicy": policy})
            for each in range(4):
                members |= {"MessageDeduplicationId": f"{self.round}-{each}"} if end else {}
                self.call("SendMessage", f"source{end}", MessageBody=f"dead {each}", MessageAttributes=ATTRIBUTES, **members)
            for _ in range(3):
                self.call("ReceiveMessage", f"source{end}", MaxNumberOfMessages=3)
            if self.round < 2:  # Later they stay.
                self.redrive_by_choice(f"dead{end}", f"redriven{end}")
                self.redrive(f"dead{end}", f"redriven{end}")

    def redrive_by_choice(self, source, destination):
        first = self.call("Mailrail.PeekMessages", source)["Messages"][0]["MessageId"]
        done = self.call("Mailrail.RedriveMessages", source, MessageIds=[first], DestinationArn=ARN + destination)
        assert done["Messages"][0]["Outcome"] == "Moved", done

    def redrive(self, source, destination):
        source = {"SourceArn": ARN + source}
        self.connection.call("StartMessageMoveTask", DestinationArn=ARN + destination, **source)
        deadline = time.monotonic() + REDRIVEN_WITHIN_S
        while (task := self.connection.call("ListMessageMoveTasks", **source)["Results"][0])["Status"] == "RUNNING":
            assert time.monotonic() < deadline, task
            time.sleep(0.01)
        assert task["Status"] == "COMPLETED", task

    def poison(self):
        policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead.fifo", "maxReceiveCount": 1})
        self.call("SetQueueAttributes", "parking.fifo", Attributes={"RedrivePolicy": policy})
        groups = [f"{name}-{self.round}" for name in ("stays", "goes-on")]
        for group in groups:
            for each in range(2):
                self.call("SendMessage", "parking.fifo", MessageBody=f"{group} {each}", MessageGroupId=group)
        for _ in range(2):
            self.call("ReceiveMessage", "parking.fifo", MaxNumberOfMessages=10)
        self.call("Mailrail.RetryConversation", "parking.fifo", MessageGroupId=groups[1])

    def purge(self):
        for end, members in (("", {}), (".fifo", {"MessageGroupId": "g"})):
            self.send(f"purged{end}", 3, **members)
            try:
                self.call("PurgeQueue", f"purged{end}")
            except Refused as refused:  # AWS's rule: once a minute.
                assert refused.code == "PurgeQueueInProgress", refused
            self.send(f"purged{end}", 3, **members)  # What was purged is no duplicate.

    def gone(self):
        for _ in range(2):
            url = self.connection.call("CreateQueue", QueueName=f"gone-{self.round}")["QueueUrl"]
            self.connection.call("SendMessage", QueueUrl=url, MessageBody="goes with its queue")
            self.connection.call("DeleteQueue", QueueUrl=url)

    def large(self):
        """Fills segments with what is soon deleted, so that a checkpoint can trim the log. One is left."""
        for each in range(LARGE_MESSAGES[self.round - 1]):
            self.call("SendMessage", "large", MessageBody=f"{self.round} {each} {LARGE}")
            if each > 0:
                message = self.call("ReceiveMessage", "large")["Messages"][0]
                self.call("DeleteMessage", "large", ReceiptHandle=message["ReceiptHandle"])

    def keep_sending(self):
        """Until the server is gone; returns the thread that does it, once the first answer is there."""
        is_going = threading.Event()
        thread = threading.Thread(target=self.send_until_the_end, args=(is_going,))
        thread.start()
        is_going.wait(30)
        return thread

    def send_until_the_end(self, is_going):
        connection = Connection(self.port)
        try:
            for each in range(1_000_000):
                talk, plain = self.urls["talk.fifo"], self.urls["plain"]
                connection.call("SendMessage", QueueUrl=talk, MessageBody=f"{self.round} end {each}", MessageGroupId="end")
                connection.call("ReceiveMessage", QueueUrl=plain)
                is_going.set()
        except (OSError, HTTPException):
            connection.close()
