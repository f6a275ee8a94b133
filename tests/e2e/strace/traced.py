"""A server under strace, and what a test of its system calls begins with."""

import functools
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from calls import Connection
from server import Server
from system_calls import Trace

TRACED = "read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,pwritev2,fdatasync,fsync"
WRITTEN_WITHIN_S = 30
ENDED_WITHIN_S = 60
SLOWER_SYNCS_S = (1, 4)


def may_trace():
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


class TracedServer(Server):
    """`sync_s` is how long each sync takes at least."""

    def __init__(self, sync_s):
        self.trace_file = tempfile.NamedTemporaryFile(prefix="mailrail-strace-")
        options = ["-f", "-qq", "-s", "65536", "-o", self.trace_file.name, "-e", f"trace={TRACED}"]
        if sync_s:
            # Not its exit, which strace would tell of before the wait.
            options += ["-e", f"inject=fdatasync:delay_enter={int(sync_s * 1_000_000)}"]
        super().__init__(prefix=["strace", *options])

    def wait_until_written(self, marker):
        """Until a file has been given these bytes. Slow syncs leave time to do something before they are synced."""
        deadline = time.monotonic() + WRITTEN_WITHIN_S
        with open(self.trace_file.name, errors="replace") as trace:
            seen = ""
            while time.monotonic() < deadline:
                seen += trace.read()
                lines, _, seen = seen.rpartition("\n")
                if any(marker in line and "pwrite" in line for line in lines.splitlines()):
                    return
                time.sleep(0.005)
        raise AssertionError(f"{marker} was not written within {WRITTEN_WITHIN_S} s")

    def finished_trace(self):
        """Ends the server and returns what was seen of it."""
        os.kill(self.process_id(), signal.SIGTERM)
        if self.process.wait(ENDED_WITHIN_S) != 0:
            raise AssertionError(f"the server exited with {self.process.returncode}\n{self.output()}")
        return self.trace()

    def trace(self):
        """What was seen of it so far. The line that is being written is left out."""
        lines, _, _ = Path(self.trace_file.name).read_text(errors="replace").rpartition("\n")
        return Trace(lines.splitlines())


class Inconclusive(AssertionError):
    """What should have happened during a sync came after it."""


def patiently(test):
    """Runs a test that is inconclusive again, with syncs that leave even a busy machine the time."""

    @functools.wraps(test)
    def run(self):
        for self.sync_s in SLOWER_SYNCS_S:
            try:
                return test(self)
            except Inconclusive:
                self.doCleanups()
                self.begin()
        return test(self)

    return run


class TracedCase(unittest.TestCase):
    sync_s = 0  # How long a sync takes at least.

    def setUp(self):
        self.begin()

    def begin(self):
        self.server = TracedServer(self.sync_s)
        self.addCleanup(self.server.__exit__)
        self.server.start()
        self.connection = self.connect()

    def connect(self):
        connection = Connection(self.server.port)
        self.addCleanup(connection.close)
        return connection

    def queue(self, name, **attributes):
        if name.endswith(".fifo"):
            attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", **attributes}
        return self.connection.call("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]
