#!/usr/bin/python3
"""tools/journal.py sees in a directory what the server then gives out: after a clean stop, after a kill, and in version 1.

That it refuses what is not whole is shown too: a byte is flipped in every kind of place, or a file taken away.
"""

import collections
import hashlib
import json
import shutil
import signal
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

here = Path(__file__).resolve().parent
tools = here.parent.parent.parent / "tools"
sys.path += [str(here.parent / "lib"), str(tools)]

from calls import Connection
from harm import flip, put_journal, zero_from
from journal import FACTS, HEADER, PAGE, RECORDS, Record, State, read_segment
from server import Server
from sns_view import arn_of, as_sns_shows_subscription, as_sns_shows_topic
from sqs_view import as_sqs_gives, as_sqs_shows, by_id, conversations, opened
from topic_load import sns_client
from varied_load import ALL_GIVEN, ARN, TAGS, VariedLoad

DRAINED_WITHIN_S = 30
STATUSES = ["running", "completed", "cancelled", "failed"]
BEGIN_AT = 96  # In JOURNAL: where the replay begins.
BEFORE_AT = 14  # In a segment: whether the file was used before.
STATES = [None, "running", "closed"]
SMALL_SEGMENTS = ["--disk-limit", "512MiB"]


def run(directory):
    """The reader, as people run it."""
    return subprocess.run(
        [sys.executable, str(tools / "journal.py"), str(directory)], capture_output=True, text=True, timeout=60)


class Seen(State):
    """Only notes what it is told."""

    def apply(self, *told):
        self.told.append(told)


def told_by(directory, found):
    """All that the checkpoint and the log say, also before the place where a replay begins: name, fields, position and size."""
    seen = Seen(told=[])
    for number in checkpoint_numbers(found):
        seen.replay(read_segment(directory, "checkpoint", number).frames, RECORDS)
    for number in segment_numbers(directory, found):
        seen.replay(read_segment(directory, "segment", number).frames, FACTS)
    return seen.told


def checkpoint_numbers(found):
    first = found["journal"]["checkpoint_first"]
    return range(first, first + found["journal"]["checkpoint_segments"])


def segment_numbers(directory, found):
    numbers = sorted(int(each.name[-12:]) for each in directory.glob("segment-*"))
    return [each for each in numbers if each >= found["journal"]["first_segment"]]


def found_in(directory):
    """What the reader prints of a directory that is whole."""
    answer = run(directory)
    assert (answer.returncode, answer.stderr) == (0, ""), answer
    return json.loads(answer.stdout)


class Views(unittest.TestCase):
    maxDiff = 4000

    def start(self, *arguments):
        server = Server(arguments=arguments)
        self.addCleanup(server.__exit__)
        server.start()
        return server

    def expect_same(self, server):
        """What the reader finds in the directory is what the server, started on it, gives out. Returns what it found."""
        found = found_in(server.data)
        server.start()
        connection = Connection(server.port)
        self.addCleanup(connection.close)
        urls = connection.call("ListQueues").get("QueueUrls", [])
        queues = [queue for queue in found["queues"] if not queue["subscription"]]  # No API finds those of endpoints.
        self.assertEqual(
            sorted(url.rpartition("/")[2] for url in urls), sorted(queue["name"].rpartition("/")[2] for queue in queues))
        for queue in queues:
            self.expect_settings(connection, queue)
        self.assertTrue(any(queue["move_tasks"] for queue in queues))
        for queue in queues:
            self.expect_tasks(connection, queue)
        self.expect_topics(server, found)
        for queue in queues:
            self.expect_messages(connection, queue)
        return found

    def expect_topics(self, server, found):
        sns = sns_client(server.port)
        self.addCleanup(sns.close)
        topics, subscriptions = found["topics"], found["subscriptions"]
        self.assertEqual(sorted(each["TopicArn"] for each in sns.list_topics()["Topics"]), sorted(map(arn_of, topics)))
        for topic in topics:
            shown = sns.get_topic_attributes(TopicArn=arn_of(topic))["Attributes"]
            expected = as_sns_shows_topic(topic, subscriptions)
            self.assertEqual({name: shown.get(name) for name in expected}, expected)
            tags = sns.list_tags_for_resource(ResourceArn=arn_of(topic))["Tags"]
            self.assertEqual({each["Key"]: each["Value"] for each in tags}, topic["tags"])
        listed = sns.list_subscriptions()["Subscriptions"]
        self.assertEqual(len(listed), len(subscriptions))
        confirmed = {each["Endpoint"]: each["SubscriptionArn"] for each in listed if each["SubscriptionArn"].startswith("arn")}
        for subscription in subscriptions:
            self.assertEqual(subscription["endpoint"] in confirmed, subscription["state"] == 1, subscription)
            if subscription["state"] == 1:
                shown = sns.get_subscription_attributes(SubscriptionArn=confirmed[subscription["endpoint"]])["Attributes"]
                expected = as_sns_shows_subscription(subscription, topics)
                self.assertEqual({name: shown.get(name) for name in expected}, expected)

    def url(self, connection, queue):
        return connection.call("GetQueueUrl", QueueName=queue["name"].rpartition("/")[2])["QueueUrl"]

    def expect_settings(self, connection, queue):
        url = self.url(connection, queue)
        shown = connection.call("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        counts = [int(shown.pop(f"ApproximateNumberOfMessages{each}")) for each in ("", "NotVisible", "Delayed")]
        self.assertEqual(sum(counts), len(queue["messages"]), queue["name"])
        if "RedrivePolicy" in shown:  # Without it draining the queue moves nothing.
            connection.call("SetQueueAttributes", QueueUrl=url, Attributes={"RedrivePolicy": ""})
            policy = json.loads(shown["RedrivePolicy"])
            target = policy["deadLetterTargetArn"].removeprefix(ARN)
            dead_letters = {"queue": f"us-east-1/000000000000/{target}", "most_receives": policy["maxReceiveCount"]}
            self.assertEqual(queue["attributes"]["dead_letters"], [dead_letters])
        expected = as_sqs_shows(queue)
        self.assertEqual({name: shown.get(name) for name in expected}, expected)
        self.assertEqual(queue["tags"], TAGS.get(queue["name"].rpartition("/")[2], {}))

    def expect_tasks(self, connection, queue):
        source = ARN + queue["name"].rpartition("/")[2]
        told = connection.call("ListMessageMoveTasks", SourceArn=source, MaxResults=10).get("Results", [])
        shown = [(each["Status"].lower(), each["ApproximateNumberOfMessagesMoved"], each["ApproximateNumberOfMessagesToMove"],
                  each["StartedTimestamp"]) for each in reversed(told)]
        expected = [(STATUSES[each["status"]], each["moved"], each["to_move"], each["started"]) for each in queue["move_tasks"]]
        self.assertEqual(shown, expected, queue["name"])

    def expect_messages(self, connection, queue):
        is_fifo = queue["attributes"]["fifo"]
        if is_fifo:
            self.expect_parked(connection, queue)
        given = self.drain(connection, self.url(connection, queue), len(queue["messages"]))
        for each in given:
            del each["ReceiptHandle"]
            each.pop("MD5OfMessageAttributes", None)
            each.setdefault("MessageAttributes", {})
        expected = [as_sqs_gives(each, is_fifo) for each in queue["messages"]]
        for each, other in zip(by_id(given), by_id(expected)):
            if "ApproximateFirstReceiveTimestamp" not in other["Attributes"]:
                del each["Attributes"]["ApproximateFirstReceiveTimestamp"]
            self.assertEqual(each, other, queue["name"])
        if is_fifo:
            self.assertEqual(conversations(given), conversations(expected))

    def expect_parked(self, connection, queue):
        """The same conversations are parked, since the same time; then they go on."""
        url = self.url(connection, queue)
        parked = connection.call("Mailrail.ListParkedConversations", QueueUrl=url).get("Conversations", [])
        self.assertEqual({each["MessageGroupId"]: each["ParkedTimestamp"] for each in parked}, queue["parked"])
        for group in queue["parked"]:
            connection.call("Mailrail.RetryConversation", QueueUrl=url, MessageGroupId=group)

    def drain(self, connection, url, count):
        """All messages, as they come, until there are that many; and then there are no more."""
        given = []
        deadline = time.monotonic() + DRAINED_WITHIN_S
        while len(given) < count and time.monotonic() < deadline:
            messages = connection.call(
                "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=30, **ALL_GIVEN)
            for each in messages.get("Messages", []):
                given.append(opened(each))
                connection.call("DeleteMessage", QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        names = [f"ApproximateNumberOfMessages{each}" for each in ("", "NotVisible", "Delayed")]
        left = connection.call("GetQueueAttributes", QueueUrl=url, AttributeNames=names)["Attributes"]
        self.assertEqual((len(given), set(left.values())), (count, {"0"}), url)
        return given

    def test_it_sees_what_the_server_gives_out(self):
        server = self.start(*SMALL_SEGMENTS)
        data = Path(server.data)
        load = VariedLoad(server.port)
        self.addCleanup(load.close)
        load.run()
        self.assertEqual(2, run(data).returncode, "a directory in use")
        self.assertEqual(0, server.end())
        told = told_by(data, found_in(data))
        found = self.expect_same(server)
        self.assertEqual("closed", STATES[found["journal"]["state"]])
        self.assertGreater(found["journal"]["checkpoint_frames"], 0)

        self.assertEqual(0, server.end())
        server.start()
        load.run()
        self.confirm_pending(load, told)
        ending = load.keep_sending()
        server.end(signal.SIGKILL)
        ending.join()
        told += self.expect_relocated_bodies_are_found(data)
        before = [read_segment(data, "segment", each).data[BEFORE_AT] for each in segment_numbers(data, found_in(data))]
        self.assertIn(1, before, "a file should have been used again")
        found = self.expect_same(server)
        self.assertEqual("running", STATES[found["journal"]["state"]])
        self.assertGreater(found["journal"]["first_segment"], 0, "the log should have been trimmed")

        wanted = set(FACTS + RECORDS) - {None, "damaged", "shared_body_damaged"}  # Refusals has those.
        self.assertEqual(set(), wanted - {name for name, *_ in told}, "something of every type should have been read")

    def confirm_pending(self, load, told):
        """The endpoint's subscription, with a token like the one that was sent there."""
        [secret] = {fact.secret for name, fact, *_ in told if name in ("founded", "begin")}
        [pending] = [fact.subscription for name, fact, *_ in told if name == "subscription_created" and not fact.state]
        load.topics.confirm(secret, pending)

    def expect_relocated_bodies_are_found(self, data):
        """The rule of Relocated facts: a kill may leave none to be replayed. Returns all that is told."""
        told = told_by(data, found_in(data))
        relocated = [each for each in told if each[0] == "relocated"]
        self.assertTrue(relocated)
        for _, fact, position, size in relocated:
            message = Record(position=0)
            State(queues={fact.queue: Record(messages={fact.seq: message})}).apply("relocated", fact, position, size)
            offset = message.position % (1 << 26)
            segment = read_segment(data, "segment", message.position >> 26)
            self.assertEqual(bytes(segment.data[offset : offset + len(fact.body)]), fact.body)
        return told

    def test_it_reads_version_1(self):
        server = self.start()
        load = VariedLoad(server.port)
        self.addCleanup(load.close)
        load.plain()
        load.conversations()
        load.dead_letters()
        server.end(signal.SIGKILL)
        whole = Path(server.data, "JOURNAL").read_bytes()
        put_journal(Path(server.data), whole[:8] + struct.pack("<I", 1) + whole[12:48])

        found = self.expect_same(server)["journal"]

        self.assertEqual((found["version"], found["segment_bytes"], found["checkpoint_frames"]), (1, 64 << 20, 0))

    def test_it_reads_the_certificate_that_the_server_shows(self):
        """Of the log after a kill, of the checkpoint after a clean stop."""
        server = self.start()
        with urllib.request.urlopen(f"{server.endpoint}/?Action=CreateTopic&Version=2010-03-31&Name=news", timeout=60):
            pass
        for end in (lambda: server.end(signal.SIGKILL), server.stop):
            end()
            certificate = bytes.fromhex(found_in(server.data)["certificate"])
            server.start()
            name = f"SimpleNotificationService-{hashlib.sha256(certificate).hexdigest()[:32]}.pem"
            with urllib.request.urlopen(f"{server.endpoint}/{name}", timeout=60) as answer:
                self.assertEqual(ssl.PEM_cert_to_DER_cert(answer.read().decode()), certificate)



class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A closed journal with a checkpoint, and segments before the place where that begins; and one that was killed."""
        cls.places = tempfile.TemporaryDirectory(prefix="mailrail-journals-")
        cls.addClassCleanup(cls.places.cleanup)
        cls.closed, cls.killed = (Path(cls.places.name, name) for name in ("closed", "killed"))
        with Server(arguments=SMALL_SEGMENTS) as server:
            load = VariedLoad(server.port)
            load.topics.run(0)
            for each in range(26):
                load.call("SendMessage", "large", MessageBody=f"{each} " + "x" * 1_000_000)
            load.send("plain", 3)
            server.end()
            shutil.copytree(server.data, cls.closed)
            server.start()
            load.run()
            load.close()
            server.end(signal.SIGKILL)
            shutil.copytree(server.data, cls.killed)

    def setUp(self):
        self.copies = tempfile.TemporaryDirectory(prefix="mailrail-journal-")
        self.addCleanup(self.copies.cleanup)

    def copy_of(self, directory):
        copy = Path(self.copies.name, "copy")
        shutil.rmtree(copy, ignore_errors=True)
        return shutil.copytree(directory, copy)

    def flipped(self, directory, name, offset):
        copy = self.copy_of(directory)
        flip(copy / name, offset)
        return copy

    def expect_refusal(self, copy, words, code=1):
        answer = run(copy)
        self.assertEqual((code, ""), (answer.returncode, answer.stdout), answer.stderr)
        self.assertIn(words, answer.stderr)
        self.assertEqual(1, answer.stderr.count("\n"), answer.stderr)

    def last_segment(self, directory):
        """Its number, its name and what is in it."""
        number = segment_numbers(directory, found_in(directory))[-1]
        return number, f"segment-{number:012}", read_segment(directory, "segment", number)

    def test_the_journals_that_the_others_damage_are_whole(self):
        for each in (self.closed, self.killed):
            found_in(each)

    def test_a_directory_without_a_journal_cannot_be_read(self):
        self.expect_refusal(Path(self.copies.name), "there is no journal", code=2)
        copy = self.copy_of(self.closed)
        (copy / "JOURNAL").unlink()
        self.expect_refusal(copy, "there is no journal", code=2)

    def test_a_flipped_byte_of_JOURNAL_is_found(self):
        for offset in (2, 20, 100, 127):
            self.expect_refusal(self.flipped(self.closed, "JOURNAL", offset), "JOURNAL, offset 0: ")

    def test_another_version_is_refused(self):
        copy = self.copy_of(self.closed)
        whole = (copy / "JOURNAL").read_bytes()
        for version in (0, 3):
            put_journal(copy, whole[:8] + struct.pack("<I", version) + whole[12:-8])
            self.expect_refusal(copy, f"JOURNAL, offset 0: this is version {version}")

    def test_a_replay_that_begins_where_no_frame_does_is_found(self):
        copy = self.copy_of(self.closed)
        with Server(data=str(copy), arguments=SMALL_SEGMENTS) as server:
            connection = Connection(server.port)
            url = connection.call("GetQueueUrl", QueueName="plain")["QueueUrl"]
            connection.call("SendMessage", QueueUrl=url, MessageBody="behind the checkpoint")
            connection.close()
            server.end(signal.SIGKILL)
        number, name, _ = self.last_segment(copy)
        whole = (copy / "JOURNAL").read_bytes()
        begin = struct.unpack_from("<Q", whole, BEGIN_AT)[0]
        self.assertEqual(number, begin >> 26, "the replay should begin in the last segment")
        for wrong in (HEADER, 1 << 26):
            put_journal(copy, whole[:BEGIN_AT] + struct.pack("<Q", begin + wrong) + whole[BEGIN_AT + 8 : -8])
            self.expect_refusal(copy, f"{name}, offset ")

    def test_a_flipped_byte_of_a_segments_header_is_found(self):
        _, name, _ = self.last_segment(self.closed)
        for offset in (9, 40, 3000):
            self.expect_refusal(self.flipped(self.closed, name, offset), f"{name}, offset 0: ")

    def test_a_flipped_byte_of_a_frame_with_a_later_one_is_found(self):
        _, name, segment = self.last_segment(self.killed)
        frame = segment.frames[len(segment.frames) // 2]
        padding = HEADER + frame.length
        self.assertNotEqual(padding % PAGE, 0)
        for offset in (1, 30, 60, HEADER + 3, padding):
            copy = self.flipped(self.killed, name, frame.offset + offset)
            self.expect_refusal(copy, f"{name}, offset {frame.offset}: ")

    def test_a_flipped_byte_of_an_old_frame_is_found(self):
        """One before the place where the replay begins, kept for a body in it."""
        found = found_in(self.closed)["journal"]
        number = found["first_segment"]
        self.assertLess(number, found["checkpoint_begin"] >> 26)
        frame = read_segment(self.closed, "segment", number).frames[-2]
        name = f"segment-{number:012}"
        self.expect_refusal(self.flipped(self.closed, name, frame.offset + 500), f"{name}, offset {frame.offset}: ")

    def test_a_flipped_byte_of_the_last_frame_of_a_closed_log_is_found(self):
        _, name, segment = self.last_segment(self.closed)
        offset = segment.frames[-1].offset
        self.expect_refusal(self.flipped(self.closed, name, offset + HEADER), f"{name}, offset {offset}: ")

    def test_the_last_frame_of_a_killed_log_is_a_torn_write(self):
        _, name, segment = self.last_segment(self.killed)
        last = segment.frames[-1]

        found = found_in(self.flipped(self.killed, name, last.offset + HEADER))

        self.assertEqual(last.position, found["journal"]["next"])

    def test_a_crash_before_the_seal_is_no_damage(self):
        """The log ends in a segment that is full, although the next one is there. If it is not full, that is damage."""
        number, name, _ = self.last_segment(self.killed)
        full = read_segment(self.killed, "segment", number - 1)
        for last, is_damage in ((full.frames[-2], False), (full.frames[len(full.frames) // 2], True)):
            copy = self.copy_of(self.killed)
            zero_from(copy / name, PAGE)
            zero_from(copy / full.path.name, last.end)
            if is_damage:
                self.expect_refusal(copy, f"{full.path.name}, offset {last.end}: ")
                continue
            self.assertEqual(number << 26 | PAGE + HEADER, found_in(copy)["journal"]["next"])
            with Server(data=str(copy), arguments=SMALL_SEGMENTS) as server:
                self.assertEqual(0, server.end(), "the server starts, too")

    def test_a_flipped_byte_of_a_checkpoint_is_found(self):
        number = checkpoint_numbers(found_in(self.closed))[0]
        frames = read_segment(self.closed, "checkpoint", number).frames
        name = f"checkpoint-{number:012}"
        for offset, place in ((9, 0), (frames[1].offset + 20, frames[1].offset), (frames[-1].offset + 70, frames[-1].offset)):
            self.expect_refusal(self.flipped(self.closed, name, offset), f"{name}, offset {place}: ")

    def test_a_missing_file_is_found(self):
        found = found_in(self.killed)
        names = [f"segment-{each:012}" for each in segment_numbers(self.killed, found)]
        self.assertGreater(len(names), 2)
        for name in (names[0], names[1], f"checkpoint-{checkpoint_numbers(found)[0]:012}"):
            copy = self.copy_of(self.killed)
            (copy / name).unlink()
            self.expect_refusal(copy, f"{name}, offset 0: ")

    def test_a_missing_last_segment_is_found(self):
        number, name, _ = self.last_segment(self.killed)
        copy = self.copy_of(self.killed)
        (copy / name).unlink()
        self.expect_refusal(copy, f"segment-{number - 1:012}, offset ")

    def test_a_file_that_is_too_short_is_found(self):
        _, name, _ = self.last_segment(self.closed)
        copy = self.copy_of(self.closed)
        with open(copy / name, "r+b") as file:
            file.truncate(1 << 20)
        self.expect_refusal(copy, f"{name}, offset 0: ")

    def test_a_message_that_a_server_found_damaged_is_marked(self):
        """By the fact Damaged, and by the flag in the next checkpoint, also when the disk reads well again."""
        self.expect_marked("large", "0 xxx", {"damaged": 1})

    def test_a_body_that_messages_share_is_marked_for_all(self):
        """By the fact SharedBodyDamaged, and each message when it is to be given."""
        self.expect_marked("news-raw", "0 ☃ xxx", {"damaged": 1, "shared_body_damaged": 1})

    def expect_marked(self, queue, begin, facts):
        """A server that finds the body of the queue's message damaged that begins so records these facts."""
        whole = found_in(self.closed)
        [message] = [each for each in messages_of(whole, queue) if each["body"].startswith(begin)]
        body = f"segment-{message['position'] >> 26:012}", message["position"] % (1 << 26) + 500
        copy = self.flipped(self.closed, *body)
        with Server(data=str(copy), arguments=SMALL_SEGMENTS) as server:
            connection = Connection(server.port)
            url, plain = (connection.call("GetQueueUrl", QueueName=each)["QueueUrl"] for each in (queue, "plain"))
            while connection.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                pass
            self.assertIn("damaged message: ", server.output())
            connection.call("SendMessage", QueueUrl=plain, MessageBody="then that is durable, too")
            connection.close()
            server.end(signal.SIGKILL)
            self.expect_refusal(copy, body[0])
            flip(copy / body[0], body[1])
            names = [name for name, *_ in told_by(copy, found_in(copy)) if name.endswith("damaged")]
            self.assertEqual(facts, collections.Counter(names))
            self.assertEqual([message["seq"]], marked_in(copy))
            server.start()
            self.assertEqual(0, server.end())
            found = found_in(copy)["journal"]
            self.assertEqual(found["next"], found["checkpoint_begin"], "all should be in the checkpoint")
            self.assertEqual([message["seq"]], marked_in(copy))


def messages_of(found, queue):
    [named] = [each for each in found["queues"] if each["name"].endswith("/" + queue)]
    return named["messages"]



def marked_in(directory):
    return [each["seq"] for queue in found_in(directory)["queues"] for each in queue["messages"] if each["is_damaged"]]


if __name__ == "__main__":
    unittest.main()
