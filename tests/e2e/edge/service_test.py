#!/usr/bin/python3
"""The server as a service: what it tells systemd, sockets that outlast it, and the check of its health in a container."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from plain import Plain, ask, call, request
from server import Server, binary, free_port

PATIENCE_S = 20


class Systemd:
    """Hears what a service says. An abstract name, as systemd's own may be."""

    def __init__(self):
        self.name = f"mailrail-test-{os.getpid()}-{time.monotonic_ns()}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name)
        self.socket.settimeout(PATIENCE_S)
        self.environment = {"NOTIFY_SOCKET": "@" + self.name}

    def hear(self):
        return self.socket.recv(4096).decode()

    def hear_until(self, word):
        heard = []
        while not any(word in each for each in heard):
            heard.append(self.hear())
        return heard

    def close(self):
        self.socket.close()


class Stopped:
    """One thread of a process, held by the debugger's system call; the others go on."""

    SEIZE, INTERRUPT, DETACH, WAIT_FOR_THREADS = 0x4206, 0x4207, 17, 0x40000000

    def __init__(self, thread):
        self.thread = thread
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

    def ask(self, what):
        if self.libc.ptrace(what, self.thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def __enter__(self):
        self.ask(self.SEIZE)
        self.ask(self.INTERRUPT)
        os.waitpid(self.thread, self.WAIT_FOR_THREADS)

    def __exit__(self, *_):
        self.ask(self.DETACH)


class Words(unittest.TestCase):
    def setUp(self):
        self.systemd = Systemd()
        self.addCleanup(self.systemd.close)

    def serve(self, **environment):
        server = Server(environment={**self.systemd.environment, **environment})
        self.addCleanup(server.__exit__)
        server.start()
        return server

    def test_it_tells_when_it_is_ready_and_when_it_stops(self):
        server = self.serve()
        words = self.systemd.hear_until("READY=1")
        server.stop()

        self.assertIn("EXTEND_TIMEOUT_USEC=", words[0])
        self.assertIn("STATUS=Recovers: 0 %.", words[0])
        self.assertTrue(any("STOPPING=1" in each for each in self.systemd.hear_until("STOPPING=1")))

    def test_it_tells_that_it_lives_while_its_engine_turns(self):
        server = self.serve(WATCHDOG_USEC="200000")
        self.systemd.hear_until("READY=1")
        begun = time.monotonic()
        for _ in range(5):
            self.assertEqual("WATCHDOG=1", self.systemd.hear())

        self.assertLess(time.monotonic() - begun, PATIENCE_S / 2)
        server.stop()

    def test_it_does_not_while_its_engine_is_stuck(self):
        server = self.serve(WATCHDOG_USEC="200000")
        self.systemd.hear_until("WATCHDOG=1")
        engine = self.thread_named(server, "engine")
        with Stopped(engine):
            self.drain()
            self.systemd.socket.settimeout(1)
            with self.assertRaises(TimeoutError):
                self.systemd.hear()
        self.systemd.socket.settimeout(PATIENCE_S)
        self.assertEqual("WATCHDOG=1", self.systemd.hear())

    def drain(self):
        """One word may be on its way."""
        self.systemd.socket.settimeout(0.5)
        try:
            while True:
                self.systemd.hear()
        except TimeoutError:
            pass

    def thread_named(self, server, name):
        for task in Path(f"/proc/{server.process.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == name:
                return int(task.name)
        raise AssertionError(f"no thread of the server is named {name}")


class Sockets(unittest.TestCase):
    """As systemd does it: the sockets are open before the process, and stay when it goes."""

    def setUp(self):
        self.data = tempfile.TemporaryDirectory(prefix="mailrail-")
        self.addCleanup(self.data.cleanup)
        self.listening, self.admin = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        self.addCleanup(self.listening.close)
        self.addCleanup(self.admin.close)
        self.port, self.admin_port = (each.getsockname()[1] for each in (self.listening, self.admin))

    def start(self):
        # The names say which is which, not the order; dup2 by the shell puts them where systemd does.
        script = (f"exec 100<&{self.listening.fileno()} 101<&{self.admin.fileno()}; exec 3<&100 4<&101 100<&- 101<&-; "
                  'LISTEN_PID=$$ exec "$@"')
        process = subprocess.Popen(
            ["bash", "-c", script, "bash", "setpriv", "--pdeathsig", "KILL", binary(), "serve", "--data", self.data.name],
            pass_fds=(self.listening.fileno(), self.admin.fileno()), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "mailrail.socket:admin"})
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stderr.close()

    def test_clients_that_come_before_it_are_answered(self):
        with Plain(self.port) as early:
            early.send(call("CreateQueue", b'{"QueueName": "q"}'))
            self.start()
            self.assertEqual(200, early.answer().status)

    def test_a_restart_refuses_nobody(self):
        process = self.start()
        self.assertEqual(200, ask(self.port, call("CreateQueue", b'{"QueueName": "q"}')).status)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)

        with Plain(self.port) as between:
            between.send(call("GetQueueUrl", b'{"QueueName": "q"}'))
            self.start()
            answer = between.answer()

        self.assertEqual(200, answer.status, answer.body)

    def test_the_socket_named_admin_is_for_operators(self):
        self.start()

        self.assertEqual(403, ask(self.port, call("Mailrail.ListParkedConversations")).status)
        self.assertNotEqual(403, ask(self.admin_port, call("Mailrail.ListParkedConversations")).status)


class Recovery(unittest.TestCase):
    BODIES = 150  # Of a megabyte, to be read again.

    def test_calls_wait_for_it_and_readiness_tells_how_far_it_is(self):
        with Server() as server:
            body = json.dumps({"QueueUrl": "q", "MessageBody": "x" * 1_000_000}).encode()
            with Plain(server.port) as connection:
                connection.ask(call("CreateQueue", b'{"QueueName": "q"}'))
                for _ in range(self.BODIES):
                    self.assertEqual(200, connection.ask(call("SendMessage", body)).status)
            server.end(signal.SIGKILL)

            server.spawn()
            readiness, first = self.first_connection(server.port)
            with first, Plain(server.port) as waiting:
                self.assertEqual(503, readiness.status, "it was ready before it could be asked")
                self.assertRegex(readiness.body, r"^recovering: \d+ %$")
                waiting.send(call("GetQueueUrl", b'{"QueueName": "q"}'))
                self.assertEqual(200, first.ask(request("GET", "/livez")).status)
                self.assertEqual(200, waiting.answer().status)
                self.assertEqual(200, first.ask(request("GET", "/readyz")).status)

    def first_connection(self, port):
        """The first answer about its readiness, and the connection it came by."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                connection = Plain(port)
            except ConnectionRefusedError:
                continue
            return connection.ask(request("GET", "/readyz")), connection
        raise AssertionError("the server did not take its port")


class Health(unittest.TestCase):
    def check(self, **environment):
        return subprocess.run([binary(), "healthcheck"], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)

    def test_a_server_that_is_ready_is_well(self):
        with Server() as server:
            checked = self.check(MAILRAIL_LISTEN=f"0.0.0.0:{server.port}")

        self.assertEqual((0, "ready\n"), (checked.returncode, checked.stdout), checked.stderr)

    def test_one_that_is_not_there_is_not(self):
        checked = self.check(MAILRAIL_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}")

        self.assertEqual(1, checked.returncode)
        self.assertEqual(1, len(checked.stderr.splitlines()), checked.stderr)

    def test_something_else_at_its_port_is_not(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            process = subprocess.Popen([binary(), "healthcheck"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       env={**os.environ, "MAILRAIL_ENDPOINT_URL": f"http://127.0.0.1:{other.getsockname()[1]}"})
            accepted, _ = other.accept()
            with accepted:
                accepted.recv(4096)
                accepted.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                process.communicate(timeout=60)

        self.assertEqual(1, process.returncode)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
