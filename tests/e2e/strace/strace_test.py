#!/usr/bin/python3
"""Proves from the system calls that a reply leaves only after the sync of what it acknowledges, and that syncs are shared."""

import collections
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from server import SKIPPED, Server
from system_calls import Trace

TRACED = "write,writev,sendto,sendmsg,pwrite64,pwritev,pwritev2,fdatasync,fsync"
CONNECTIONS = 64
ROUNDS = 8
SLOW_SYNC_US = 100_000


def may_trace():
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


class TracedServer(Server):
    def __init__(self, slow_syncs):
        self.trace_file = tempfile.NamedTemporaryFile(prefix="mailrail-strace-")
        options = ["-f", "-qq", "-s", "262144", "-o", self.trace_file.name, "-e", f"trace={TRACED}"]
        if slow_syncs:
            options += ["-e", f"inject=fdatasync:delay_exit={SLOW_SYNC_US}"]
        super().__init__(prefix=["strace", *options])

    def finished_trace(self):
        """Ends the server and returns what was seen of it."""
        os.kill(self.process_id(), signal.SIGTERM)
        if self.process.wait(60) != 0:
            raise AssertionError(f"the server exited with {self.process.returncode}\n{self.output()}")
        return Trace(Path(self.trace_file.name).read_text(errors="replace").splitlines())


class TracedCase(unittest.TestCase):
    slow_syncs = False

    def setUp(self):
        self.server = TracedServer(self.slow_syncs)
        self.addCleanup(self.server.__exit__)
        self.server.start()
        self.connection = Connection(self.server.port)
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        self.url = self.connection.call("CreateQueue", QueueName="q.fifo", Attributes=attributes)["QueueUrl"]

    def send(self, connection, body, group="g"):
        return connection.call("SendMessage", QueueUrl=self.url, MessageBody=body, MessageGroupId=group)

    def assert_synced_before_reply(self, trace, body):
        """Returns the sync that this message's reply waited for."""
        write = trace.write_of(body)
        reply = trace.reply_with(hashlib.md5(body.encode()).hexdigest())
        sync = trace.sync_of(write)
        self.assertIsNotNone(sync, f"{body} was never synced")
        self.assertLess(sync.returned, reply.began, f"the reply to {body} left before its sync returned")
        return sync


class Durability(TracedCase):
    def test_a_send_is_answered_after_its_sync_returned(self):
        bodies = [f"proof-alone-{each:04}" for each in range(20)]
        for body in bodies:
            self.send(self.connection, body)

        trace = self.server.finished_trace()

        for body in bodies:
            self.assert_synced_before_reply(trace, body)

    def test_a_lease_and_a_delete_of_a_conversation_are_answered_after_a_sync(self):
        self.send(self.connection, "proof-lease")
        ids = []
        received = self.connection.call("ReceiveMessage", QueueUrl=self.url)
        ids.append(received["request_id"])
        handle = received["Messages"][0]["ReceiptHandle"]
        deleted = self.connection.call("DeleteMessage", QueueUrl=self.url, ReceiptHandle=handle)
        ids.append(deleted["request_id"])

        trace = self.server.finished_trace()

        previous = trace.reply_with(hashlib.md5(b"proof-lease").hexdigest())
        for request_id in ids:
            reply = trace.reply_with(request_id)
            syncs = [sync for sync in trace.syncs if previous.returned < sync.began and sync.returned < reply.began]
            self.assertTrue(syncs, "a reply about a FIFO message left without a sync of its own")
            previous = reply


class GroupCommit(TracedCase):
    """On a disk so slow that all clients have come by the time that a sync returns."""

    slow_syncs = True

    def test_one_sync_serves_many_concurrent_sends(self):
        def client(number):
            connection = Connection(self.server.port)
            for each in range(ROUNDS):
                self.send(connection, f"proof-{number:03}-{each:03}", group=f"g{number}")
            connection.close()

        clients = [threading.Thread(target=client, args=(number,)) for number in range(CONNECTIONS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        trace = self.server.finished_trace()

        served = collections.Counter()
        for number in range(CONNECTIONS):
            for each in range(ROUNDS):
                served[self.assert_synced_before_reply(trace, f"proof-{number:03}-{each:03}").began] += 1
        sends = CONNECTIONS * ROUNDS
        print(f"{sends} sends of {CONNECTIONS} connections were answered by {len(served)} syncs, "
              f"the busiest of which served {max(served.values())}.")
        # Those that wait for a sync and those that gather for the next make up all connections, so one is half of them.
        self.assertLessEqual(len(served), sends // 8)
        self.assertGreaterEqual(max(served.values()), CONNECTIONS // 2)


if __name__ == "__main__":
    if not may_trace():
        print("Skipped: this machine does not permit ptrace.")
        sys.exit(SKIPPED)
    unittest.main(warnings="ignore")
