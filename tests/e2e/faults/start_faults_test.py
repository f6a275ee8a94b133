#!/usr/bin/python3
"""Every call that a start makes fails once: it refuses in one sentence, and the next start finds all that was acknowledged."""

import collections
import http.client
import itertools
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path += [str(here.parent / "lib"), str(here.parent / "ledger")]

from calls import Connection
from clients import message_counts
from faulty_server import FaultyServer

ENDED_WITHIN_S = 30
CALLS = ("open", "write", "zeros", "fdatasync", "fsync", "rename", "unlink", "fallocate", "ftruncate")
ERRORS = {"EIO": "Input/output error", "ENOSPC": "No space left on device"}
MESSAGES = 20


class Starts(unittest.TestCase):
    def setUp(self):
        self.server = FaultyServer()
        self.addCleanup(self.server.__exit__)
        self.refusals = collections.Counter()

    def refused(self, faults):
        """Whether a start with these faults refuses, as it should if one of them is reached before it is ready."""
        self.server.expect(faults)
        self.server.spawn()
        while self.server.process.poll() is None:
            if self.server.is_ready():
                self.server.end(signal.SIGKILL)
                return False
            time.sleep(0.002)
        code = self.server.process.wait(ENDED_WITHIN_S)
        hit = self.server.hits()[-1]
        lines = self.server.output().strip().splitlines()
        self.assertEqual(1, code, (faults, lines))
        if "the log failed, nothing more is acknowledged" in lines[-1]:  # It served, and that was not seen.
            return False
        self.assertEqual(1, len(lines), lines)
        self.assertIn(ERRORS[faults.rpartition(":")[2]], lines[0])
        self.assertRegex(lines[0], r"^mailrail: Cannot .*\.$")
        self.refusals[hit.call] += 1
        return True

    def every_fault(self, check):
        """Fails the first, the second ... call of each kind until a start no longer gets there; checks after each."""
        for call in CALLS:
            number = 1
            while self.refused(f"{call}:{number}:{'EIO' if number % 2 else 'ENOSPC'}"):
                check()
                number += 1
            check()

    def started(self):
        self.server.expect("")
        self.server.start()
        return Connection(self.server.port)

    def test_a_new_directory_can_be_started_in_after_any_failed_start(self):
        def check():
            self.started().call("CreateQueue", QueueName="q")
            self.server.end(signal.SIGKILL)
            for each in Path(self.server.data).iterdir():
                each.unlink()

        self.every_fault(check)

        self.tell("new")

    def sent(self):
        """The url of a queue in which messages were acknowledged."""
        connection = self.started()
        url = connection.call("CreateQueue", QueueName="q")["QueueUrl"]
        for each in range(MESSAGES):
            connection.call("SendMessage", QueueUrl=url, MessageBody=f"body {each}")
        self.server.end(signal.SIGKILL)
        return url

    def assert_all_there(self, url):
        self.assertEqual(MESSAGES, sum(message_counts(self.started(), url)))
        self.server.end(signal.SIGKILL)

    def test_a_directory_in_use_has_everything_after_any_failed_start(self):
        url = self.sent()
        failed = itertools.count(1)

        def check():
            if next(failed) % 3 == 0:  # Most failed starts are followed by another one that fails.
                self.assert_all_there(url)

        self.every_fault(check)

        received = []
        connection = self.started()
        while messages := connection.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            received += [each["Body"] for each in messages]
        self.assertEqual(sorted(f"body {each}" for each in range(MESSAGES)), sorted(received))
        self.tell("used")

    def test_a_torn_frame_is_trimmed_after_any_failed_start(self):
        url = self.sent()
        torn, data = Path(self.server.notes.name, "torn"), Path(self.server.data)
        copy = ["cp", "--recursive", "--sparse=always", "--no-target-directory"]

        def restore():
            shutil.rmtree(data)
            subprocess.run([*copy, torn, data], check=True)

        def check():
            self.assert_all_there(url)
            self.assertTrue(list(data.glob("torn-*")))
            restore()

        self.tear(url)
        subprocess.run([*copy, data, torn], check=True)
        self.every_fault(check)

        self.tell("torn")

    def tear(self, url):
        """Ends the server amid a frame that has several pages: one write is short, and what should continue it fails."""
        self.server.expect("write:1:short,write:2:EIO", "armed")
        self.server.start()
        connection = Connection(self.server.port)
        self.server.arm()
        with self.assertRaises((OSError, http.client.HTTPException)):
            connection.call("SendMessage", QueueUrl=url, MessageBody="x" * 100_000)
        self.assertEqual(1, self.server.process.wait(ENDED_WITHIN_S))

    def test_a_file_system_that_cannot_reserve_space_will_do(self):
        self.server.expect("fallocate:1-:EOPNOTSUPP")
        self.server.start()
        Connection(self.server.port).call("CreateQueue", QueueName="q")
        self.server.end(signal.SIGKILL)
        self.assertTrue(self.server.hits())

    def test_one_that_cannot_reserve_space_and_is_full_is_refused(self):
        self.assertTrue(self.refused("fallocate:1-:EOPNOTSUPP,ftruncate:1:ENOSPC"))

    def test_a_stop_without_space_for_a_checkpoint_says_so_and_loses_nothing(self):
        url = self.sent()
        self.server.expect("fallocate:1-:ENOSPC", "armed")
        self.server.start()
        self.server.arm()
        self.assertEqual(0, self.server.end(signal.SIGTERM), self.server.output())
        self.assertTrue(self.server.hits())
        self.assertRegex(self.server.output(), r"no space for a checkpoint.*: Cannot .*: No space left on device\.")
        self.assert_all_there(url)

    def tell(self, kind):
        counts = ", ".join(f"{count} at {call}" for call, count in self.refusals.items())
        print(f"Starts in a {kind} directory refused: {counts}.")
        for call in ("open", "write", "fdatasync", "fsync", "rename"):
            self.assertGreater(self.refusals[call], 0, f"no {call} of a start was made to fail")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
