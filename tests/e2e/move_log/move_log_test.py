#!/usr/bin/python3
"""`mailrail move-log` between a directory and a real PostgreSQL, there and back.

What is the same afterwards is judged by a second reader of the journal (tools/journal.py) and by clients that go on.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from postgres import PASSWORD, Postgres
from server import Server, binary

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "data" / "irc-conversations.jsonl"
MADE_UP = 20_000  # Messages where the corpus is not there: enough for the frames that an attempt is killed at.
WITHIN_S = 300
NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # In a message's body.


def chat():
    """Conversation and text of each message, in the order in which they were said."""
    if not CORPUS.exists():
        return [(f"conversation {number % 97}", f"message {number} " + "x" * (number % 400)) for number in range(MADE_UP)]
    with open(CORPUS) as lines:
        return [(each["conversation"], NOT_ALLOWED.sub("?", each["text"])) for each in map(json.loads, lines)]


def journal(directory):
    """All that it holds but where bodies lie, as the second reader says it."""
    read = subprocess.run([sys.executable, str(ROOT / "tools" / "journal.py"), directory],
                          capture_output=True, text=True, timeout=WITHIN_S)
    if read.returncode != 0:
        raise AssertionError(read.stdout + read.stderr)
    held = json.loads(read.stdout)
    del held["journal"]
    for queue in held["queues"]:
        for message in queue["messages"]:
            del message["position"]
    return held


class MovedLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = cls.enterClassContext(Postgres())

    def setUp(self):
        self.place = tempfile.mkdtemp(prefix="mailrail-move-")
        self.addCleanup(shutil.rmtree, self.place)
        self.data = f"{self.place}/my data"
        self.back = f"{self.place}/back"
        self.name = f"log_{os.path.basename(self.place)[-8:].lower()}"
        self.url = self.database.url()

    def command(self, *arguments):
        return [binary(), *arguments, "--log-name", self.name]

    def mailrail(self, *arguments, environment=None):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=WITHIN_S,
                              env={**os.environ, **self.database.environment(), **(environment or {})})

    def move(self, source, target, expected=0):
        done = self.mailrail("move-log", source, target)
        self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
        return done.stdout + done.stderr

    @contextlib.contextmanager
    def serving(self, data, log=None):
        arguments = ["--log", log, "--log-name", self.name] if log else []
        with Server(data=data, arguments=arguments, environment=self.database.environment()) as server:
            with contextlib.closing(Connection(server.port)) as connection:
                yield server, connection
            server.stop()

    def fill(self, messages):
        """Chat in a FIFO queue, with its ids and numbers; some of another queue, one of which is held, and a topic."""
        with self.serving(self.data) as (server, connection):
            fifo = connection.call("CreateQueue", QueueName="chat.fifo",
                                   Attributes={"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId",
                                               "DeduplicationScope": "messageGroup"})["QueueUrl"]
            plain = connection.call("CreateQueue", QueueName="plain",
                                    Attributes={"VisibilityTimeout": "43200"}, tags={"team": "chat"})["QueueUrl"]
            connection.call("SendMessage", QueueUrl=plain, MessageBody="held")
            [held] = connection.call("ReceiveMessage", QueueUrl=plain)["Messages"]
            connection.call("SendMessage", QueueUrl=plain, MessageBody="free", MessageAttributes={
                "shop": {"DataType": "String", "StringValue": "north"}})
            self.send(server.port, fifo, messages)
            again = connection.call("SendMessage", QueueUrl=fifo, MessageGroupId="again", MessageBody="once",
                                    MessageDeduplicationId="the-same")
        return {"held": held, "again": again}

    @staticmethod
    def send(port, queue, messages):
        """Each conversation in its order, several at once."""
        lanes = [[] for _ in range(8)]
        for number, (conversation, text) in enumerate(messages):
            lanes[hash(conversation) % len(lanes)].append(
                {"Id": str(number), "MessageGroupId": conversation[:128].replace(" ", "_"), "MessageBody": text or "-",
                 "MessageDeduplicationId": str(number)})

        def send_lane(lane):
            with contextlib.closing(Connection(port)) as connection:
                for begin in range(0, len(lane), 10):
                    sent = connection.call("SendMessageBatch", QueueUrl=queue, Entries=lane[begin:begin + 10])
                    if sent.get("Failed"):
                        raise AssertionError(sent["Failed"])

        with ThreadPoolExecutor(len(lanes)) as pool:
            list(pool.map(send_lane, lanes))

    def test_moves_real_chat_there_and_back(self):
        messages = chat()
        known = self.fill(messages)
        before = journal(self.data)

        moved = self.move(f"file:{self.data}", self.url)
        self.assertIn(f"2 queues, 0 topics and {len(messages) + 3:,} messages", moved)
        self.assertIn("all of it was read back and is the same", moved)
        self.assertTrue(journal(self.data) == before)
        verified = self.mailrail("verify", self.url)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn(f"2 queues, {len(messages) + 3:,} messages", verified.stdout)

        self.move(self.url, f"file:{self.back}")
        self.assertTrue(journal(self.back) == before)
        with self.serving(self.back) as (_, connection):
            self.go_on(connection, known)

    def test_a_server_goes_on_in_the_database_and_its_log_moves_back(self):
        known = self.fill(chat()[:1_000])
        self.move(f"file:{self.data}", self.url)

        with self.serving(f"{self.place}/cache", self.url) as (_, connection):
            self.go_on(connection, known)
        moved = self.move(self.url, f"file:{self.back}")

        self.assertIn("2 queues, 0 topics and 1,002 messages", moved)
        with self.serving(self.back) as (_, connection):
            plain = connection.call("GetQueueUrl", QueueName="plain")["QueueUrl"]
            attributes = connection.call("GetQueueAttributes", QueueUrl=plain, AttributeNames=["All"])["Attributes"]
            self.assertEqual(attributes["ApproximateNumberOfMessagesNotVisible"], "1")
            chat_url = connection.call("GetQueueUrl", QueueName="chat.fifo")["QueueUrl"]
            received = connection.call("ReceiveMessage", QueueUrl=chat_url, MaxNumberOfMessages=10)["Messages"]
            self.assertEqual(len(received), 10)

    def go_on(self, connection, known):
        """A client that knows nothing of the move."""
        plain = connection.call("GetQueueUrl", QueueName="plain")["QueueUrl"]
        fifo = connection.call("GetQueueUrl", QueueName="chat.fifo")["QueueUrl"]
        self.assertEqual(connection.call("ListQueueTags", QueueUrl=plain)["Tags"], {"team": "chat"})
        [free] = connection.call("ReceiveMessage", QueueUrl=plain, MaxNumberOfMessages=10,
                                 MessageAttributeNames=["All"])["Messages"]
        self.assertEqual(free["Body"], "free")
        self.assertEqual(free["MessageAttributes"]["shop"]["StringValue"], "north")
        connection.call("DeleteMessage", QueueUrl=plain, ReceiptHandle=known["held"]["ReceiptHandle"])
        attributes = connection.call("GetQueueAttributes", QueueUrl=plain, AttributeNames=["All"])["Attributes"]
        self.assertEqual(attributes["ApproximateNumberOfMessagesNotVisible"], "1")
        again = connection.call("SendMessage", QueueUrl=fifo, MessageGroupId="again", MessageBody="once",
                                MessageDeduplicationId="the-same")
        self.assertEqual({**again, "request_id": ""}, {**known["again"], "request_id": ""})

    def test_half_of_a_log_is_no_log_and_the_next_attempt_moves_all(self):
        self.fill(chat()[:20_000])
        before = journal(self.data)

        for frames in (1, 4, 9):
            self.database.query(f"drop schema if exists mailrail_{self.name} cascade")
            self.kill_at(frames)
            refused = self.move(self.url, f"file:{self.back}", expected=1)
            self.assertIn("a copy that is not finished", refused)
            self.assertFalse(os.path.exists(self.back))

        self.move(f"file:{self.data}", self.url)
        self.move(self.url, f"file:{self.back}")
        self.assertTrue(journal(self.back) == before)

    def kill_at(self, frames):
        """Kills an attempt that has written so many."""
        attempt = subprocess.Popen(self.command("move-log", f"file:{self.data}", self.url),
                                   env={**os.environ, **self.database.environment()})
        with self.database.session() as session:
            while self.frames_seen(session) < frames:
                self.assertIsNone(attempt.poll())
        attempt.send_signal(signal.SIGKILL)
        attempt.wait()

    def frames_seen(self, session):
        """How many there are; none while there is no table of them."""
        answer = session.run(f"select count(*) from mailrail_{self.name}.log")
        return int(answer[0]) if answer[0].isdigit() else 0

    def test_an_interrupted_move_to_a_directory_says_what_to_do(self):
        self.fill(chat()[:20_000])
        attempt = subprocess.Popen(self.command("move-log", f"file:{self.data}", f"file:{self.back}"))
        while not os.path.exists(f"{self.back}/JOURNAL"):
            self.assertIsNone(attempt.poll())
        attempt.send_signal(signal.SIGKILL)
        attempt.wait()

        refused = self.move(f"file:{self.data}", f"file:{self.back}", expected=2)

        self.assertIn(f"{self.back} is the unfinished result of `mailrail move-log`; remove it and move again", refused)

    def test_leaves_alone_what_is_in_use(self):
        self.fill(chat()[:100])
        self.move(f"file:{self.data}", self.url)
        with self.serving(self.data):
            self.assertIn("is using the data directory", self.move(f"file:{self.data}", f"file:{self.back}", expected=2))
        is_over = threading.Event()
        lease = f"mailrail_{self.name}.lease"
        self.database.query(f"update {lease} set epoch = epoch + 1, node = 'one', address = '10.0.0.1:4566'")

        def live():
            while not is_over.wait(0.5):
                self.database.query(f"update {lease} set beats = beats + 1")

        owner = threading.Thread(target=live)
        owner.start()
        try:
            self.assertIn("in use by one at 10.0.0.1:4566", self.move(self.url, f"file:{self.back}", expected=2))
            verified = self.mailrail("verify", self.url)
            self.assertEqual(verified.returncode, 2)
            self.assertIn("in use by one at 10.0.0.1:4566", verified.stderr)
        finally:
            is_over.set()
            owner.join()

        self.move(self.url, f"file:{self.back}")  # It is dead now.

    def test_refuses_what_cannot_be_meant(self):
        self.fill(chat()[:100])
        self.move(f"file:{self.data}", self.url)
        secret = self.url.replace("@", f":{PASSWORD[:1]}x@")
        nowhere = self.url.rsplit("/", 1)[0] + "/nowhere"
        for arguments, sentence in (
                ((f"file:{self.data}", self.url), "is not empty. Name a log that is not there yet."),
                ((f"file:{self.data}", f"file:{self.data}"), "cannot be put into the directory"),
                ((self.url, self.url), "can't be moved to where it is"),
                ((self.data, self.url), "must be file:DIR or postgres://"),
                ((f"file:{self.place}/none", self.url), "none"),
                ((f"file:{self.place}", self.url), "is no data directory of mailrail"),
                ((secret, f"file:{self.back}"), "has a password in it"),
                ((nowhere, f"file:{self.back}"), "nowhere"),
        ):
            with self.subTest(arguments):
                refused = self.move(*arguments, expected=2)

                self.assertIn(sentence, refused)
                self.assertFalse(os.path.exists(self.back))
        self.name += "_other"
        self.assertIn("There is no log", self.move(self.url, f"file:{self.back}", expected=2))
        self.assertEqual(self.mailrail("verify", self.url).returncode, 2)
        self.assertFalse(os.path.exists(self.back))
        self.assertEqual(self.database.value(
            f"select count(*) from pg_namespace where nspname = 'mailrail_{self.name}'"), "0")

    def test_verify_finds_a_changed_byte_and_changes_nothing(self):
        self.fill(chat()[:2_000])
        self.move(f"file:{self.data}", self.url)
        schema = f"mailrail_{self.name}"
        everything = f"select md5(string_agg(l::text, ',' order by position)) from {schema}.log l"
        before = self.database.query(everything), self.database.query(f"table {schema}.lease")
        self.assertEqual(self.mailrail("verify", self.url).returncode, 0)
        self.assertEqual((self.database.query(everything), self.database.query(f"table {schema}.lease")), before)

        self.database.query(f"update {schema}.log set data = set_byte(data, 5000, get_byte(data, 5000) # 1)")
        damaged = self.mailrail("verify", self.url)

        self.assertEqual(damaged.returncode, 1)
        self.assertIn("of queue chat.fifo cannot be read", damaged.stdout)
        self.assertEqual(self.mailrail("move-log", self.url, f"file:{self.back}").returncode, 1)


if __name__ == "__main__":
    unittest.main()
