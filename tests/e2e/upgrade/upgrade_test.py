#!/usr/bin/python3
"""Data of earlier versions opens with all that is in it and goes on; data of a later version is refused with one sentence."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from server import Server, binary, free_port

ARCHIVES = sorted((Path(__file__).resolve().parents[2] / "data").glob("*.tar.xz"))


class Upgrade(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="mailrail-upgrade-")
        self.addCleanup(shutil.rmtree, self.directory)

    def unpack(self, archive):
        """The data directory that was in it."""
        with tarfile.open(archive) as tar:
            tar.extractall(Path(self.directory) / archive.name)
        return Path(self.directory) / archive.name / "data"

    def connect(self, server):
        connection = Connection(server.port)
        self.addCleanup(connection.close)
        return connection.call

    def drain(self, call, url):
        """Bodies, in the order in which they are given."""
        bodies = []
        while messages := call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30).get("Messages"):
            for each in messages:
                bodies.append(each["Body"])
                call("DeleteMessage", QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return bodies

    def expect_all_of_it(self, call):
        urls = {url.rpartition("/")[2]: url for url in call("ListQueues")["QueueUrls"]}
        self.assertEqual({"chat.fifo", "dead", "late", "work"}, set(urls))
        self.assertEqual({"team": "orders"}, call("ListQueueTags", QueueUrl=urls["work"])["Tags"])
        ordered = self.drain(call, urls["chat.fifo"])
        self.assertEqual(["a2", "a3", "a4"], [body for body in ordered if body.startswith("a")])
        self.assertEqual(["b1", "b2", "b3"], [body for body in ordered if body.startswith("b")])
        self.assertEqual(["poison"], self.drain(call, urls["dead"]))
        self.assertEqual({"w1", "w2" + "." * 5000}, set(self.drain(call, urls["work"])))

    def test_what_an_earlier_version_wrote_is_all_there_and_goes_on(self):
        self.assertTrue(ARCHIVES)
        for archive in ARCHIVES:
            with self.subTest(archive.name), Server(data=str(self.unpack(archive)), arguments=["--disk-limit", "512MiB"]) as server:
                call = self.connect(server)
                self.expect_all_of_it(call)
                call("SendMessage", QueueUrl="late", MessageBody="by the new one")
                server.stop()
                server.start()

                self.assertEqual(["by the new one"], self.drain(self.connect(server), "late"))

    def test_it_is_whole_by_verify(self):
        for archive in ARCHIVES:
            with self.subTest(archive.name):
                verified = subprocess.run([binary(), "verify", str(self.unpack(archive))], capture_output=True, text=True, timeout=60)
                self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)

    def test_a_later_journal_is_refused_and_left_as_it_is(self):
        data = self.unpack(ARCHIVES[0])
        journal = data / "JOURNAL"
        later = bytearray(journal.read_bytes())
        later[8] = 250
        journal.write_bytes(later)
        before = {each: os.stat(data / each).st_mtime_ns for each in sorted(os.listdir(data))}

        refused = subprocess.run([binary(), "serve", "--listen", f"127.0.0.1:{free_port()}", "--data", str(data)],
                                 capture_output=True, text=True, timeout=60)

        self.assertEqual(1, refused.returncode)
        self.assertRegex(refused.stderr, r"journal format 250, and this mailrail knows none above \d+; use a newer mailrail")
        self.assertEqual(before, {each: os.stat(data / each).st_mtime_ns for each in sorted(os.listdir(data))})


if __name__ == "__main__":
    unittest.main()
