"""Servers of one log in PostgreSQL: one owns it, the others stand by and forward to it what they are asked."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from calls import Connection, Refused
from postgres import state, until
from server import Server, binary

STANDBY = re.compile(r"standby: (\d+) bytes behind, last look (\d+) ms ago")
LOG_NAME = "log"
SERVICE_WITHIN_S = 60


class Node(Server):
    """A server on that log."""

    def __init__(self, url, environment, arguments=(), **places):
        super().__init__(arguments=["--log", url, "--log-name", LOG_NAME, *arguments], environment=environment, **places)

    def readiness(self):
        """The status of /readyz and what it says; None where nothing answers in time."""
        try:
            with urllib.request.urlopen(self.endpoint + "/readyz", timeout=1) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return None

    def bytes_behind(self):
        """As a standby; None if it is none."""
        told = self.readiness()
        found = told and told[0] == 503 and STANDBY.match(told[1])
        return int(found[1]) if found else None

    def is_running(self):
        return self.process.poll() is None and state(self.process.pid) != "T"

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        until(lambda: state(self.process.pid) == "T", "the server has stopped")

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) * 1024


class Nodes:
    """Use as a context, with databases that run. It starts with an owner and a standby that is not behind."""

    def __init__(self, *databases, count=2, arguments=(), addresses=("127.0.0.1",), port=None):
        url = databases[0].url(*databases[1:])
        self.nodes = [Node(url, databases[0].environment(), arguments, address=addresses[number % len(addresses)], port=port)
                      for number in range(count)]

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for node in self.nodes:
                stack.callback(node.__exit__)
            for node in self.nodes:
                node.spawn()
            self.await_whole()
            stack.pop_all()
        return self

    def __exit__(self, *details):
        for node in self.nodes:
            node.__exit__(*details)

    @property
    def ports(self):
        return [node.port for node in self.nodes]

    def running(self):
        return [node for node in self.nodes if node.is_running()]

    def owner(self):
        """None while there is none."""
        return next((node for node in self.running() if node.is_ready()), None)

    def standby(self):
        return next((node for node in self.running() if node.bytes_behind() is not None), None)

    def is_whole(self):
        behind = [node.bytes_behind() for node in self.running() if not node.is_ready()]
        return len(behind) == len(self.nodes) - 1 and None not in behind

    def await_whole(self):
        until(lambda: self.is_whole() or self.has_ended(), self.telling("one node owns the log, and each other stands by"),
              SERVICE_WITHIN_S)
        if self.has_ended():
            raise AssertionError(f"a node ended by itself\n{self.output()}")

    def has_ended(self):
        return any(node.process.poll() is not None for node in self.nodes)

    def telling(self, sentence):
        return lambda: f"{sentence}\n{self.output()}"

    def output(self):
        return "\n".join(f"--- {node.port}\n{node.output()}" for node in self.nodes)

    def await_service(self, nodes=None):
        """Returns how long it took until something got into the log, by way of any of these nodes."""
        began = time.monotonic()
        until(lambda: any(is_served(node) for node in nodes or self.running()), self.telling("something gets into the log"),
              SERVICE_WITHIN_S)
        return time.monotonic() - began

    def promote(self, node):
        """The planned switch-over to that standby. Returns what the command printed."""
        done = subprocess.run([binary(), "standby", "promote", "--endpoint-url", node.endpoint], capture_output=True, text=True,
                              env=os.environ, timeout=30)
        if done.returncode != 0:
            raise AssertionError(f"standby promote: exit code {done.returncode}\n{done.stdout}{done.stderr}\n{self.output()}")
        return done.stdout


def is_told_to_wait(node):
    """Whether it answers that it can't do anything now, as one that SDKs ask again."""
    connection = Connection(node.port, timeout=5)
    try:
        connection.call("ListQueues")
        return False
    except (OSError, http.client.HTTPException):
        return False
    except Refused as refused:
        return refused.status == 503 and refused.code == "ServiceUnavailable"
    finally:
        connection.close()


def is_served(node):
    """Whether something gets into the log: a queue, which is ended again."""
    connection = Connection(node.port, timeout=5)
    try:
        url = connection.call("CreateQueue", QueueName="probe")["QueueUrl"]
        connection.call("DeleteQueue", QueueUrl=url)
        return True
    except (OSError, http.client.HTTPException):
        return False
    except Refused as refused:
        if refused.status != 503:
            raise
        return False
    finally:
        connection.close()
