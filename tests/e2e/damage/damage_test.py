#!/usr/bin/python3
"""A damaged data directory, on the real binary: serve refuses, verify finds it, salvage saves the rest, serve goes on there."""

import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from server import Server, binary

PAGE = 4096
MESSAGES = 60


def mailrail(*arguments, **options):
    return subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=120, **options)


def digests(directory):
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in sorted(Path(directory).iterdir())}


class DamagedDirectory(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp(prefix="mailrail-damage-")
        self.addCleanup(shutil.rmtree, self.place)
        self.data = os.path.join(self.place, "my data")
        self.saved = self.data + "-salvaged"

    def serve(self, data):
        server = Server(data=data)
        server.start()
        self.addCleanup(server.__exit__)
        return server, Connection(server.port)

    def fill(self, how=signal.SIGKILL):
        """Messages of both kinds of queue, some deleted, one leased. Returns their ids by body, and the lease's handle."""
        server, connection = self.serve(self.data)
        plain = connection.call("CreateQueue", QueueName="plain")["QueueUrl"]
        fifo = connection.call(
            "CreateQueue", QueueName="chat.fifo",
            Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "43200"})["QueueUrl"]
        ids = {}
        for number in range(MESSAGES):
            body = f"plain {number}"
            ids[body] = connection.call("SendMessage", QueueUrl=plain, MessageBody=body)["MessageId"]
            body = f"chat {number}"
            sent = connection.call("SendMessage", QueueUrl=fifo, MessageBody=body, MessageGroupId="room")
            ids[body] = sent["MessageId"]
        [deleted] = connection.call("ReceiveMessage", QueueUrl=plain)["Messages"]
        connection.call("DeleteMessage", QueueUrl=plain, ReceiptHandle=deleted["ReceiptHandle"])
        del ids[deleted["Body"]]
        [leased] = connection.call("ReceiveMessage", QueueUrl=fifo)["Messages"]
        server.end(how)
        return ids, leased

    def flip(self, needle):
        """Damages the page in which these bytes stand, and returns where that is."""
        path = Path(self.data, "segment-000000000000")
        bytes_ = bytearray(path.read_bytes())
        at = bytes_.index(needle)
        bytes_[at] ^= 1
        path.write_bytes(bytes_)
        return at // PAGE * PAGE

    def received(self, data, leased):
        """What a server on the directory gives, by body; the lease is ended by its old handle."""
        server, connection = self.serve(data)
        fifo = connection.call("GetQueueUrl", QueueName="chat.fifo")["QueueUrl"]
        self.assertNotIn("Messages", connection.call("ReceiveMessage", QueueUrl=fifo), "the conversation is leased")
        connection.call("DeleteMessage", QueueUrl=fifo, ReceiptHandle=leased["ReceiptHandle"])
        found = {leased["Body"]: leased["MessageId"]}
        chat = []
        for name in ("plain", "chat.fifo"):
            url = connection.call("GetQueueUrl", QueueName=name)["QueueUrl"]
            while messages := connection.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                for each in messages:
                    self.assertNotIn(each["Body"], found)
                    found[each["Body"]] = each["MessageId"]
                    chat += [each["Body"]] if name == "chat.fifo" else []
                    connection.call("DeleteMessage", QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        self.assertEqual(chat, sorted(chat, key=lambda body: int(body.split()[1])), "in order")
        server.end()
        return found

    def test_a_damaged_directory_is_refused_verified_and_salvaged(self):
        ids, leased = self.fill()
        offset = self.flip(b"plain 20")
        before = digests(self.data)

        refused = mailrail("serve", "--data", self.data, "--listen", "127.0.0.1:0")
        self.assertEqual(1, refused.returncode)
        self.assertIn(f"segment-000000000000 at offset {offset}", refused.stderr)
        [offer] = re.findall("`(mailrail salvage .*)`", refused.stderr)

        verified = mailrail("verify", self.data)
        self.assertEqual((1, ""), (verified.returncode, verified.stderr))
        self.assertIn(f"at offset {offset}, 4,096 bytes: a frame is not valid", verified.stdout)
        self.assertIn(offer, verified.stdout)

        words = shlex.split(offer)
        self.assertEqual(["mailrail", "salvage", self.data, "--to", self.saved], words)
        salvaged = mailrail(*words[1:])
        self.assertEqual((1, ""), (salvaged.returncode, salvaged.stderr), salvaged.stdout)
        self.assertIn("and 118 messages", salvaged.stdout)
        self.assertEqual(before, digests(self.data), "the damaged directory is not changed")
        self.assertEqual(0, mailrail("verify", self.saved).returncode)

        del ids["plain 20"]
        self.assertEqual(ids, self.received(self.saved, leased))

    def test_nothing_is_lost_with_the_file_journal(self):
        for how in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(how=how):
                self.data, self.saved = tempfile.mkdtemp(dir=self.place), os.path.join(self.place, how.name)
                ids, leased = self.fill(how)
                Path(self.data, "JOURNAL").write_bytes(b"rubbish")

                self.assertEqual(1, mailrail("verify", self.data).returncode)
                salvaged = mailrail("salvage", self.data, "--to", self.saved)

                self.assertEqual(0, salvaged.returncode, salvaged.stdout)
                self.assertIn("Saved, and nothing is lost", salvaged.stdout)
                self.assertEqual(ids, self.received(self.saved, leased))

    def test_a_directory_in_use_is_not_looked_at(self):
        self.serve(self.data)

        for command in (["verify", self.data], ["salvage", self.data, "--to", self.saved]):
            refused = mailrail(*command)
            self.assertEqual(2, refused.returncode)
            self.assertEqual(f"mailrail: A server is using the data directory {self.data}; stop it first.\n", refused.stderr)
        self.assertFalse(os.path.exists(self.saved))

    def test_verify_needs_no_right_to_write_and_no_lock_file(self):
        self.fill()
        Path(self.data, "LOCK").unlink()
        before = digests(self.data)
        os.chmod(self.data, 0o500)
        self.addCleanup(os.chmod, self.data, 0o700)

        verified = mailrail("verify", self.data)

        self.assertEqual(0, verified.returncode, verified.stderr)
        self.assertIn("119 messages", verified.stdout)
        self.assertEqual(before, digests(self.data))

    def test_what_cannot_be_done_is_told_and_exits_with_2(self):
        self.fill()
        os.mkdir(self.saved)
        Path(self.saved, "notes.txt").write_text("mine")
        for command, sentence in (
            (["verify", self.place], "is no data directory of mailrail"),
            (["verify", self.data + "?"], "No such file or directory"),
            (["verify"], "DIR is required"),
            (["salvage", self.data], "--to is required"),
            (["salvage", self.data, "--to", self.saved], "is not empty: notes.txt is in it"),
            (["salvage", self.data, "--to", os.path.join(self.data, "x")], "cannot be put into the directory"),
            (["salvage", self.data, "--to", self.data], "cannot be put into the directory"),
        ):
            refused = mailrail(*command)
            self.assertEqual((2, ""), (refused.returncode, refused.stdout), command)
            self.assertIn(sentence, refused.stderr)
        self.assertEqual(["notes.txt"], os.listdir(self.saved))

    def test_a_bar_is_drawn_on_a_terminal_only(self):
        self.fill()

        drawn = subprocess.run(
            ["script", "--quiet", "--return", "--command", shlex.join([binary(), "verify", self.data]), "/dev/null"],
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)

        self.assertEqual(0, drawn.returncode)
        self.assertIn("verify  [", drawn.stdout)
        self.assertNotIn("verify  [", mailrail("verify", self.data).stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
