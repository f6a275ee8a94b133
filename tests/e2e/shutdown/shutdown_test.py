#!/usr/bin/python3
"""How a server ends and starts: open calls answered on SIGTERM, nothing torn after it, one sentence when it can't start."""

import signal
import socket
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from server import Server

POLLS = 50
START_REFUSED_WITHIN_S = 10


class Ending(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.__exit__)
        self.server.start()
        self.url = Connection(self.server.port).call("CreateQueue", QueueName="q")["QueueUrl"]

    def wait_until_parked(self, count):
        """Until the server has read all that was sent to it: what is left is a long poll that waits."""
        probe = Connection(self.server.port)
        for _ in range(count):
            probe.call("GetQueueUrl", QueueName="q")

    def test_open_long_polls_are_answered_empty_and_the_exit_is_clean(self):
        polls = [Connection(self.server.port) for _ in range(POLLS)]
        for poll in polls:
            poll.start("ReceiveMessage", QueueUrl=self.url, WaitTimeSeconds=20)
        idle = socket.create_connection(("127.0.0.1", self.server.port))
        self.wait_until_parked(POLLS)

        started = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        answers = [poll.finish() for poll in polls]
        code = self.server.process.wait(20)

        self.assertTrue(all("Messages" not in answer for answer in answers))
        self.assertEqual(0, code, self.server.output())
        self.assertLess(time.monotonic() - started, 5)
        idle.close()

    def test_a_second_start_finds_everything_and_nothing_torn(self):
        connection = Connection(self.server.port)
        for each in range(20):
            connection.call("SendMessage", QueueUrl=self.url, MessageBody=f"body {each}")
        self.assertEqual(0, self.server.end())

        self.server.start()

        names = ["ApproximateNumberOfMessages"]
        attributes = Connection(self.server.port).call("GetQueueAttributes", QueueUrl=self.url, AttributeNames=names)
        self.assertEqual("20", attributes["Attributes"]["ApproximateNumberOfMessages"])
        self.assertNotIn("torn", self.server.output().lower())
        self.assertEqual([], list(Path(self.server.data).rglob("torn-*")))

    def test_a_server_killed_amid_work_starts_again_with_what_it_acknowledged(self):
        connection = Connection(self.server.port)
        bodies = [f"body {each}" for each in range(20)]
        sent = {connection.call("SendMessage", QueueUrl=self.url, MessageBody=body)["MessageId"] for body in bodies}
        self.server.end(signal.SIGKILL)

        self.server.start()

        connection = Connection(self.server.port)
        received = set()
        while messages := connection.call("ReceiveMessage", QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            received |= {message["MessageId"] for message in messages}
        self.assertEqual(sent, received)


class RefusedStarts(unittest.TestCase):
    def assert_refused(self, data, port, mention):
        """That a server on `data` and `port` says one sentence that holds `mention`, and exits with a failure."""
        other = Server(data=data, port=port)
        self.addCleanup(other.__exit__)
        other.spawn()
        code = other.process.wait(START_REFUSED_WITHIN_S)
        lines = other.output().strip().splitlines()
        self.assertNotEqual(0, code)
        self.assertEqual(1, len(lines), lines)
        self.assertIn(mention, lines[0])
        self.assertRegex(lines[0], r"\.$")

    def test_a_port_that_is_taken_is_told_in_one_sentence(self):
        with Server() as server, tempfile.TemporaryDirectory() as other_data:
            self.assert_refused(other_data, server.port, str(server.port))

    def test_a_directory_in_use_is_told_in_one_sentence(self):
        with Server() as server:
            self.assert_refused(server.data, None, server.data)
            Connection(server.port).call("ListQueues")

    def test_a_directory_that_cannot_be_made_is_told_in_one_sentence(self):
        with tempfile.NamedTemporaryFile() as file:
            self.assert_refused(file.name + "/data", None, file.name)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
