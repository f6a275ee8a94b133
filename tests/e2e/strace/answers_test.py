#!/usr/bin/python3
"""Proves from the system calls, for each kind of answer, what it waits for: the table in ARCHITECTURE.md."""

import json
import signal
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection, Refused
from server import SKIPPED, Server
from traced import Inconclusive, TracedCase, may_trace, patiently

ACCOUNT_ARN = "arn:aws:sqs:us-east-1:000000000000"


def redrive(queue, receives_max=1):
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": f"{ACCOUNT_ARN}:{queue}", "maxReceiveCount": receives_max})}


def received(answer):
    return [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(answer["Messages"])]


def entries(*bodies, **members):
    return [{"Id": str(number), "MessageBody": body, **members} for number, body in enumerate(bodies)]


class Changes(TracedCase):
    """One after the other, each on a log that has nothing else to do."""

    def setUp(self):
        super().setUp()
        self.changes = []

    def change(self, action, what="", **members):
        answer = self.connection.call(action, **members)
        self.changes.append((f"{action} {what}", answer["request_id"]))
        return answer

    def assert_each_was_synced_before_its_reply(self):
        trace = self.server.finished_trace()
        for what, request_id in self.changes:
            reply = trace.reply_with(request_id)
            self.assertIsNotNone(trace.sync_for(trace.request_of(reply), reply), f"{what} was answered before it was synced")

    def send_and_delete(self, url, **members):
        self.change("SendMessage", QueueUrl=url, MessageBody="1", **members)
        self.change("SendMessageBatch", QueueUrl=url, Entries=entries("2", "3", "4", **members))
        receipts = received(self.connection.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10))
        while len(receipts) < 4:
            receipts += received(self.connection.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10))
        self.change("DeleteMessage", QueueUrl=url, ReceiptHandle=receipts.pop()["ReceiptHandle"])
        self.change("DeleteMessageBatch", QueueUrl=url, Entries=receipts)
        self.change("SendMessage", QueueUrl=url, MessageBody="5", **members)
        self.change("PurgeQueue", QueueUrl=url)

    def test_those_of_queues_are_answered_after_their_sync(self):
        url = self.change("CreateQueue", QueueName="q")["QueueUrl"]
        self.change("SetQueueAttributes", QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
        self.change("DeleteQueue", QueueUrl=url)
        self.assert_each_was_synced_before_its_reply()

    def test_those_of_messages_of_a_standard_queue_are_answered_after_their_sync(self):
        self.send_and_delete(self.queue("q"))
        self.assert_each_was_synced_before_its_reply()

    def test_those_of_messages_of_a_fifo_queue_are_answered_after_their_sync(self):
        self.send_and_delete(self.queue("q.fifo"), MessageGroupId="g")
        self.assert_each_was_synced_before_its_reply()

    def test_those_of_leases_of_a_fifo_queue_are_answered_after_their_sync(self):
        url = self.queue("q.fifo")
        self.connection.call("SendMessageBatch", QueueUrl=url, Entries=entries("1", "2", MessageGroupId="g"))
        receipts = received(self.change("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10))
        self.change("ChangeMessageVisibility", "longer", QueueUrl=url, VisibilityTimeout=60, ReceiptHandle=receipts[0]["ReceiptHandle"])
        for timeout_s in (90, 0):
            changed = [{**each, "VisibilityTimeout": timeout_s} for each in receipts]
            self.change("ChangeMessageVisibilityBatch", f"to {timeout_s}", QueueUrl=url, Entries=changed)
        self.change("ReceiveMessage", "with an attempt id", QueueUrl=url, ReceiveRequestAttemptId="a")
        self.change("ReceiveMessage", "with the same attempt id", QueueUrl=url, ReceiveRequestAttemptId="a")
        self.assert_each_was_synced_before_its_reply()

    def test_receives_that_move_dead_letters_are_answered_after_their_sync(self):
        for suffix, members in (("", {}), (".fifo", {"MessageGroupId": "g"})):
            self.queue(f"dead{suffix}")
            url = self.queue(f"q{suffix}", **redrive(f"dead{suffix}"))
            self.connection.call("SendMessageBatch", QueueUrl=url, Entries=entries("1", "2", **members))
            self.connection.call("ReceiveMessage", QueueUrl=url, VisibilityTimeout=0)
            self.change("ReceiveMessage", f"that moves one and shows another of q{suffix}", QueueUrl=url, VisibilityTimeout=0)
            self.change("ReceiveMessage", f"that moves one of q{suffix}", QueueUrl=url)
        self.assert_each_was_synced_before_its_reply()


class Amid(TracedCase):
    """While the log waits for its disk."""

    sync_s = 0.25

    def begin_send(self, url, body, **members):
        """A send whose message is written and not yet synced. Ask for the answer by finish()."""
        connection = self.connect()
        connection.start("SendMessage", QueueUrl=url, MessageBody=body, **members)
        self.server.wait_until_written(body)
        return connection

    def reply_after(self, trace, answer, sync, what):
        """The reply, which must have begun after the sync had returned."""
        reply = trace.reply_with(answer["request_id"])
        self.assertLess(sync.returned, reply.began, f"{what} left before the sync that it waits for returned")
        return reply

    def assert_before(self, call, end, what="the request"):
        if call >= end:
            raise Inconclusive(f"{what} came too late to prove anything")

    @patiently
    def test_a_duplicate_waits_for_the_sync_of_the_original(self):
        url = self.queue("q.fifo")
        original = self.begin_send(url, "proof-twice", MessageGroupId="g")
        duplicate = self.connection.call("SendMessage", QueueUrl=url, MessageBody="proof-twice", MessageGroupId="g")
        answer = original.finish()
        self.assertEqual(answer["MessageId"], duplicate["MessageId"])

        trace = self.server.finished_trace()

        sync = trace.sync_of(trace.write_of("proof-twice"))
        self.reply_after(trace, answer, sync, "the original's answer")
        reply = self.reply_after(trace, duplicate, sync, "the duplicate's answer")
        self.assert_before(trace.request_of(reply).returned, sync.returned)

    @patiently
    def test_a_duplicate_of_what_is_not_yet_written_waits_as_well(self):
        url = self.queue("q.fifo")
        busy = self.begin_send(url, "proof-busy", MessageGroupId="g")
        twice = [self.connect(), self.connect()]
        for each in twice:
            each.start("SendMessage", QueueUrl=url, MessageBody="proof-twice", MessageGroupId="g")
        answers = [each.finish() for each in twice]
        busy.finish()
        self.assertEqual(answers[0]["MessageId"], answers[1]["MessageId"])

        trace = self.server.finished_trace()

        write = trace.write_of("proof-twice")
        for each in answers:
            reply = self.reply_after(trace, each, trace.sync_of(write), "an answer to one of two")
            self.assert_before(trace.request_of(reply).returned, write.began)

    @patiently
    def test_reads_and_refusals_wait_for_what_they_may_tell_of(self):
        url = self.queue("q")
        other = self.queue("other")
        reads = [self.connect() for _ in range(4)]
        busy = self.begin_send(url, "proof-read")
        reads[0].start("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])
        reads[1].start("ReceiveMessage", QueueUrl=other)
        reads[2].start("ListQueues")
        reads[3].start("CreateQueue", QueueName="q", Attributes={"VisibilityTimeout": "1"})
        answers = [each.finish() for each in reads[:3]]
        with self.assertRaises(Refused) as refused:
            reads[3].finish()
        busy.finish()

        trace = self.server.finished_trace()

        sync = trace.sync_of(trace.write_of("proof-read"))
        for each in [*answers, {"request_id": refused.exception.request_id}]:
            reply = self.reply_after(trace, each, sync, "an answer that tells of state")
            self.assert_before(trace.request_of(reply).returned, sync.returned)

    def woken(self, name, **members):
        """The answer to a long poll that a send woke."""
        url = self.queue(name)
        poll = self.connect()
        poll.start("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)
        self.connection.call("GetQueueUrl", QueueName=name)  # Read after the poll.
        self.connection.call("SendMessage", QueueUrl=url, MessageBody=f"proof-wake-{name}.", **members)
        return poll.finish()

    @patiently
    def test_a_long_poll_that_a_send_wakes_waits_for_its_sync(self):
        answers = {"q": self.woken("q"), "q.fifo": self.woken("q.fifo", MessageGroupId="g")}

        trace = self.server.finished_trace()

        for name, answer in answers.items():
            write = trace.write_of(f"proof-wake-{name}.")
            reply = self.reply_after(trace, answer, trace.sync_of(write), f"the answer to a poll of {name}")
            self.assert_before(trace.request_of(reply).returned, write.began)

    def moved(self, suffix, **members):
        """The answers to a receive that moves a dead letter, and to a long poll that gets it."""
        dead = self.queue(f"dead{suffix}")
        url = self.queue(f"q{suffix}", **redrive(f"dead{suffix}"))
        self.connection.call("SendMessage", QueueUrl=url, MessageBody="body", **members)
        self.connection.call("ReceiveMessage", QueueUrl=url, VisibilityTimeout=0)
        poll = self.connect()
        poll.start("ReceiveMessage", QueueUrl=dead, WaitTimeSeconds=20)
        self.connection.call("GetQueueUrl", QueueName=f"q{suffix}")  # Read after the poll.
        mover = self.connection.call("ReceiveMessage", QueueUrl=url)
        self.assertNotIn("Messages", mover)
        answer = poll.finish()
        self.assertEqual(1, len(answer["Messages"]))
        return mover, answer

    def test_a_dead_letter_waits_for_the_sync_of_its_move(self):
        moves = [self.moved(""), self.moved(".fifo", MessageGroupId="g")]

        trace = self.server.finished_trace()

        for mover, answer in moves:
            request = trace.request_of(trace.reply_with(mover["request_id"]))
            for each in (mover, answer):
                self.assertIsNotNone(trace.sync_for(request, trace.reply_with(each["request_id"])))

    @patiently
    def test_a_lease_on_a_standard_queue_waits_for_nothing_but_the_send(self):
        url = self.queue("q")
        self.connection.call("SendMessage", QueueUrl=url, MessageBody="proof-old")
        busy = self.begin_send(self.queue("busy"), "proof-busy")
        answers = [self.connection.call("ReceiveMessage", QueueUrl=url)]
        receipts = received(answers[0])
        answers.append(self.connection.call(
            "ChangeMessageVisibility", QueueUrl=url, VisibilityTimeout=60, ReceiptHandle=receipts[0]["ReceiptHandle"]))
        answers.append(self.connection.call(
            "ChangeMessageVisibilityBatch", QueueUrl=url, Entries=[{**each, "VisibilityTimeout": 70} for each in receipts]))
        busy.finish()

        trace = self.server.finished_trace()

        sent, busy_sync = (trace.sync_of(trace.write_of(body)) for body in ("proof-old", "proof-busy"))
        for each in answers:
            reply = self.reply_after(trace, each, sent, "a lease")
            # Too late is also what one that waited would be, however long the sync.
            self.assert_before(reply.began, busy_sync.returned, "the answer that should not wait for a sync")


class Leases(unittest.TestCase):
    def test_of_standard_queues_are_written_before_what_comes_later(self):
        with Server() as server:
            connection = Connection(server.port)
            url = connection.call("CreateQueue", QueueName="q")["QueueUrl"]
            connection.call("SendMessage", QueueUrl=url, MessageBody="body")
            connection.call("ReceiveMessage", QueueUrl=url, VisibilityTimeout=3600)
            connection.call("CreateQueue", QueueName="later")
            server.end(signal.SIGKILL)

            server.start()

            names = ["ApproximateNumberOfMessagesNotVisible"]
            connection = Connection(server.port)
            attributes = connection.call("GetQueueAttributes", QueueUrl=url, AttributeNames=names)["Attributes"]
            self.assertEqual("1", attributes[names[0]])


if __name__ == "__main__":
    if not may_trace():
        print("Skipped: this machine does not permit ptrace.")
        sys.exit(SKIPPED)
    unittest.main(warnings="ignore")
