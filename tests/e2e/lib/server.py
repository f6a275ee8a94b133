"""A mailrail server of a test's own: started on a free port and a temporary directory, ended by its process id.

The binary is $TESTED_MAILRAIL. setpriv ties the server's life to the test's: a test that is killed leaves nothing behind.
With $MAILRAIL_LOG its log is in that database, under a name that follows from its directory.
"""

import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

READY_WITHIN_S = 30
ENDED_WITHIN_S = 30
SKIPPED = 77  # The exit code by which ctest knows a skipped test.


def binary():
    path = os.environ.get("TESTED_MAILRAIL")
    if not path:
        raise SystemExit("set TESTED_MAILRAIL to the mailrail to test")
    return path


def free_port():
    """Below the range from which the system picks ports for outgoing connections, so that a restart finds it free again."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def raise_file_limit():
    """As many open files as the system lets us have; returns how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def log_arguments(data):
    if "MAILRAIL_LOG" not in os.environ:
        return []
    name = re.sub("[^a-z0-9]", "_", os.path.basename(data).lower())
    return ["--log", os.environ["MAILRAIL_LOG"], "--log-name", name]


class Server:
    """Use as a context: `with Server() as server`.

    `prefix` is a command to run the server under, `arguments` are more of those that `serve` takes, and `environment` is what
    the server sees beside the test's own.
    """

    def __init__(self, data=None, port=None, prefix=(), arguments=(), environment=None, address="127.0.0.1"):
        self.owns_data = data is None
        self.data = data or tempfile.mkdtemp(prefix="mailrail-")
        self.port = port or free_port()
        self.address = address
        self.endpoint = f"http://{address}:{self.port}"
        self.prefix = list(prefix)
        self.arguments = list(arguments)
        self.environment = dict(environment or {})
        self.process = None
        self.log = tempfile.TemporaryFile("w+")

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        if self.owns_data:
            shutil.rmtree(self.data, ignore_errors=True)

    def spawn(self):
        """Starts the process without waiting until it is ready."""
        self.log.seek(0)
        self.log.truncate()
        serve = [binary(), "serve", "--listen", f"{self.address}:{self.port}", "--data", self.data,
                 *log_arguments(self.data), *self.arguments]
        tied = ["setpriv", "--pdeathsig", "KILL"]
        command = [*tied, *self.prefix, *tied, *serve] if self.prefix else [*tied, *serve]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, **self.environment})

    def start(self):
        self.spawn()
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.is_ready():
                return
            time.sleep(0.005)
        raise AssertionError(f"the server did not become ready (exit code {self.process.poll()})\n{self.output()}")

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.endpoint + "/readyz", timeout=1):
                return True
        except OSError:
            return False

    def end(self, how=signal.SIGTERM):
        """Ends the process and returns its exit code."""
        self.process.send_signal(how)
        return self.process.wait(ENDED_WITHIN_S)

    def output(self):
        """What it has printed."""
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        """Ends it cleanly, which takes a checkpoint."""
        code = self.end()
        if code != 0:
            raise AssertionError(f"the server did not end cleanly, with exit code {code}\n{self.output()}")

    def newest_checkpoint(self):
        """The number of the newest file of a checkpoint in its directory; None before the first."""
        names = (name.removeprefix("checkpoint-") for name in os.listdir(self.data) if name.startswith("checkpoint-"))
        return max(map(int, names), default=None)

    def process_id(self):
        """Of the server itself, where it runs under a prefix."""
        if not self.prefix:
            return self.process.pid
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
            return int(children.read().split()[0])
