#!/usr/bin/python3
"""tools/journal.py sees in a directory what the server then gives out: after a clean stop, after a kill, and in version 1.

That it refuses what is not whole is shown too: a byte is flipped in every kind of place, or a file taken away.
"""

import collections
import hashlib
import json
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace as Record

here = Path(__file__).resolve().parent
tools = here.parent.parent.parent / "tools"
sys.path += [str(here.parent / "lib"), str(tools)]

import xxhash

from calls import Connection
from journal import State
from journal_facts import FACTS, RECORDS, read_facts
from journal_files import CHECKPOINT, FRAME_HEADER, LOG, PAGE, Directory, Segment
from server import Server, binary
from varied_load import ALL_GIVEN, ARN, TAGS, VariedLoad

DRAINED_WITHIN_S = 30
BEGIN_AT = 96  # In JOURNAL: where the replay begins.
SMALL_SEGMENTS = ["--disk-limit", "512MiB"]
ATTRIBUTE_NAMES = {
    "delay": "DelaySeconds", "retention": "MessageRetentionPeriod", "receive_wait": "ReceiveMessageWaitTimeSeconds",
    "visibility_timeout": "VisibilityTimeout"}


def read(directory, *arguments):
    return subprocess.run(
        [sys.executable, str(tools / "journal.py"), str(directory), *arguments], capture_output=True, text=True, timeout=60)


def facts_in(journal):
    """Of all segments, also of those before the place where a replay begins."""
    for segment in journal.segments.values():
        for frame in segment.frames():
            yield from read_facts(frame, FACTS)


def types_in(directory):
    """How many facts and records of each type there are."""
    with closing(Directory(directory)) as journal:
        records = [each.type for frame in journal.checkpoint() for each in read_facts(frame, RECORDS)]
        return collections.Counter([each.type for each in facts_in(journal)] + records)


def as_sqs_shows(queue):
    """The queue's attributes that follow from what is stored, as GetQueueAttributes has them."""
    attributes = queue["attributes"]
    shown = {name: str(attributes[own] // 1000) for own, name in ATTRIBUTE_NAMES.items()}
    shown["MaximumMessageSize"] = str(attributes["message_bytes"])
    shown["CreatedTimestamp"] = str(queue["created"] // 1000)
    shown["LastModifiedTimestamp"] = str(queue["changed"] // 1000)
    if attributes["fifo"]:
        shown["FifoQueue"] = "true"
        shown["ContentBasedDeduplication"] = str(attributes["content_based_deduplication"]).lower()
        shown["DeduplicationScope"] = attributes["deduplication_scope"].replace("message group", "messageGroup")
        shown["FifoThroughputLimit"] = {
            "per queue": "perQueue", "per message group": "perMessageGroupId"}[attributes["fifo_throughput_limit"]]
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
        attributes["SequenceNumber"] = message["sequence_number"]
        attributes["MessageDeduplicationId"] = message["deduplication_id"]
    if message["trace_header"]:
        attributes["AWSTraceHeader"] = message["trace_header"]
    if message["source"]:
        attributes["DeadLetterQueueSourceArn"] = ARN + message["source"].rpartition("/")[2]
    given = {"MessageId": message["message_id"], "Body": message["body"], "Attributes": attributes}
    given["MD5OfBody"] = hashlib.md5(message["body"].encode()).hexdigest()
    values = {"string": "StringValue", "binary": "BinaryValue"}
    given["MessageAttributes"] = {
        name: {"DataType": each["data_type"]} | {values[key]: value for key, value in each.items() if key in values}
        for name, each in message["attributes"].items()}
    return given


class Views(unittest.TestCase):
    maxDiff = 4000

    def start(self, *arguments):
        server = Server(arguments=arguments)
        self.addCleanup(server.__exit__)
        server.start()
        return server

    def expect_same(self, server):
        """What the reader finds in the directory is what the server, started on it, gives out. Returns what it found."""
        answer = read(server.data, "--json")
        self.assertEqual((0, ""), (answer.returncode, answer.stderr))
        found = json.loads(answer.stdout)
        server.start()
        connection = Connection(server.port)
        self.addCleanup(connection.close)
        urls = connection.call("ListQueues").get("QueueUrls", [])
        names = [queue["name"].rpartition("/")[2] for queue in found["queues"]]
        self.assertEqual(sorted(url.rpartition("/")[2] for url in urls), sorted(names))
        for queue in found["queues"]:
            self.expect_settings(connection, queue)
        for queue in found["queues"]:
            self.expect_messages(connection, queue)
        return found

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
            self.assertEqual(queue["attributes"]["dead_letters"], dead_letters)
        expected = as_sqs_shows(queue)
        self.assertEqual({name: shown.get(name) for name in expected}, expected)
        self.assertEqual(queue["tags"], TAGS.get(queue["name"].rpartition("/")[2], {}))

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
                given.append(each)
                connection.call("DeleteMessage", QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        names = [f"ApproximateNumberOfMessages{each}" for each in ("", "NotVisible", "Delayed")]
        left = connection.call("GetQueueAttributes", QueueUrl=url, AttributeNames=names)["Attributes"]
        self.assertEqual((len(given), set(left.values())), (count, {"0"}), url)
        return given

    def test_it_sees_what_the_server_gives_out(self):
        server = self.start(*SMALL_SEGMENTS)
        load = VariedLoad(server.port)
        self.addCleanup(lambda: load.connection.close())
        load.run()
        self.assertEqual(2, read(server.data).returncode, "a directory in use")
        self.assertEqual(0, server.end())
        types = types_in(server.data)
        found = self.expect_same(server)
        self.assertTrue(found["closed"] and found["checkpoint_frames"])

        self.assertEqual(0, server.end())
        server.start()
        load.run()
        ending = load.keep_sending()
        server.end(signal.SIGKILL)
        ending.join()
        types += types_in(server.data)
        self.expect_relocated_bodies_are_found(server.data)
        found = self.expect_same(server)
        self.assertFalse(found["closed"])
        self.assertGreater(found["segments"][0], 0, "the log should have been trimmed")
        self.assertGreater(len(found["segments"]), 2)
        before = [Segment(Path(server.data), LOG, each).header.before for each in found["segments"]]
        self.assertIn(1, before, "a file should have been used again")

        wanted = {name for name, _ in [*FACTS.values(), *RECORDS.values()]} - {"damaged"}  # Refusals has that.
        self.assertEqual(wanted - set(types), set(), "something of every type should have been read")

    def expect_relocated_bodies_are_found(self, directory):
        """The rule of Relocated facts: a kill may leave none to be replayed."""
        with closing(Directory(directory)) as journal:
            facts = [fact for fact in facts_in(journal) if fact.type == "relocated"]
            self.assertTrue(facts)
            for fact in facts:
                state = State(exact_from=0)
                state.queues[fact.queue] = Record(messages={fact.seq: Record(position=0)})
                state.apply(fact)
                position = state.queues[fact.queue].messages[fact.seq].position
                self.assertEqual(journal.read(position, len(fact.sent))[0], fact.sent)

    def test_it_reads_version_1(self):
        server = self.start()
        load = VariedLoad(server.port)
        self.addCleanup(load.connection.close)
        load.plain()
        load.conversations()
        load.dead_letters()
        server.end(signal.SIGKILL)
        path = Path(server.data, "JOURNAL")
        data = bytearray(path.read_bytes()[:48])
        data[8:12] = struct.pack("<I", 1)
        path.write_bytes(data + struct.pack("<Q", xxhash.xxh3_64_intdigest(bytes(data))))

        found = self.expect_same(server)

        self.assertEqual((found["version"], found["segment_bytes"], found["checkpoint_frames"]), (1, 64 << 20, 0))


def put_journal(directory, data):
    """A JOURNAL of version 2 whose checksum is right."""
    Path(directory, "JOURNAL").write_bytes(data[:-8] + struct.pack("<Q", xxhash.xxh3_64_intdigest(bytes(data[:-8]))))


def by_id(messages):
    return sorted(messages, key=lambda each: each["MessageId"])


def conversations(messages):
    """The messages of each, in order."""
    groups = collections.defaultdict(list)
    for each in messages:
        groups[each["Attributes"]["MessageGroupId"]].append(each["MessageId"])
    return groups


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A closed journal with a checkpoint, and segments before the place where that begins; and one that was killed."""
        cls.places = tempfile.TemporaryDirectory(prefix="mailrail-journals-")
        cls.addClassCleanup(cls.places.cleanup)
        cls.closed, cls.killed = (Path(cls.places.name, name) for name in ("closed", "killed"))
        with Server(arguments=SMALL_SEGMENTS) as server:
            load = VariedLoad(server.port)
            for each in range(26):
                load.call("SendMessage", "large", MessageBody=f"{each} " + "x" * 1_000_000)
            load.send("plain", 3)
            server.end()
            shutil.copytree(server.data, cls.closed)
            server.start()
            load.run()
            load.connection.close()
            server.end(signal.SIGKILL)
            shutil.copytree(server.data, cls.killed)

    def setUp(self):
        self.copies = tempfile.TemporaryDirectory(prefix="mailrail-journal-")
        self.addCleanup(self.copies.cleanup)

    def copy_of(self, directory):
        copy = Path(self.copies.name, "copy")
        shutil.copytree(directory, copy)
        return copy

    def flipped(self, directory, name, offset):
        copy = self.copy_of(directory)
        with open(copy / name, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))
        return copy

    def expect_refusal(self, copy, name, offset, code=1):
        answer = read(copy)
        self.assertEqual((code, ""), (answer.returncode, answer.stdout), answer.stderr)
        self.assertIn(f"{name}, offset {offset}: " if offset is not None else name, answer.stderr)
        self.assertEqual(1, answer.stderr.count("\n"), answer.stderr)

    def frames(self, directory, number, kind=LOG):
        segment = Segment(directory, kind, number)
        return [*segment.frames()], segment

    def journal(self, directory):
        journal = Directory(directory)
        self.addCleanup(journal.close)
        return journal

    def last_segment(self, directory):
        return max(self.journal(directory).segments)

    def test_the_journals_that_the_others_damage_are_whole(self):
        for each in (self.closed, self.killed):
            self.assertEqual((0, ""), (read(each).returncode, read(each).stderr))

    def test_a_flipped_byte_of_JOURNAL_is_found(self):
        for offset in (20, 100, 127):
            self.expect_refusal(self.flipped(self.closed, "JOURNAL", offset), "JOURNAL", 0)
            self.copies.cleanup()

    def test_another_version_is_refused(self):
        for version in (0, 3):
            copy = self.copy_of(self.closed)
            data = bytearray((copy / "JOURNAL").read_bytes())
            data[8:12] = struct.pack("<I", version)
            put_journal(copy, data)
            self.expect_refusal(copy, f"version {version}", None, code=2)
            self.copies.cleanup()

    def test_a_replay_that_begins_where_no_frame_does_is_found(self):
        copy = self.copy_of(self.closed)
        with Server(data=str(copy), arguments=SMALL_SEGMENTS) as server:
            connection = Connection(server.port)
            url = connection.call("GetQueueUrl", QueueName="plain")["QueueUrl"]
            connection.call("SendMessage", QueueUrl=url, MessageBody="behind the checkpoint")
            connection.close()
            server.end(signal.SIGKILL)
        self.assertEqual(0, read(copy).returncode)
        number = self.last_segment(copy)
        whole = (copy / "JOURNAL").read_bytes()
        begin = struct.unpack_from("<Q", whole, BEGIN_AT)[0]
        self.assertEqual(number, begin >> 26, "the replay should begin in the last segment")
        for wrong in (FRAME_HEADER, 1 << 26):
            data = bytearray(whole)
            data[BEGIN_AT : BEGIN_AT + 8] = struct.pack("<Q", begin + wrong)
            put_journal(copy, data)
            self.expect_refusal(copy, f"segment-{number:012}, offset ", None)
            refused = subprocess.run(
                [binary(), "serve", "--data", str(copy), "--listen", "127.0.0.1:0"], capture_output=True, timeout=60)
            self.assertEqual(1, refused.returncode, "the server refuses it, too")

    def test_a_directory_without_a_journal_cannot_be_read(self):
        self.expect_refusal(Path(self.copies.name), "JOURNAL is missing", None, code=2)

    def test_a_flipped_byte_of_a_segments_header_is_found(self):
        name = f"segment-{self.last_segment(self.closed):012}"
        for offset in (40, 3000):
            self.expect_refusal(self.flipped(self.closed, name, offset), name, 0)
            self.copies.cleanup()

    def test_a_flipped_byte_of_a_frame_with_a_later_one_is_found(self):
        number = self.last_segment(self.killed)
        frames, _ = self.frames(self.killed, number)
        frame = frames[len(frames) // 2]
        name = f"segment-{number:012}"
        padding = frame.offset + FRAME_HEADER + frame.header.length
        self.assertNotEqual(padding % PAGE, 0)
        for offset in (frame.offset + 1, frame.offset + 30, frame.offset + 60, frame.offset + FRAME_HEADER + 3, padding):
            self.expect_refusal(self.flipped(self.killed, name, offset), name, frame.offset)
            self.copies.cleanup()

    def test_a_flipped_byte_of_the_last_frame_of_a_closed_log_is_found(self):
        number = self.last_segment(self.closed)
        frames, _ = self.frames(self.closed, number)
        name = f"segment-{number:012}"
        self.expect_refusal(self.flipped(self.closed, name, frames[-1].offset + FRAME_HEADER), name, frames[-1].offset)

    def test_a_byte_behind_the_end_of_a_closed_log_is_found(self):
        number = self.last_segment(self.closed)
        _, segment = self.frames(self.closed, number)
        self.assertEqual(0, segment.header.before)
        name = f"segment-{number:012}"
        self.expect_refusal(self.flipped(self.closed, name, segment.end + 5000), name, segment.end)

    def test_the_last_frame_of_a_killed_log_is_a_torn_write(self):
        number = self.last_segment(self.killed)
        frames, _ = self.frames(self.killed, number)
        newest = json.loads(read(self.killed, "--json").stdout)["newest_seq"]
        copy = self.flipped(self.killed, f"segment-{number:012}", frames[-1].offset + FRAME_HEADER)

        answer = read(copy, "--json")

        self.assertEqual((0, ""), (answer.returncode, answer.stderr))
        self.assertLessEqual(json.loads(answer.stdout)["newest_seq"], newest)
        self.assertEqual(len(self.frames(copy, number)[0]), len(frames) - 1)

    def test_a_flipped_byte_of_a_checkpoint_is_found(self):
        number = self.journal(self.closed).journal.checkpoint_first
        frames, _ = self.frames(self.closed, number, CHECKPOINT)
        name = f"checkpoint-{number:012}"
        for offset, place in ((9, 0), (frames[1].offset + 20, frames[1].offset), (frames[-1].offset + 70, frames[-1].offset)):
            self.expect_refusal(self.flipped(self.closed, name, offset), name, place)
            self.copies.cleanup()

    def test_a_missing_file_is_found(self):
        journal = self.journal(self.killed)
        names = [f"segment-{each:012}" for each in journal.segments]
        self.assertGreater(len(names), 2)
        for name in (names[0], names[1], f"checkpoint-{journal.journal.checkpoint_first:012}"):
            copy = self.copy_of(self.killed)
            (copy / name).unlink()
            self.expect_refusal(copy, name, 0)
            self.copies.cleanup()

    def test_a_missing_last_segment_is_found(self):
        number = self.last_segment(self.killed)
        copy = self.copy_of(self.killed)
        (copy / f"segment-{number:012}").unlink()
        self.expect_refusal(copy, f"segment-{number - 1:012}, offset ", None)

    def test_a_file_that_is_too_short_is_found(self):
        name = f"segment-{self.last_segment(self.closed):012}"
        copy = self.copy_of(self.closed)
        with open(copy / name, "r+b") as file:
            file.truncate(1 << 20)
        self.expect_refusal(copy, name, 1 << 20)

    def test_a_flipped_byte_of_a_body_costs_that_message_only(self):
        journal = self.journal(self.closed)
        number = min(journal.segments)
        self.assertLess(number, journal.journal.checkpoint_begin >> 26, "the body should lie before what is replayed")
        frames, _ = self.frames(self.closed, number)
        sent = [fact for frame in frames for fact in read_facts(frame, FACTS) if fact.type == "sent"][0]
        name, offset = sent.place[0].name, sent.place[1]
        whole = json.loads(read(self.closed, "--json").stdout)

        answer = read(self.flipped(self.closed, name, offset + 500), "--json")

        self.assertEqual(1, answer.returncode)
        self.assertIn(f"{name}, offset {offset}: ", answer.stderr)
        damaged = json.loads(answer.stdout)
        others = [each for queue in damaged["queues"] for each in queue["messages"] if each["seq"] != sent.seq]
        self.assertEqual(others, [each for queue in whole["queues"] for each in queue["messages"] if each["seq"] != sent.seq])
        text = read(Path(self.copies.name, "copy"))
        self.assertEqual((1, 1), (text.returncode, text.stdout.count("DAMAGED")))

    def test_a_body_that_a_server_found_damaged_is_told_of(self):
        """The fact Damaged, and the flag in the next checkpoint."""
        frames, _ = self.frames(self.closed, min(self.journal(self.closed).segments))
        sent = [fact for frame in frames for fact in read_facts(frame, FACTS) if fact.type == "sent"][0]
        name, offset = sent.place[0].name, sent.place[1]
        copy = self.flipped(self.closed, name, offset + 500)
        with Server(data=str(copy), arguments=SMALL_SEGMENTS) as server:
            connection = Connection(server.port)
            large, plain = (connection.call("GetQueueUrl", QueueName=each)["QueueUrl"] for each in ("large", "plain"))
            while connection.call("ReceiveMessage", QueueUrl=large, MaxNumberOfMessages=10).get("Messages"):
                pass
            self.assertIn("damaged message: ", server.output())
            connection.call("SendMessage", QueueUrl=plain, MessageBody="then that is durable, too")
            connection.close()
            server.end(signal.SIGKILL)
            self.assertEqual(1, types_in(copy)["damaged"])
            self.expect_a_marked_message(copy, sent.seq, f"{name}, offset {offset}: ")
            server.start()
            self.assertEqual(0, server.end())
            self.assertEqual([], list(self.journal(copy).log()), "all should be in the checkpoint")
            self.expect_a_marked_message(copy, sent.seq, f"{name}, offset {offset}: ")

    def expect_a_marked_message(self, copy, seq, place):
        answer = read(copy, "--json")
        self.assertEqual(1, answer.returncode)
        self.assertIn(place, answer.stderr)
        [marked] = [each for queue in json.loads(answer.stdout)["queues"] for each in queue["messages"] if "damaged" in each]
        self.assertEqual((seq, "a server found its body damaged"), (marked["seq"], marked["damaged"]))


if __name__ == "__main__":
    unittest.main()
