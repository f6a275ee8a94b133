#!/usr/bin/python3
"""Restarts under load, as systemd does them: it holds the port, and a client with its SDK's own retries sees no error."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import READY_WITHIN_S, binary

NODE = Path(__file__).resolve().parents[3] / ".tools" / "node" / "node"
LOAD_S = 6
RESTARTS = 3


class Held:
    """A server whose port is held by who starts it, as by systemd."""

    def __init__(self):
        self.data = tempfile.mkdtemp(prefix="mailrail-restart-")
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.endpoint = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.log = tempfile.TemporaryFile("w+")
        self.process = None

    def start(self):
        """Without waiting: clients do that."""
        given = self.socket.fileno()
        # The descriptors begin at 3, and are for the process of that number only.
        script = f'exec 3<&{given}; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=data exec setpriv --pdeathsig KILL "$@"'
        command = ["bash", "-c", script, "bash", binary(), "serve", "--data", self.data]
        self.process = subprocess.Popen(command, pass_fds=[given], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def wait_until_ready(self):
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.endpoint + "/readyz", timeout=1):
                    return
            except OSError:
                time.sleep(0.01)
        raise AssertionError(f"not ready, exit code {self.process.poll()}\n{self.printed()}")

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(30)

    def printed(self):
        self.log.seek(0)
        return self.log.read()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.socket.close()
        shutil.rmtree(self.data, ignore_errors=True)


class Restarts(unittest.TestCase):
    def restart_under_load(self, how, code):
        held = Held()
        self.addCleanup(held.close)
        held.start()
        held.wait_until_ready()
        load = subprocess.Popen([NODE, Path(__file__).with_name("load.mjs"), held.endpoint, str(LOAD_S)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        self.addCleanup(load.kill)
        self.assertEqual("begun\n", load.stdout.readline())
        for _ in range(RESTARTS):
            time.sleep(LOAD_S / (RESTARTS + 1))  # Spread over the load, which is what is tested.
            self.assertEqual(code, held.end(how), held.printed())
            held.start()
        out, err = load.communicate(timeout=60)
        self.assertEqual(0, load.returncode, err)
        report = json.loads(out)

        self.assertEqual([], report["errors"])
        self.assertGreater(report["sent"], 20 * RESTARTS)
        self.assertEqual((report["sent"], 0), (report["received"], report["outOfOrder"]), report)
        return report

    def test_no_client_sees_an_error_when_it_is_told_to_stop_and_started_again(self):
        self.restart_under_load(signal.SIGTERM, 0)

    def test_nor_when_it_is_killed(self):
        report = self.restart_under_load(signal.SIGKILL, -signal.SIGKILL)

        self.assertGreater(report["attempts"], 0, "the load met no restart")


if __name__ == "__main__":
    unittest.main()
