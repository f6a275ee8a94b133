#!/usr/bin/python3
"""A server that is backed up while clients send, and what is restored of it; and what the doctor says of a server."""

import json
import os
import pty
import shlex
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from calls import Connection
from server import Server, binary

SHORT_LOG = ("--disk-limit", "512MiB")  # Segments of 16 MiB.


def run(*arguments, endpoint=None):
    environment = {**os.environ, **({"MAILRAIL_ENDPOINT_URL": endpoint} if endpoint else {})}
    return subprocess.run([binary(), *arguments], env=environment, capture_output=True, text=True, timeout=120)


def bodies_in(server):
    """Of all messages that are waiting, in their order."""
    shown = run("peek", "q.fifo", "--all", "-o", "json", endpoint=server.endpoint)
    assert shown.returncode == 0, shown.stderr
    return [each["Body"] for each in json.loads(shown.stdout)["Messages"]]


class Sender(threading.Thread):
    """Sends numbers, one after the other, until it is told to end."""

    def __init__(self, connection):
        super().__init__()
        self.connection = connection
        self.sent = 0
        self.ends = threading.Event()

    def run(self):
        while not self.ends.is_set():
            self.connection.call("SendMessage", QueueUrl="q.fifo", MessageGroupId="g", MessageDeduplicationId=str(self.sent),
                                 MessageBody=str(self.sent))
            self.sent += 1


class Connected(unittest.TestCase):
    def connect(self, server):
        connection = Connection(server.port)
        self.addCleanup(connection.close)
        return connection


class Backup(Connected):
    def setUp(self):
        self.places = tempfile.TemporaryDirectory(prefix="mailrail-backup-")
        self.addCleanup(self.places.cleanup)
        self.shelf = self.place("backups")

    def place(self, name):
        return str(Path(self.places.name) / name)

    def back_up(self, server, *options):
        done = run("backup", self.shelf, "-o", "json", *options, endpoint=server.endpoint)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_what_is_restored_is_all_of_one_moment(self):
        with Server(arguments=SHORT_LOG) as server:
            self.connect(server).call("CreateQueue", QueueName="q.fifo", Attributes={"FifoQueue": "true"})
            sender = Sender(self.connect(server))
            sender.start()
            try:
                before = sender.sent
                done = self.back_up(server)
                after = sender.sent
            finally:
                sender.ends.set()
                sender.join()
            self.assertTrue(done["IsWhole"])

        restored = run("restore", self.shelf, "--data", self.place("restored"))
        self.assertEqual(0, restored.returncode, restored.stderr)
        with Server(data=self.place("restored")) as server:
            bodies = bodies_in(server)
        self.assertEqual([str(number) for number in range(len(bodies))], bodies)
        self.assertTrue(before <= len(bodies) <= after + 1, (before, len(bodies), after))

    def test_the_next_one_copies_what_is_new(self):
        with Server(arguments=SHORT_LOG) as server:
            connection = self.connect(server)
            connection.call("CreateQueue", QueueName="q")
            for _ in range(60):
                connection.call("SendMessage", QueueUrl="q", MessageBody="m" * 1_000_000)
            first = self.back_up(server)
            connection.call("SendMessage", QueueUrl="q", MessageBody="later")
            second = self.back_up(server, "--keep", "1")

        self.assertGreater(first["CopiedBytes"], 50_000_000)
        self.assertLess(second["CopiedBytes"], 20_000_000)
        self.assertGreater(second["SharedBytes"], 30_000_000)
        self.assertEqual([Path(second["Directory"]).name], os.listdir(self.shelf))
        verified = run("verify", second["Directory"])
        self.assertEqual(0, verified.returncode, verified.stdout)
        self.assertIn("61 messages", verified.stdout)

    def test_no_server_starts_on_a_backup(self):
        with Server() as server:
            done = self.back_up(server)

        started = run("serve", "--listen", "127.0.0.1:0", "--data", done["Directory"])
        self.assertEqual(1, started.returncode)
        self.assertIn("is a backup", started.stderr)

    def test_a_container_restores_at_its_first_start_only(self):
        nothing = run("restore", self.shelf, "--data", self.place("data"), "--if-exists")
        self.assertEqual((0, True), (nothing.returncode, "nothing is restored" in nothing.stdout))
        self.assertEqual(2, run("restore", self.shelf, "--data", self.place("data")).returncode)
        with Server() as server:
            self.back_up(server)
        for expected in ("Restored", "has a log already"):
            done = run("restore", self.shelf, "--data", self.place("data"), "--if-exists")
            self.assertEqual((0, True), (done.returncode, expected in done.stdout), done.stdout)


class Doctor(Connected):
    def advance(self, server, time):
        request = urllib.request.Request(f"{server.endpoint}/_mailrail/clock", json.dumps({"advance": time}).encode())
        urllib.request.urlopen(request, timeout=10).close()

    def test_it_finds_what_is_wrong_and_says_what_to_do(self):
        with Server() as server:
            well = run("doctor", endpoint=server.endpoint)
            self.assertEqual((0, True), (well.returncode, "All is well" in well.stdout), well.stdout)
            connection = self.connect(server)
            connection.call("CreateQueue", QueueName="q")
            connection.call("CreateQueue", QueueName="r", Attributes={
                "RedrivePolicy": '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:q", "maxReceiveCount": 3}'})
            connection.call("DeleteQueue", QueueUrl="q")

            ill = run("doctor", "-o", "json", endpoint=server.endpoint)
            self.assertEqual(1, ill.returncode, ill.stdout)
            finding = json.loads(ill.stdout)["Findings"][0]
            self.assertEqual(("dead-letter-queue-missing", "r", "problem"),
                             (finding["Check"], finding["QueueName"], finding["Severity"]))
            mended = run(*finding["Fix"].split()[1:], endpoint=server.endpoint)
            self.assertEqual(0, mended.returncode, mended.stderr)
            self.assertNotIn("dead-letter-queue-missing", run("doctor", endpoint=server.endpoint).stdout)

    def test_it_knows_a_timeout_that_is_too_short_and_a_conversation_that_is_most_of_the_traffic(self):
        with Server(arguments=["--test-api"]) as server:
            connection = self.connect(server)
            connection.call("CreateQueue", QueueName="q.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "1"})

            def send(first, last):
                for batch in range(first, last, 10):
                    connection.call("SendMessageBatch", QueueUrl="q.fifo", Entries=[
                        {"Id": str(n), "MessageBody": "m", "MessageGroupId": "it's" if n % 4 else str(n),
                         "MessageDeduplicationId": str(n)} for n in range(batch, batch + 10)])

            send(0, 1000)
            for turn in range(12):
                received = connection.call("ReceiveMessage", QueueUrl="q.fifo", MaxNumberOfMessages=10)["Messages"]
                if turn == 11:
                    self.advance(server, "1200ms")
                connection.call("DeleteMessageBatch", QueueUrl="q.fifo", Entries=[
                    {"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(received)])

            found = {each["Check"]: each for each in json.loads(run("doctor", "-o", "json", endpoint=server.endpoint).stdout)["Findings"]}
            self.assertIn("later than 1 second after its receive", found["visibility-timeout"]["Evidence"])
            self.assertIn("belong to conversation it's", found["one-conversation"]["Evidence"])
            fix = shlex.split(found["one-conversation"]["Fix"])[1:5]
            self.assertEqual(0, run(*fix, endpoint=server.endpoint).returncode, fix)
            mended = run(*found["visibility-timeout"]["Fix"].split()[1:], endpoint=server.endpoint)
            self.assertEqual(0, mended.returncode, mended.stderr)
            self.assertNotIn("visibility-timeout", run("doctor", "-o", "json", endpoint=server.endpoint).stdout)

    def test_it_makes_the_changes_that_need_no_decision_and_looks_again(self):
        with Server() as server:
            connection = self.connect(server)
            dead = '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:%s", "maxReceiveCount": 3}'
            for name in ("gone", "kept"):
                connection.call("CreateQueue", QueueName=name, Attributes={"MessageRetentionPeriod": "345600"})
            for name, target in (("a", "gone"), ("b", "gone"), ("c", "kept")):
                connection.call("CreateQueue", QueueName=name, Attributes={"RedrivePolicy": dead % target})
            connection.call("CreateQueue", QueueName="lone")
            connection.call("DeleteQueue", QueueUrl="gone")
            for _ in range(1001):
                connection.call("ReceiveMessage", QueueUrl="lone")
            create = "mailrail queues create gone --attribute MessageRetentionPeriod=1209600"
            keep = "mailrail queues set kept MessageRetentionPeriod=1209600"
            wait = "mailrail queues set lone ReceiveMessageWaitTimeSeconds=20"

            unasked = run("doctor", "--fix", endpoint=server.endpoint)
            self.assertEqual(4, unasked.returncode, unasked.stderr)
            self.assertIn(f"This does {create}; {keep}; {wait}. Add --yes if that is meant.", unasked.stderr)
            self.assertIn("dead-letter queue gone does not exist", unasked.stdout)
            self.assertEqual(1, run("doctor", endpoint=server.endpoint).returncode)  # Nothing was done.

            done = run("doctor", "--fix", "--yes", endpoint=server.endpoint)
            self.assertEqual(0, done.returncode, done.stdout)
            for command in (create, keep, wait):
                self.assertIn(f"done     {command}\n", done.stdout)
            found = json.loads(run("doctor", "-o", "json", endpoint=server.endpoint).stdout)["Findings"]
            self.assertEqual({("no-dead-letter-queue", "lone"), ("short-polling", "lone")},
                             {(each["Check"], each["QueueName"]) for each in found})
            self.assertNotIn("mailrail", next(each["Fix"] for each in found if each["Check"] == "short-polling"))

            again = run("doctor", "--fix", endpoint=server.endpoint)  # What is left needs somebody who decides.
            self.assertEqual((0, True), (again.returncode, "needs a decision" in again.stderr), again.stderr)
            self.assertEqual([], json.loads(run("doctor", "--fix", "-o", "json", endpoint=server.endpoint).stdout)["Fixes"])

    def test_a_fix_that_fails_keeps_no_other_from_being_made(self):
        with Server(arguments=["--aws-strict"]) as server:
            connection = self.connect(server)
            dead = '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:%s", "maxReceiveCount": 3}'
            for name in ("gone", "kept"):
                connection.call("CreateQueue", QueueName=name, Attributes={"MessageRetentionPeriod": "345600"})
            for name in ("gone", "kept"):
                connection.call("CreateQueue", QueueName=f"of-{name}", Attributes={"RedrivePolicy": dead % name})
            connection.call("DeleteQueue", QueueUrl="gone")  # Its name is free again in a minute.

            done = run("doctor", "--fix", "--yes", "-o", "json", endpoint=server.endpoint)

            self.assertEqual(1, done.returncode, done.stderr)
            told = json.loads(done.stdout)
            self.assertEqual([("gone", "Failed"), ("kept", "Done")], [(each["QueueName"], each["Outcome"]) for each in told["Fixes"]])
            self.assertIn("60 seconds", told["Fixes"][0]["Error"])
            self.assertEqual(["dead-letter-queue-missing"], [each["Check"] for each in told["Findings"]])

    def test_somebody_at_a_terminal_is_asked(self):
        with Server() as server:
            connection = self.connect(server)
            connection.call("CreateQueue", QueueName="gone")
            connection.call("CreateQueue", QueueName="a", Attributes={
                "RedrivePolicy": '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:gone", "maxReceiveCount": 3}'})
            connection.call("DeleteQueue", QueueUrl="gone")
            for answer, code in (("no", 4), ("yes", 0)):
                ours, its = pty.openpty()
                environment = {**os.environ, "AWS_ENDPOINT_URL": server.endpoint}
                with subprocess.Popen([binary(), "doctor", "--fix"], env=environment, stdin=its, stdout=subprocess.DEVNULL,
                                      stderr=its) as process:
                    os.close(its)
                    asked = b""
                    while b"Type yes to go on: " not in asked:
                        asked += os.read(ours, 4096)
                    os.write(ours, answer.encode() + b"\n")
                    self.assertEqual(code, process.wait(30))
                os.close(ours)

    def test_it_says_which_message_blocks_a_conversation(self):
        with Server(arguments=["--test-api"]) as server:
            connection = self.connect(server)
            connection.call("CreateQueue", QueueName="q.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "43200"})
            sent = connection.call("SendMessage", QueueUrl="q.fifo", MessageBody="m", MessageGroupId="42", MessageDeduplicationId="m")
            connection.call("ReceiveMessage", QueueUrl="q.fifo")
            connection.call("SendMessage", QueueUrl="q.fifo", MessageBody="n", MessageGroupId="42", MessageDeduplicationId="n")
            self.advance(server, "6m")

            said = run("doctor", endpoint=server.endpoint)
            self.assertEqual(0, said.returncode, said.stderr)
            plainly = " ".join(said.stdout.split())
            self.assertIn("Conversation 42 of q.fifo is blocked for 6 min", plainly)
            self.assertIn(f"by message {sent['MessageId']}, received once", plainly)
            listed = run("conversations", "q.fifo", "ls", "--state", "blocked", endpoint=server.endpoint)
            self.assertEqual((0, True), (listed.returncode, "42" in listed.stdout), listed.stderr)

    def test_it_knows_when_the_last_backup_was_made(self):
        with tempfile.TemporaryDirectory(prefix="mailrail-shelf-") as shelf, Server() as server:
            self.assertEqual(0, run("backup", shelf, endpoint=server.endpoint).returncode)
            told = self.connect(server).call("Mailrail.DescribeServer")
            self.assertLess(told["BackupAge"], 60)
            self.assertEqual(("owner", "on disk (fdatasync) before every answer"), (told["Role"], told["Durability"]))


if __name__ == "__main__":
    unittest.main()
