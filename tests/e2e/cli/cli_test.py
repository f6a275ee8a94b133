#!/usr/bin/python3
"""The commands that send, receive and manage, and what all of them refuse: what they print, where, and what they exit with."""

import json
import os
import pty
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from commands import Commands, Server, binary
from server import free_port


class SendAndReceive(Commands):
    def test_a_message_goes_in_and_comes_out(self):
        self.queue("plain")
        sent = self.json("send", "plain", "hello", "--attr", "store=fans", "--attr", "price=Number:9")

        messages = self.json("receive", "plain", "--delete")["Messages"]

        self.assertEqual([(sent["MessageId"], "hello")], [(each["MessageId"], each["Body"]) for each in messages])
        self.assertEqual({"DataType": "Number", "StringValue": "9"}, messages[0]["MessageAttributes"]["price"])
        self.assertEqual(7, self.run_command("receive", "plain", "--fail-empty").returncode)
        self.assertEqual("", self.ok("receive", "plain"))

    def test_a_queue_is_known_by_its_name_its_url_and_its_arn(self):
        self.queue("named")
        shown = self.json("queues", "show", "named")
        for reference in ("named", shown["QueueUrl"], shown["Attributes"]["QueueArn"]):
            self.ok("send", reference, "x")
        self.assertEqual(3, self.waiting("named"))

    def test_bodies_come_from_files_and_from_standard_input(self):
        self.queue("sources.fifo")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("from a file")
            file.flush()
            self.ok("send", "sources.fifo", f"@{file.name}", "--group", "g", "--dedup", "1")
        self.ok("send", "sources.fifo", "-", "--group", "g", "--dedup", "2", text="from -")
        self.ok("send", "sources.fifo", "--group", "g", "--dedup", "3", text="from nothing said")

        self.assertEqual(["from a file", "from -", "from nothing said"], self.bodies("sources.fifo"))

    def test_what_is_received_can_be_sent_again_line_by_line(self):
        for name in ("lines-a.fifo", "lines-b.fifo"):
            self.queue(name)
        self.ok("send", "lines-a.fifo", "number {n}", "--group", "g{n}", "--dedup", "{n}", "--repeat", "25", "--attr", "a=b")

        lines = self.ok("receive", "lines-a.fifo", "-n", "100", "--delete", "-o", "jsonl")
        self.assertEqual(25, len(lines.splitlines()))
        self.ok("send", "lines-b.fifo", "--jsonl", text=lines)

        again = [json.loads(each) for each in self.ok("receive", "lines-b.fifo", "-n", "100", "-o", "jsonl").splitlines()]
        self.assertEqual({f"number {n}" for n in range(1, 26)}, {each["Body"] for each in again})
        self.assertEqual({f"g{n}" for n in range(1, 26)}, {each["Attributes"]["MessageGroupId"] for each in again})
        self.assertEqual({"b"}, {each["MessageAttributes"]["a"]["StringValue"] for each in again})

    def test_a_line_that_is_none_is_named(self):
        self.queue("broken")
        self.assertEqual("mailrail: Line 2: It has no Body.\n",
                         self.refused(2, "send", "broken", "--jsonl", text='{"Body": "a"}\n{}\n'))

    def test_some_of_a_batch_may_be_refused(self):
        self.queue("partly")
        lines = '{"Body": "a"}\n{"Body": "b", "MessageDeduplicationId": "not on a standard queue"}\n'
        told = self.refused(8, "send", "partly", "--jsonl", text=lines)
        self.assertIn("1 sent, 1 failed.", told)

    def test_a_command_deals_with_messages(self):
        self.queue("dealt", "--visibility", "10m")
        for body in ("good", "bad"):
            self.ok("send", "dealt", body)
        with tempfile.TemporaryDirectory() as directory:
            command = f'read -r body; echo "$body $MAILRAIL_RECEIVE_COUNT" >> {directory}/seen; [ "$body" = good ]'
            told = self.refused(8, "receive", "dealt", "-n", "10", "--ack-cmd", command)
            self.assertEqual(["bad 1", "good 1"], sorted(Path(f"{directory}/seen").read_text().splitlines()))
        self.assertIn("it stays in the queue", told)
        attributes = self.attributes("dealt")
        self.assertEqual(("0", "1"), (attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]))

    def test_following_ends_with_ctrl_c(self):
        self.queue("followed")
        follower = subprocess.Popen([binary(), "receive", "followed", "--follow", "--delete", "-o", "jsonl"], env=self.environment(),
                                    stdout=subprocess.PIPE, text=True)
        for body in ("one", "two"):
            self.ok("send", "followed", body)
            self.assertEqual(body, json.loads(follower.stdout.readline())["Body"])
        follower.send_signal(signal.SIGINT)
        self.assertEqual(130, follower.wait(30))
        follower.stdout.close()

    def test_control_characters_reach_no_terminal(self):
        self.queue("hostile")
        self.ok("send", "hostile", "-", text="\u009b2Jgone")  # One that SQS takes.
        ours, its = pty.openpty()
        with subprocess.Popen([binary(), "receive", "hostile"], env=self.environment(), stdout=its) as process:
            os.close(its)
            told = b""
            while True:
                try:
                    part = os.read(ours, 4096)
                except OSError:
                    break
                if not part:
                    break
                told += part
            process.wait(30)
        os.close(ours)
        self.assertIn(b"\\u009b2Jgone", told)
        self.assertNotIn("\u009b".encode(), told)


class Slips(Commands):
    def test_what_there_is_not_is_named_with_what_was_probably_meant(self):
        self.assertEqual('mailrail: There is no command "quues". Did you mean "queues"?\nSee mailrail --help.\n',
                         self.refused(2, "quues", "ls"))
        self.assertEqual('mailrail send: There is no option --grop. Did you mean "--group"?\nSee mailrail send --help.\n',
                         self.refused(2, "send", "q", "x", "--grop", "g"))
        self.assertIn("A command is missing: ls, show, create", self.refused(2, "queues"))
        self.assertIn("QUEUE is required", self.refused(2, "peek"))

    def test_help_fits_a_terminal(self):
        for command in ([], ["serve"], ["send"], ["conversations"], ["conversations", "q", "skip"], ["apply"]):
            lines = self.ok(*command, "--help").splitlines()
            self.assertEqual([], [line for line in lines if len(line) > 80 and not line.startswith("Usage:")], command)

    def test_a_person_is_told_that_there_is_nothing_and_a_program_is_not(self):
        self.queue("hollow")
        self.assertEqual("", self.ok("peek", "hollow"))
        ours, its = pty.openpty()
        with subprocess.Popen([binary(), "peek", "hollow"], env=self.environment(), stdout=its, stderr=subprocess.PIPE) as process:
            os.close(its)
            self.assertEqual(b"No messages.\n", process.stderr.read())
        os.close(ours)


class Queues(Commands):
    def test_they_are_made_listed_shown_and_changed(self):
        self.queue("dead.fifo")
        self.queue("work.fifo", "--content-dedup", "--visibility", "2m", "--dead-letters", "dead.fifo", "--max-receives", "3",
                   "--tag", "team=a")
        self.ok("send", "work.fifo", "x", "--group", "g")

        rows = [line.split("\t") for line in self.ok("queues", "ls", "work").splitlines()]
        self.assertEqual([["work.fifo", "1", "0", "0", "dead.fifo"]], rows)
        shown = self.json("queues", "show", "work.fifo")
        self.assertEqual(("120", "true"), (shown["Attributes"]["VisibilityTimeout"], shown["Attributes"]["ContentBasedDeduplication"]))
        self.assertEqual({"team": "a"}, shown["Tags"])

        self.ok("queues", "set", "work.fifo", "VisibilityTimeout=60", "--tag", "stage=test", "--untag", "team")
        shown = self.json("queues", "show", "work.fifo")
        self.assertEqual(("60", {"stage": "test"}), (shown["Attributes"]["VisibilityTimeout"], shown["Tags"]))

    def test_what_destroys_asks_first(self):
        self.queue("precious")
        for _ in range(3):
            self.ok("send", "precious", "x")

        self.assertEqual("mailrail: This deletes 3 messages of precious for good. Add --yes if that is meant.\n",
                         self.refused(4, "queues", "purge", "precious"))
        self.assertEqual(3, self.waiting("precious"))
        self.assertEqual("Purged\t3\n", self.ok("queues", "purge", "precious", "--yes"))
        self.assertEqual(0, self.waiting("precious"))
        self.assertIn("deletes the queue precious with 0 messages", self.refused(4, "queues", "rm", "precious"))
        self.ok("queues", "rm", "precious", "--yes")
        self.refused(3, "queues", "show", "precious")

    def test_a_person_is_asked_on_a_terminal(self):
        for answer, code in (("no", 4), ("yes", 0)):
            self.queue("asked")
            ours, its = pty.openpty()
            with subprocess.Popen([binary(), "queues", "rm", "asked"], env=self.environment(), stdin=its, stderr=its,
                                  stdout=subprocess.DEVNULL) as process:
                os.close(its)
                told = b""
                while b"go on: " not in told:
                    told += os.read(ours, 4096)
                os.write(ours, f"{answer}\n".encode())
                self.assertEqual(code, process.wait(30))
            os.close(ours)


class Topics(Commands):
    def test_they_are_made_subscribed_to_and_published_to(self):
        self.queue("inbox")
        arn = self.json("topics", "create", "news")["TopicArn"]
        subscription = self.json("topics", "subscribe", "news", "inbox", "--raw", "--filter", '{"kind": ["urgent"]}')["SubscriptionArn"]

        self.ok("topics", "publish", "news", "later", "--attr", "kind=boring")
        self.ok("topics", "publish", "news", "now", "--attr", "kind=urgent")

        self.assertEqual(["now"], self.bodies("inbox"))
        self.assertIn(["news", arn], [line.split("\t") for line in self.ok("topics", "ls").splitlines()])
        shown = self.json("topics", "show", "news")
        self.assertEqual([subscription], [each["SubscriptionArn"] for each in shown["Subscriptions"]])

        self.ok("topics", "unsubscribe", subscription)
        self.assertEqual([], self.json("topics", "show", "news")["Subscriptions"])
        self.assertIn("0 subscriptions", self.refused(4, "topics", "rm", "news"))
        self.ok("topics", "rm", "news", "--yes")
        self.assertEqual("mailrail: There is no topic news.\n", self.refused(3, "topics", "show", "news"))


class Redrive(Commands):
    def test_dead_letters_go_back(self):
        self.queue("grave")
        self.queue("source", "--dead-letters", "grave", "--max-receives", "1", "--visibility", "0s")
        for body in ("a", "b", "c"):
            self.ok("send", "source", body)
        while self.waiting("grave") < 3:
            self.ok("receive", "source", "-n", "10")

        plan = self.json("redrive", "grave", "--dry-run")
        self.assertEqual((3, ["source"]), (plan["Messages"], plan["To"]))
        done = self.json("redrive", "grave", "--rate", "500/s")
        self.assertEqual(("COMPLETED", 3), (done["Status"], done["ApproximateNumberOfMessagesMoved"]))
        self.assertEqual((3, 0), (self.waiting("source"), self.waiting("grave")))
        self.assertEqual("COMPLETED\t3\t3\t\t\n", self.ok("redrive", "ls", "grave"))

    def test_a_slow_one_goes_on_after_ctrl_c_and_can_be_stopped(self):
        self.queue("slow-grave")
        self.queue("slow-source", "--dead-letters", "slow-grave")
        self.ok("send", "slow-grave", "{n}", "--repeat", "50")
        watcher = subprocess.Popen([binary(), "redrive", "slow-grave", "--to", "slow-source", "--rate", "1/s"], env=self.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while "RUNNING" not in self.ok("redrive", "ls", "slow-grave"):
            self.assertIsNone(watcher.poll())
        watcher.send_signal(signal.SIGINT)
        self.assertIn("mailrail redrive cancel slow-grave", watcher.communicate(timeout=30)[1])
        self.assertEqual(130, watcher.returncode)

        self.ok("redrive", "cancel", "slow-grave")
        self.assertIn("No redrive of slow-grave is running.", self.refused(3, "redrive", "cancel", "slow-grave"))

    def test_one_on_a_ramp_begins_with_one_a_second(self):
        self.queue("ramp-grave")
        self.queue("ramp-source", "--dead-letters", "ramp-grave")
        self.ok("send", "ramp-grave", "{n}", "--repeat", "3")
        self.assertIn("Say with --rate where --ramp ends", self.refused(2, "redrive", "ramp-grave", "--ramp"))

        began = time.monotonic()
        done = self.json("redrive", "ramp-grave", "--to", "ramp-source", "--ramp", "--rate", "500/s")

        self.assertEqual(("COMPLETED", 3), (done["Status"], done["ApproximateNumberOfMessagesMoved"]))
        self.assertGreater(time.monotonic() - began, 1.8, "the third is due after two seconds")


class RedriveSome(Commands):
    """Of a dead-letter queue's messages, those that somebody chooses."""

    def letters(self, grave, source, count, *options):
        """So many messages that died; returns the ids of all that did, in their order."""
        self.queue(grave)
        before = self.waiting(grave)
        self.queue(source, "--dead-letters", grave, "--max-receives", "1", "--visibility", "0s")
        self.ok("send", source, '{"n": {n}}', "--repeat", str(count), *options)
        while self.waiting(grave) < before + count:
            self.ok("receive", source, "-n", "10")
        return [each["MessageId"] for each in self.json("peek", grave, "--all")["Messages"]]

    def left(self, queue):
        return [json.loads(each["Body"])["n"] for each in self.json("peek", queue, "--all")["Messages"]]

    def test_two_of_five_go_back_in_order(self):
        ids = self.letters("some-dead.fifo", "some.fifo", 5, "--group", "g", "--dedup", "{n}")
        plan = self.json("redrive", "some-dead.fifo", "--id", ids[3], "--id", ids[1], "--dry-run")
        self.assertEqual({"Queue": "some-dead.fifo", "Chosen": 2, "Visible": 2, "To": ["some.fifo"]}, plan)
        done = self.json("redrive", "some-dead.fifo", "--id", ids[3], "--id", ids[1])["Messages"]
        self.assertEqual([(ids[3], "Moved"), (ids[1], "Moved")], [(each["MessageId"], each["Outcome"]) for each in done])
        self.assertEqual(([2, 4], [1, 3, 5]), (self.left("some.fifo"), self.left("some-dead.fifo")))
        self.assertIn("some.fifo", done[0]["DestinationArn"])

    def test_all_that_a_filter_holds_of_go_page_by_page_and_once(self):
        self.letters("page-dead", "page", 250, "--attr", "kind=a")
        self.letters("page-dead", "page-b", 3, "--attr", "kind=b")
        plan = self.json("redrive", "page-dead", "--filter", "MessageAttributes.kind=a", "--dry-run")
        self.assertEqual((250, 250, ["page"]), (plan["Chosen"], plan["Visible"], plan["To"]))
        self.queue("elsewhere")
        lines = self.ok("redrive", "page-dead", "--filter", "MessageAttributes.kind=a", "--filter", 'Body~"n": 1', "--to", "elsewhere",
                        "--rate", "2000/s", "-o", "jsonl").splitlines()
        expected = [n for n in range(1, 251) if str(n).startswith("1")]
        self.assertEqual((len(expected), {"Moved"}), (len(lines), {json.loads(each)["Outcome"] for each in lines}))
        self.assertEqual(expected, self.left("elsewhere"))
        self.ok("redrive", "page-dead", "--filter", "MessageAttributes.kind=a")
        self.assertEqual((250 - len(expected), [1, 2, 3]), (self.waiting("page"), self.left("page-dead")))
        self.assertEqual({"Messages": []}, self.json("redrive", "page-dead", "--filter", "Body=no such"))

    def test_none_passes_one_of_its_conversation_that_stays_also_on_another_page(self):
        self.letters("held-dead.fifo", "held.fifo", 120, "--group", "g", "--dedup", "{n}")
        self.ok("send", "held-dead.fifo", '{"n": 1000}', "--group", "other", "--dedup", "o")
        self.ok("receive", "held-dead.fifo", "--visibility", "10m")
        done = self.run_command("redrive", "held-dead.fifo", "--filter", "Body~n", "--to", "held.fifo", "-o", "json")
        self.assertEqual(8, done.returncode, done.stderr)
        outcomes = [each["Outcome"] for each in json.loads(done.stdout)["Messages"]]
        self.assertEqual(["InFlight", *["Blocked"] * 119, "Moved"], outcomes)
        self.assertEqual([1000], self.left("held.fifo"))

    def test_what_is_wrong_is_said_and_nothing_is_lost(self):
        ids = self.letters("wrong-dead", "wrong", 3)
        absent = "00000000-0000-4000-8000-000000000000"
        done = self.run_command("redrive", "wrong-dead", "--id", absent)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("NotFound", done.stdout)
        self.assertEqual([absent], self.json("redrive", "wrong-dead", "--id", absent, "--dry-run")["NotFound"])
        self.assertIn("It must be a message's id", self.refused(1, "redrive", "wrong-dead", "--id", "x"))
        self.assertIn("was given twice", self.refused(2, "redrive", "wrong-dead", "--id", ids[0], "--id", ids[0]))
        many = [part for n in range(101) for part in ("--id", f"00000000-0000-4000-8000-{n:012}")]
        self.assertIn("at most 100 times", self.refused(2, "redrive", "wrong-dead", *many))
        self.assertIn("Dead Letter Queue", self.refused(1, "redrive", "wrong", "--id", ids[0]))
        self.refused(3, "redrive", "nowhere", "--id", ids[0])
        self.refused(3, "redrive", "wrong-dead", "--id", ids[0], "--to", "nowhere")
        for both in (("--filter", "Body~x"), ("--rate", "5/s"), ("--ramp",), ("--detach",)):
            self.refused(2, "redrive", "wrong-dead", "--id", ids[0], *both)
        self.assertIn("--filter nonsense", self.refused(2, "redrive", "wrong-dead", "--filter", "nonsense"))
        self.ok("queues", "rm", "wrong", "--yes")
        self.queue("wrong-too", "--dead-letters", "wrong-dead")
        done = self.run_command("redrive", "wrong-dead", "--id", ids[0], "--id", absent, "-o", "json")
        self.assertEqual(8, done.returncode)
        self.assertEqual(["NoDestination", "NotFound"], [each["Outcome"] for each in json.loads(done.stdout)["Messages"]])
        self.assertEqual(3, self.waiting("wrong-dead"))

    def test_aws_has_no_such_action(self):
        amazon = "https://sqs.eu-west-1.amazonaws.com"
        for choice in (("--id", "00000000-0000-4000-8000-000000000000"), ("--filter", "Body~x"), ("--filter", "Body~x", "--dry-run")):
            told = self.refused(1, "redrive", "a", *choice, AWS_ENDPOINT_URL=amazon)
            self.assertIn("AWS has no RedriveMessages: only mailrail has.", told)


class Move(Commands):
    def test_messages_move_in_the_order_of_their_conversations(self):
        for name in ("move-a.fifo", "move-b.fifo"):
            self.queue(name)
        self.ok("send", "move-a.fifo", "{n}", "--group", "g", "--dedup", "{n}", "--repeat", "35", "--attr", "a=b")

        self.assertEqual({"Moved": 30}, self.json("move", "move-a.fifo", "move-b.fifo", "-n", "30"))
        self.assertEqual({"Moved": 5}, self.json("move", "move-a.fifo", "move-b.fifo"))

        self.assertEqual([str(n) for n in range(1, 36)], self.bodies("move-b.fifo"))
        self.assertEqual(0, self.waiting("move-a.fifo"))

    def test_a_standard_queues_messages_need_a_conversation_for_a_fifo_queue(self):
        self.queue("move-plain")
        self.queue("move-c.fifo")
        self.ok("send", "move-plain", "x")
        self.assertIn("--group", self.refused(2, "move", "move-plain", "move-c.fifo"))
        self.ok("move", "move-plain", "move-c.fifo", "--group", "g")
        self.assertEqual(["x"], self.bodies("move-c.fifo"))


class Keys(Commands):
    """A server that has keys takes what is signed with one, wherever the AWS tools would find it."""

    def test_requests_are_signed_with_the_key_that_is_set_up(self):
        with tempfile.TemporaryDirectory() as home:
            create = [binary(), "key", "create", "--data", f"{home}/data", "-o", "json"]
            made = subprocess.run([*create, "--role", "admin"], env=self.environment(), capture_output=True, text=True, check=True).stdout
            short = subprocess.run([*create, "--role", "admin", "--ttl", "1h"], env=self.environment(), capture_output=True, text=True,
                                   check=True).stdout
            key = json.loads(made)
            os.mkdir(f"{home}/.aws")
            Path(f"{home}/short.json").write_text(short)
            Path(f"{home}/.aws/config").write_text(f"[profile short]\ncredential_process = cat {home}/short.json\n")
            Path(f"{home}/.aws/credentials").write_text(
                f"[long]\naws_access_key_id = {key['AccessKeyId']}\naws_secret_access_key = {key['SecretAccessKey']}\n")
            with Server(data=f"{home}/data") as closed:
                there = {"AWS_ENDPOINT_URL": closed.endpoint, "HOME": home}
                variables = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

                told = self.refused(5, "queues", "create", "q", **there)
                self.assertIn("Set AWS_ACCESS_KEY_ID", told)
                self.ok("queues", "create", "q", **there, **variables)
                self.ok("topics", "create", "t", **there, **variables)
                self.ok("send", "q", "caf\u00e9 %2f +", **there, AWS_PROFILE="long")
                self.ok("peek", "q", "--profile", "short", **there)
                self.assertEqual(["caf\u00e9 %2f +"], self.ok(
                    "receive", "q", "--format", "{Body}", "--profile", "short", **there).splitlines())
                self.ok("topics", "publish", "t", "caf\u00e9 %2f +", **there, **variables)
                wrong = {**variables, "AWS_SECRET_ACCESS_KEY": "wrong"}
                done = self.refused(5, "queues", "ls", "--json", **there, **wrong)
                self.assertEqual("InvalidSignatureException", json.loads(done)["error"]["code"])
                self.assertNotIn(key["SecretAccessKey"], done)


class Refusals(Commands):
    def test_exit_codes_say_what_kind(self):
        self.queue("kinds")
        nobody = f"http://127.0.0.1:{free_port()}"
        self.refused(1, "queues", "set", "kinds", "VisibilityTimeout=-1")
        self.refused(2, "send", "kinds", "x", "--delay", "5")
        self.refused(2, "send")
        self.refused(2, "queues", "ls", "-o", "xml")
        self.refused(2, "queues", "ls", "--endpoint-url", "localhost:4566")
        self.refused(2, "queues", "ls", "--profile", "nobody")
        self.refused(3, "receive", "none")
        self.refused(6, "queues", "ls", "--endpoint-url", nobody)

    def test_errors_may_be_json(self):
        error = json.loads(self.refused(3, "receive", "none", "--json"))["error"]
        self.assertEqual("QueueDoesNotExist", error["code"])
        self.assertEqual({"code", "message", "request_id"}, set(error))
        error = json.loads(self.refused(6, "queues", "ls", "--json", "--endpoint-url", f"http://127.0.0.1:{free_port()}"))["error"]
        self.assertIn("mailrail serve", error["hint"])

    def test_aws_is_only_read_unless_that_is_meant(self):
        amazon = "https://sqs.eu-west-1.amazonaws.com"
        for arguments in (("send", "q", "x"), ("receive", "q"), ("queues", "create", "q"), ("queues", "purge", "q", "--yes"),
                          ("queues", "rm", "q", "--yes"), ("move", "a", "b"), ("redrive", "a"), ("topics", "create", "t"),
                          ("topics", "publish", "t", "x"), ("topics", "rm", "t", "--yes")):
            told = self.refused(4, *arguments, AWS_ENDPOINT_URL=amazon)
            self.assertIn(f"{amazon} (from AWS_ENDPOINT_URL) is AWS itself", told)
            self.assertIn("Add --aws if that is meant.", told)
        told = self.refused(2, "send", "q", "x", "--aws", AWS_ENDPOINT_URL=amazon)  # Meant, but without a key nothing leaves.
        self.assertIn("No key is set up for AWS", told)


if __name__ == "__main__":
    unittest.main()
