#!/usr/bin/python3
"""The commands that look at messages and conversations without receiving them, and those that copy them."""

import json
import os
import pty
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from commands import Commands, Server, binary


class Peek(Commands):
    def test_looking_changes_nothing(self):
        self.queue("seen.fifo")
        self.ok("send", "seen.fifo", '{"user": {n}}', "--group", "g{n}", "--dedup", "{n}", "--repeat", "30")

        for _ in range(20):
            shown = self.json("peek", "seen.fifo", "--all")["Messages"]
        self.assertEqual([f'{{"user": {n}}}' for n in range(1, 31)], [each["Body"] for each in shown])
        self.assertEqual({"Visible"}, {each["State"] for each in shown})
        self.assertEqual({"1"}, {each["Attributes"]["ApproximateReceiveCount"] for each in self.json("receive", "seen.fifo")["Messages"]})

    def test_one_looks_for_what_one_wants(self):
        self.queue("sought.fifo")
        self.ok("send", "sought.fifo", '{"user": {n}}', "--group", "g{n}", "--dedup", "{n}", "--repeat", "12", "--attr", "kind=a")
        self.ok("send", "sought.fifo", "held", "--group", "held", "--dedup", "held")
        bodies = lambda *options: [each["Body"] for each in self.json("peek", "sought.fifo", *options)["Messages"]]

        self.assertEqual(['{"user": 7}'], bodies("--filter", "Body.user=7", "--filter", "MessageAttributes.kind=a"))
        self.assertEqual(["held"], bodies("--group", "held"))
        self.assertEqual(["held"], bodies("--filter", "Body~eld"))
        two = self.json("peek", "sought.fifo", "-n", "2")["Messages"]
        self.assertEqual(['{"user": 3}'], bodies("-n", "1", "--after", two[1]["SequenceNumber"]))
        self.assertEqual([], bodies("--state", "inflight"))
        self.ok("receive", "sought.fifo")
        self.assertEqual(1, len(bodies("--state", "inflight")))
        self.assertIn("--filter nonsense", self.refused(2, "peek", "sought.fifo", "--filter", "nonsense"))


class Watch(Commands):
    def test_tail_tells_what_happens_as_it_happens(self):
        self.queue("watched.fifo")
        watcher = subprocess.Popen([binary(), "tail", "watched.fifo", "--from-beginning", "--bodies", "--events", "sent,deleted",
                                    "-o", "jsonl"], env=self.environment(), stdout=subprocess.PIPE, text=True)
        seen = lambda: json.loads(watcher.stdout.readline())
        self.ok("send", "watched.fifo", "hello", "--group", "room", "--dedup", "1")
        event = seen()
        self.assertEqual(("sent", "room", "hello"), (event["Kind"], event["MessageGroupId"], event["Body"]))
        self.ok("receive", "watched.fifo", "--delete")
        deleted = seen()
        self.assertEqual(("deleted", event["SequenceNumber"]), (deleted["Kind"], deleted["SequenceNumber"]))
        watcher.send_signal(signal.SIGINT)
        self.assertEqual(130, watcher.wait(30))
        watcher.stdout.close()

    def test_tail_of_a_topic_tells_what_happens_in_its_queues(self):
        self.refused(3, "tail", "no-such-queue-or-topic")
        topic = self.json("topics", "create", "told")["TopicArn"]
        self.assertIn("No queue is subscribed", self.refused(3, "tail", "told"))
        for name in ("told-a", "told-b", "untold"):
            self.queue(name)
        for name in ("told-a", "told-b"):
            self.ok("topics", "subscribe", "told", name)
        for reference in ("told", topic):
            with subprocess.Popen([binary(), "tail", reference, "--from-beginning", "-o", "jsonl"], env=self.environment(),
                                  stdout=subprocess.PIPE, text=True) as watcher:
                self.ok("send", "untold", "x")
                self.ok("topics", "publish", "told", "hello")
                seen = {json.loads(watcher.stdout.readline())["QueueName"] for _ in range(2)}
                watcher.send_signal(signal.SIGINT)
                self.assertEqual(130, watcher.wait(30))
            self.assertEqual({"told-a", "told-b"}, seen)

    def test_top_shows_queues_those_first_that_wait_longest(self):
        for name in ("top-young", "top-old"):
            self.queue(name)
        self.ok("send", "top-old", "x")
        rows = [line.split("\t")[:2] for line in self.ok("top", "top-").splitlines()]
        self.assertEqual([["top-old", "1"], ["top-young", "0"]], rows)

        ours, its = pty.openpty()
        with subprocess.Popen([binary(), "top", "top-", "--every", "50ms"], env=self.environment(), stdout=its) as process:
            os.close(its)
            drawn = b""
            while drawn.count(b"\x1b[2J") < 3:
                drawn += os.read(ours, 4096)
            process.send_signal(signal.SIGINT)
            self.assertEqual(130, process.wait(30))
        os.close(ours)
        self.assertIn(b"OLDEST", drawn)
        self.assertIn(b"top-old", drawn)

    def test_a_paused_queue_gives_nothing_out(self):
        self.queue("paused")
        self.ok("send", "paused", "x")
        self.ok("queues", "pause", "paused")
        self.assertEqual(7, self.run_command("receive", "paused", "--fail-empty").returncode)
        self.ok("queues", "resume", "paused")
        self.assertEqual(["x"], self.bodies("paused"))


class ExportAndImport(Commands):
    def test_what_is_exported_can_be_imported_elsewhere(self):
        self.queue("dump.fifo", "--visibility", "77s", "--tag", "team=a")
        self.queue("dump-plain")
        self.ok("send", "dump.fifo", "{n}", "--group", "g", "--dedup", "same", "--repeat", "1")
        self.ok("send", "dump.fifo", "{n} \u00e9\n", "--group", "g", "--dedup", "{n}", "--repeat", "250", "--attr", "a=b")
        self.ok("send", "dump-plain", "plain")
        with tempfile.TemporaryDirectory() as directory, Server() as other:
            file = f"{directory}/dump.jsonl"
            done = self.run_command("export", "dump.fifo", "dump-plain", "-o", file)
            self.assertEqual((0, "252 messages of 2 queues exported.\n"), (done.returncode, done.stderr))
            self.assertEqual(251, self.waiting("dump.fifo"))
            self.assertEqual(3, len(self.ok("peek", file, "-n", "3").splitlines()))

            there = {"AWS_ENDPOINT_URL": other.endpoint}
            done = self.run_command("import", file, **there)
            self.assertEqual((0, "252 messages imported.\n"), (done.returncode, done.stderr))
            shown = self.json("queues", "show", "dump.fifo", **there)
            self.assertEqual(("77", {"team": "a"}), (shown["Attributes"]["VisibilityTimeout"], shown["Tags"]))
            again = self.run_command("export", "dump.fifo", **there).stdout.splitlines()
            told = lambda lines: [(each["Body"], each["Attributes"]["MessageGroupId"], each.get("MessageAttributes")) for each in
                                  map(json.loads, lines) if "Body" in each and each["QueueName"] == "dump.fifo"]
            self.assertEqual(told(Path(file).read_text().splitlines()), told(again))

            self.ok("import", file, "--from-line", "100", **there)  # As after Ctrl-C: what is there is not there twice.
            self.assertEqual(251, len(told(self.run_command("export", "dump.fifo", **there).stdout.splitlines())))
            plain = [each for each in self.run_command("export", "dump-plain", **there).stdout.splitlines() if "Body" in each]
            self.assertEqual(2, len(plain))  # A standard queue does not know it again.

    def test_an_export_goes_on_where_it_stopped(self):
        self.queue("parts")
        self.ok("send", "parts", "{n}", "--repeat", "5")
        lines = [json.loads(each) for each in self.ok("export", "parts").splitlines()]
        rest = [json.loads(each) for each in self.ok("export", "parts", "--after", lines[2]["SequenceNumber"]).splitlines()]
        self.assertEqual(lines[3:], rest)

    def test_a_dump_with_a_mistake_says_where_to_go_on(self):
        self.queue("bad-dump")
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write('{"QueueName": "bad-dump", "Body": "a"}\nnonsense\n')
            file.flush()
            told = self.refused(2, "import", file.name)
        self.assertIn("Line 2: ", told)
        self.assertIn(f"To go on: mailrail import {file.name} --from-line 1", told)


class Conversations(Commands):
    def test_they_are_shown_and_decided_about(self):
        self.queue("talk-dead.fifo")
        self.queue("talk.fifo", "--dead-letters", "talk-dead.fifo", "--visibility", "10m")
        for group in ("a", "b"):
            self.ok("send", "talk.fifo", "{n}", "--group", group, "--dedup", group + "{n}", "--repeat", "3")
        talk = lambda *arguments, **more: self.run_command("conversations", "talk.fifo", *arguments, **more)
        state = lambda group: json.loads(talk("show", group, "-o", "json").stdout)["State"]

        self.ok("receive", "talk.fifo")
        listed = json.loads(talk("ls", "-o", "json").stdout)["Conversations"]
        self.assertEqual([("a", "Blocked", 3), ("b", "Waiting", 3)],
                         [(each["MessageGroupId"], each["State"], each["MessageCount"]) for each in listed])
        self.assertIn("received", talk("show", "a").stdout)
        self.assertEqual(["a"], [line.split("\t")[0] for line in talk("ls", "--state", "blocked").stdout.splitlines()])

        self.assertEqual(0, talk("park", "b").returncode)
        self.assertEqual("Parked", state("b"))
        refused = talk("skip", "b")
        self.assertEqual(4, refused.returncode)
        self.assertIn("of conversation b for good", refused.stderr)
        self.assertEqual(0, talk("skip", "b", "--to-dead-letters").returncode)
        self.assertEqual(["1"], self.bodies("talk-dead.fifo"))
        self.assertEqual("Waiting", state("b"))

        self.assertEqual(0, talk("park", "b").returncode)
        self.assertEqual(0, talk("retry", "b").returncode)
        self.assertEqual(0, talk("park", "b").returncode)
        self.assertIn("deletes 2 messages of conversation b", talk("drop", "b").stderr)
        self.assertEqual("MessagesDropped\t2\n", talk("drop", "b", "--yes").stdout)
        self.assertEqual(1, talk("retry", "b").returncode)
        self.assertEqual(3, self.run_command("conversations", "none.fifo", "ls").returncode)


if __name__ == "__main__":
    unittest.main()
