#!/usr/bin/python3
"""`mailrail bench`: each workload against a real server, briefly, and against services that break a promise, which it must notice."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

for each in ("cli", "edge"):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / each))

from commands import Commands, Server, binary
from odd_service import OddService
from server import free_port
from tls_test import TlsServer

BRIEFLY = ("--duration", "1s", "--warm-up", "100ms")
KEY = {"AWS_ACCESS_KEY_ID": "AKIDBENCH00000000001", "AWS_SECRET_ACCESS_KEY": "a-secret-that-is-long-enough-for-it"}


class Bench(Commands):
    def bench(self, code, *arguments, **more):
        done = self.run_command("bench", *arguments, "--json", **more)
        self.assertEqual(code, done.returncode, (arguments, done.stdout, done.stderr))
        return json.loads(done.stdout)

    def names(self):
        return [each["QueueUrl"].rpartition("/")[2] for each in self.json("queues", "ls")["Queues"]]

    def assert_nothing_is_left(self):
        self.assertEqual([], [each for each in self.names() if each.startswith("mailrail-bench-")])
        self.assertEqual([], self.json("topics", "ls")["Topics"])


class Workloads(Bench):
    def good(self, *arguments, **more):
        report = self.bench(0, *arguments, **more)
        self.assertEqual({0}, {count for name, count in report["Violations"].items() if name != "Examples"})
        self.assertTrue(report["Verified"])
        self.assertGreater(report["Acknowledged"], 0)
        self.assertEqual(0, report["Errors"])
        self.assertGreater(report["Server"]["ResidentBytes"], 1_000_000)
        self.assert_nothing_is_left()
        return report

    def test_sends_are_measured_and_counted(self):
        for workload in ("send", "send-batch"):
            report = self.good(workload, *BRIEFLY)
            latencies = report["Send"]["LatencyMicroseconds"]
            self.assertGreater(report["Send"]["MessagesPerSecond"], 100)
            self.assertEqual(sorted(latencies.values()), [latencies[each] for each in ("P50", "P90", "P99", "P999", "Max")])
            self.assertGreater(report["Server"]["CpuNanosecondsPerMessage"], 0)

    def test_sends_to_conversations_go_to_a_fifo_queue(self):
        self.assertEqual(5, self.good("send", "--groups", "5", *BRIEFLY)["Conversations"])

    def test_receives_drain_what_was_sent_before(self):
        report = self.good("receive", "--messages", "2000")
        self.assertEqual((2000, 2000), (report["Acknowledged"], report["Received"]))
        self.assertEqual(2000, report["Delete"]["Messages"])

    def test_long_messages_are_sent_before_in_short_batches(self):
        self.assertEqual(50, self.good("receive", "--size", "256KiB", "--messages", "50")["Received"])

    def test_what_is_sent_comes_out(self):
        for workload, more in (("fifo", ()), ("standard", ()), ("fifo", ("--batch", "10", "--groups", "30"))):
            report = self.good(workload, *more, *BRIEFLY)
            self.assertEqual(report["Acknowledged"], report["Received"])
            self.assertGreater(report["EndToEnd"]["Messages"], 0)

    def test_what_is_published_comes_out_of_every_queue(self):
        for more in ((), ("--groups", "0"), ("--queues", "5")):
            report = self.good("fan-out", *more, *BRIEFLY)
            self.assertEqual(report["Acknowledged"] * report["Queues"], report["Received"])

    def test_a_waiting_consumer_is_woken(self):
        report = self.good("wake-up", "--rate", "50/s", *BRIEFLY)
        self.assertLess(report["EndToEnd"]["LatencyMicroseconds"]["P50"], 1_000_000)

    def test_a_rate_is_kept(self):
        report = self.good("standard", "--rate", "100/s", "--duration", "2s", "--warm-up", "500ms")
        self.assertIn(report["Send"]["Messages"], range(190, 201))
        self.assertIn(report["Acknowledged"], range(248, 252))

    def test_conversations_of_a_file_are_said_again(self):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            for number in range(300):
                file.write(json.dumps({"conversation": f"room/{number % 7}", "author": "ann", "text": f'"{number}" \u4e16\u754c'}) + "\n")
            file.flush()
            report = self.good("replay", file.name)
        self.assertEqual((300, 300, 7), (report["Acknowledged"], report["Received"], report["Conversations"]))

    def test_it_ends_after_as_many_messages_as_it_is_told(self):
        self.assertEqual(77, self.good("fifo", "--messages", "77")["Acknowledged"])

    def test_it_leaves_all_else_alone(self):
        self.queue("mine")
        self.ok("send", "mine", "hello")
        self.good("send", *BRIEFLY)
        self.assertEqual(1, self.waiting("mine"))
        self.ok("queues", "rm", "mine", "--yes")

    def test_consumers_that_work_hold_up_their_conversations(self):
        report = self.good("fifo", "--groups", "4", "--work", "20ms", *BRIEFLY)
        self.assertLessEqual(report["EndToEnd"]["Messages"], 4 * 10 * 1000 / 20)
        self.assertGreater(report["EndToEnd"]["LatencyMicroseconds"]["P50"], 10_000)

    def test_people_get_a_table(self):
        told = self.ok("bench", "fifo", *BRIEFLY)
        for each in ("MESSAGES/S", "end to end", "of CPU a message (engine", "none lost, none repeated, none out of order"):
            self.assertIn(each, told)
        self.assertLessEqual(max(map(len, told.splitlines())), 80)

    def test_ctrl_c_ends_it_and_leaves_nothing(self):
        command = [binary(), "bench", "fan-out", "--duration", "1h", "--json"]
        with subprocess.Popen(command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
            deadline = time.monotonic() + 30
            while not any(each.startswith("mailrail-bench-") and self.waiting_or_none(each) for each in self.names()):
                self.assertIsNone(running.poll())
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            running.send_signal(signal.SIGINT)
            told, _ = running.communicate(timeout=30)
        self.assertEqual(130, running.returncode)
        report = json.loads(told)
        self.assertTrue(report["Interrupted"])
        self.assertLess(report["Milliseconds"], 60_000)
        self.assert_nothing_is_left()

    def waiting_or_none(self, queue):
        done = self.run_command("queues", "show", queue, "--json")
        return done.returncode == 0


class Refusals(Bench):
    def test_what_means_nothing_is_refused(self):
        for arguments, sentence in (
            (("send", "--queues", "2"), "--queues is not for send, only for fan-out."),
            (("replay",), "replay needs the FILE"),
            (("send", "--rate", "0"), "--rate 0: it must be a number of messages a second"),
            (("replay", "/nonexistent"), "Cannot read /nonexistent"),
            (("swim",), "swim"),
            (("send", "--pid", "1999999999", *BRIEFLY), "--pid 1999999999"),
        ):
            self.assertIn(sentence, self.refused(2, "bench", *arguments))
        self.assert_nothing_is_left()

    def test_aws_is_left_alone_unless_it_is_meant(self):
        told = self.refused(4, "bench", "send", AWS_ENDPOINT_URL="https://sqs.eu-west-1.amazonaws.com", **KEY)
        self.assertIn("--aws", told)

    def test_a_server_that_is_not_there_is_named(self):
        endpoint = f"http://127.0.0.1:{free_port()}"
        self.assertIn("mailrail serve", self.refused(6, "bench", "send", AWS_ENDPOINT_URL=endpoint))


class Keys(Bench):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(environment={f"MAILRAIL_{name.removeprefix('AWS_')}": value for name, value in KEY.items()})
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()

    def environment(self, **more):
        return super().environment(**{**KEY, **more})

    def test_what_is_measured_is_signed(self):
        report = self.bench(0, "fan-out", *BRIEFLY)
        self.assertEqual(0, report["Errors"])
        self.assertIn("Server", report)

    def test_without_a_signature_nothing_is_taken(self):
        report = self.bench(8, "send", "--no-sign", "--messages", "100", *BRIEFLY)
        self.assertEqual(0, report["Acknowledged"])
        self.assertIn("403", report["FirstError"])
        self.assert_nothing_is_left()


class Tls(Bench):
    @classmethod
    def setUpClass(cls):
        cls.server = TlsServer()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()

    def test_what_is_measured_goes_by_tls(self):
        report = self.bench(0, "fifo", *BRIEFLY, AWS_CA_BUNDLE=self.server.certificate)
        self.assertGreater(report["Acknowledged"], 0)
        self.assertEqual(0, report["Errors"])

    def test_a_certificate_that_nobody_trusts_is_refused(self):
        self.refused(6, "bench", "send", *BRIEFLY)


class BrokenPromises(Bench):
    def found(self, fault, *arguments, code=1):
        with OddService(fault) as service:
            report = self.bench(code, *arguments, AWS_ENDPOINT_URL=service.endpoint)
            self.assertEqual({}, service.queues)
        self.assertNotIn("Server", report)
        return report

    def assert_only(self, violations, kind, *others):
        self.assertGreater(violations[kind], 0)
        self.assertEqual({0}, {count for name, count in violations.items() if name not in (kind, *others, "Examples")})

    def test_a_service_that_keeps_them_is_cleared(self):
        for workload in ("fifo", "standard", "send"):
            self.assertEqual([], self.found(None, workload, "--messages", "400", code=0)["Violations"]["Examples"])

    def test_lost_messages_are_found(self):
        violations = self.found("lose", "fifo", "--messages", "200")["Violations"]
        self.assertEqual((10, 0, 0), (violations["Lost"], violations["Repeated"], violations["OutOfOrder"]))
        self.assertIn("was acknowledged and never came", violations["Examples"][0])

    def test_lost_messages_are_found_though_nobody_receives(self):
        self.assertEqual(10, self.found("lose", "send", "--messages", "200")["Violations"]["Lost"])

    def test_repeated_messages_are_found(self):
        for fault in ("repeat", "repeat_in_flight"):
            for workload in (("fifo", "--groups", "20"), ("standard",)):
                self.assert_only(self.found(fault, *workload, "--messages", "200")["Violations"], "Repeated")

    def test_messages_out_of_order_are_found(self):
        violations = self.found("reorder", "fifo", "--messages", "400", "--groups", "2", "--batch", "10")["Violations"]
        self.assert_only(violations, "OutOfOrder")

    def test_conversations_with_two_consumers_are_found(self):
        violations = self.found("overlap", "fifo", "--messages", "400", "--groups", "2", "--work", "5ms")["Violations"]
        self.assert_only(violations, "Overlapping", "OutOfOrder")  # Of two consumers either may be heard first.

    def test_what_nobody_sent_is_found(self):
        violations = self.found("invent", "standard", "--messages", "200")["Violations"]
        self.assert_only(violations, "Foreign")
        self.assertIn("from elsewhere", " ".join(violations["Examples"]))

    def test_a_refused_send_is_an_error_and_no_loss(self):
        report = self.found("refuse", "standard", "--messages", "200", code=8)
        self.assertEqual((10, 190, 0), (report["Errors"], report["Acknowledged"], report["Violations"]["Lost"]))
        self.assertIn("Too much.", report["FirstError"])

    def test_a_send_without_an_answer_is_an_error_and_no_loss(self):
        report = self.found("hang_up", "standard", "--messages", "200", code=8)
        self.assertEqual((10, 0), (report["Errors"], report["Violations"]["Lost"]))
        self.assertEqual("the server closed the connection", report["FirstError"])

    def test_nothing_is_verified_where_all_connections_were_lost(self):
        for fault, workload in (("go_away", ("standard",)), ("go_deaf", ("fifo", "--messages", "200"))):
            with OddService(fault) as service:
                done = self.run_command("bench", *workload, "--json", AWS_ENDPOINT_URL=service.endpoint)
            report = json.loads(done.stdout)
            self.assertGreater(report["Acknowledged"], 0)
            self.assertGreater(report["Errors"], 0)
            self.assertFalse(report["Verified"])
            self.assertEqual(0, report["Violations"]["Lost"])

    def test_people_are_told_that_nothing_is_verified(self):
        with OddService("go_away") as service:
            done = self.run_command("bench", "standard", AWS_ENDPOINT_URL=service.endpoint)
        self.assertIn("Verified  nothing: connections were lost before all had come out\n", done.stdout)

    def test_a_reply_that_is_not_understood_is_an_error(self):
        report = self.found("chunk", "send", "--messages", "5", "--producers", "1", code=8)
        self.assertEqual("a reply came without a Content-Length", report["FirstError"])

    def test_a_stall_counts_for_every_message_that_was_due(self):
        report = self.found("stall", "send", "--producers", "1", "--rate", "50/s", "--duration", "2s", "--warm-up", "0s", code=0)
        self.assertIn(report["Send"]["Messages"], range(98, 101))
        # A second of a hundred messages' two: half of them waited, on average half of it.
        self.assertGreater(report["Send"]["LatencyMicroseconds"]["P90"], 600_000)


class OtherServers(Bench):
    def test_a_process_tells_what_a_service_does_not(self):
        with OddService() as service:
            report = self.bench(0, "send", "--messages", "100", "--pid", str(os.getpid()), AWS_ENDPOINT_URL=service.endpoint)
        self.assertGreater(report["Server"]["ResidentBytes"], 1_000_000)

    def test_the_process_that_is_named_comes_before_what_a_service_tells(self):
        with OddService(tells_use=True) as service:
            report = self.bench(0, "send", "--messages", "100", "--pid", str(os.getpid()), AWS_ENDPOINT_URL=service.endpoint)
        self.assertNotIn("http", report["Server"]["CpuNanosecondsPerMessageByThread"])

    def test_a_process_that_ends_meanwhile_takes_only_its_costs_along(self):
        with OddService() as service, subprocess.Popen(["/usr/bin/sleep", "600"]) as process:
            command = [binary(), "bench", "send", "--messages", "1000", "--rate", "500/s", "--pid", str(process.pid)]
            running = subprocess.Popen(command, env=self.environment(AWS_ENDPOINT_URL=service.endpoint), stdout=subprocess.PIPE, text=True)
            with running:
                while service.sends == 0 and running.poll() is None:
                    time.sleep(0.01)
                process.kill()
                process.wait()
                told, _ = running.communicate(timeout=30)
        self.assertEqual(0, running.returncode)
        self.assertIn("Server    its process ended meanwhile, so what it used is not known\n", told)
        self.assertIn("Verified  1,000 messages acknowledged, and in the queue\n", told)

    def test_topics_need_not_be_found_where_none_is_used(self):
        self.assertEqual(10, self.bench(0, "send", "--messages", "10", AWS_ENDPOINT_URL_SNS="http://nowhere..invalid:1")["Acknowledged"])

    def test_messages_cost_what_they_take_and_not_what_was_done_before(self):
        with OddService(tells_use=True) as service:
            receive = self.bench(0, "receive", "--messages", "100", AWS_ENDPOINT_URL=service.endpoint)
            send = self.bench(0, "send", "--messages", "100", AWS_ENDPOINT_URL=service.endpoint)
        self.assertEqual(0, receive["Server"]["CpuNanosecondsPerMessage"])
        self.assertEqual(1_000_000_000, send["Server"]["CpuNanosecondsPerMessage"])


if __name__ == "__main__":
    unittest.main()
