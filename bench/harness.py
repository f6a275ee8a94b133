"""What figures are measured with: servers of their own, each ended by its process id, and the load generator."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

SERVER_THREADS = 2  # mailrail's default, and so what the comparison gets.
ROUNDS = 3


class Setting:
    """Where binaries and data are, and how large the large figures are."""

    def __init__(self, arguments):
        self.build = Path(arguments.build).resolve()
        self.mailrail = self.build / "mailrail"
        self.load = self.build / "bench" / "load_tool"
        self.seconds = arguments.seconds
        self.scale = arguments.scale
        self.minutes = arguments.minutes
        self.data_root = self.build / "bench-data"
        self.data_root.mkdir(exist_ok=True)

    def data(self):
        return tempfile.mkdtemp(prefix="run-", dir=self.data_root)

    def scaled(self, count):
        return max(1, int(count * self.scale))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """One server process, ended by its own process id."""

    def __init__(self, command, port, data=None):
        self.port = port
        self.data = data and Path(data)
        self.log = tempfile.TemporaryFile()
        self.started_at = time.monotonic()
        self.process = subprocess.Popen([str(part) for part in command], stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)

    def end(self, by):
        if self.process.poll() is None:
            self.process.send_signal(by)
        self.process.wait()
        return self.process.returncode

    def wait_until_ready(self, path="/readyz", patience=120):
        """Seconds from the start of the process until it answers 200."""
        while time.monotonic() - self.started_at < patience:
            if self.process.poll() is not None:
                self.log.seek(0)
                sys.exit(f"The server ended at its start ({self.process.returncode}): {self.log.read().decode(errors='replace')}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=patience) as reply:
                    if reply.status == 200:
                        return time.monotonic() - self.started_at
            except OSError:
                time.sleep(0.001)
        sys.exit(f"The server was not ready after {patience} s.")

    def resident_bytes(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def anonymous_bytes(self):
        """Without what maps files."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
        return 0

    def call(self, action, **members):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/",
            data=json.dumps(members).encode(),
            headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{action}"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def publisher(self, action, **parameters):
        """An action of SNS, whose parameters are as a form has them."""
        form = urllib.parse.urlencode({"Action": action, "Version": "2010-03-31", **parameters})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", form.encode(), {"Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)[f"{action}Response"][f"{action}Result"]

    def cpu_seconds(self):
        """What its threads have used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def metric(self, name):
        return metric(f"http://127.0.0.1:{self.port}", name)

    def create_queue(self, name, **attributes):
        return self.call("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]


def metric(endpoint, name):
    """Of mailrail's series without labels."""
    with urllib.request.urlopen(f"{endpoint}/metrics", timeout=60) as reply:
        return next(float(line.split()[1]) for line in reply.read().decode().splitlines() if line.startswith(f"{name} "))


def mailrail(setting, data, *arguments):
    port = free_port()
    return Server([setting.mailrail, "serve", "--listen", f"127.0.0.1:{port}", "--data", data, *arguments], port, data)


def constant(setting, name):
    port = free_port()
    server = Server([setting.build / "bench" / name, port, SERVER_THREADS], port)
    server.wait_until_ready("/")
    return server


def start_load(setting, server, mode, queue_url=None, **options):
    command = [setting.load, mode, "--port", server.port, "--json"]
    if queue_url:
        command += ["--queue-url", queue_url]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", value]
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(loading):
    output, errors = loading.communicate()
    if not output:
        sys.exit(f"The load generator failed: {errors}")
    outcome = json.loads(output)
    if outcome["errors"]:
        sys.exit(f"{loading.args[1]}: {outcome['errors']} requests failed. {errors}")
    return outcome


def load(setting, server, mode, queue_url=None, **options):
    return finished(start_load(setting, server, mode, queue_url, **options))


def waiting_messages(server, queue_url):
    name = "ApproximateNumberOfMessages"
    reply = server.call("GetQueueAttributes", QueueUrl=queue_url, AttributeNames=[name])
    return int(reply["Attributes"][name])
