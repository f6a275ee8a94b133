#!/usr/bin/python3
"""Proves from the system calls that many sends share a sync, and that each is answered after the one it shares."""

import collections
import hashlib
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from server import SKIPPED
from traced import TracedCase, may_trace

CONNECTIONS = 64
ROUNDS = 8


class GroupCommit(TracedCase):
    """On a disk so slow that all clients have come by the time that a sync returns."""

    sync_s = 0.1

    def test_one_sync_serves_many_concurrent_sends(self):
        url = self.queue("q.fifo")

        def client(number):
            connection = Connection(self.server.port)
            for each in range(ROUNDS):
                body = f"proof-{number:03}-{each:03}"
                connection.call("SendMessage", QueueUrl=url, MessageBody=body, MessageGroupId=f"g{number}")
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
                served[self.sync_before_reply(trace, f"proof-{number:03}-{each:03}").began] += 1
        sends = CONNECTIONS * ROUNDS
        print(f"{sends} sends of {CONNECTIONS} connections were answered by {len(served)} syncs, "
              f"the busiest of which served {max(served.values())}.")
        # Those that wait for a sync and those that gather for the next make up all connections, so one is half of them.
        self.assertLessEqual(len(served), sends // 8)
        self.assertGreaterEqual(max(served.values()), CONNECTIONS // 2)

    def sync_before_reply(self, trace, body):
        """The sync that this message's reply waited for."""
        sync = trace.sync_of(trace.write_of(body))
        reply = trace.reply_with(hashlib.md5(body.encode()).hexdigest())
        self.assertIsNotNone(sync, f"{body} was never synced")
        self.assertLess(sync.returned, reply.began, f"the reply to {body} left before its sync returned")
        return sync


if __name__ == "__main__":
    if not may_trace():
        print("Skipped: this machine does not permit ptrace.")
        sys.exit(SKIPPED)
    unittest.main(warnings="ignore")
