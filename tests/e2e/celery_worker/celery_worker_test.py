#!/usr/bin/python3
"""A real Celery worker with kombu's SQS transport: boto3 for most calls, and requests of its own signing to a queue's path."""

import functools
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from recorder import Recorder
from server import SKIPPED, Server

RESULT_WITHIN_S = 40


def setUpModule():
    global server, recorder
    server = Server()
    server.start()
    recorder = Recorder(server.port).__enter__()


def tearDownModule():
    recorder.__exit__()
    server.__exit__()


@functools.cache
def client():
    """A client of our own, past the recorder."""
    return boto3.client(
        "sqs", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


class Worker:
    """`celery worker` in a process group of its own."""

    def __init__(self, queue, log):
        options = ["--concurrency", "1", "--loglevel", "INFO", "--queues", queue]
        celery = [sys.executable, "-m", "celery", "-A", "worker_tasks", "worker", *options]
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *celery], cwd=Path(__file__).parent, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True)

    def end(self):
        """As an operator ends it: tasks under way are finished first."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self):
        """All of its processes at once, as when its machine is gone."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Case(unittest.TestCase):
    """Each test has a queue and a worker of its own."""

    queues = 0
    suffix = ""
    visibility_timeout_s = 60
    predefined = None  # For transport options: what is said of the queue, beside its URL.

    def setUp(self):
        Case.queues += 1
        self.queue = f"tasks-{Case.queues}{self.suffix}"
        self.queue_path = f"/000000000000/{self.queue}"
        self.directory = Path(tempfile.mkdtemp(prefix="mailrail-celery-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        results = self.directory / "results"
        results.mkdir()
        transport = {"visibility_timeout": self.visibility_timeout_s, "wait_time_seconds": 5}
        if self.predefined is not None:
            url = recorder.endpoint + self.queue_path
            transport["predefined_queues"] = {self.queue: {"url": url, **self.predefined}}
        os.environ.update({
            "CELERY_BROKER": f"sqs://test:test@127.0.0.1:{recorder.port}//",
            "CELERY_TRANSPORT": repr(transport),
            "CELERY_QUEUE": self.queue,
            "CELERY_RESULTS": str(results),
            "CELERY_NOTES": str(self.directory),
        })
        self.tasks = importlib.reload(importlib.import_module("worker_tasks"))
        self.log = open(self.directory / "worker.log", "w+")
        self.addCleanup(self.log.close)
        recorder.exchanges.clear()

    def worker(self):
        worker = Worker(self.queue, self.log)
        self.addCleanup(worker.kill)
        return worker

    def get(self, result):
        try:
            return result.get(timeout=RESULT_WITHIN_S, interval=0.05)
        except self.tasks.app.backend.TimeoutError as error:
            raise AssertionError(f"{error!r}\n{self.worker_log()}") from error

    def until(self, condition, what):
        deadline = time.monotonic() + RESULT_WITHIN_S
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"{what} did not happen within {RESULT_WITHIN_S} s\n{self.worker_log()}")
            time.sleep(0.02)

    def worker_log(self):
        self.log.flush()
        return Path(self.log.name).read_text()

    def receives(self):
        """The worker's own requests for messages of this queue."""
        return [each for each in recorder.of("ReceiveMessage") if each.path == self.queue_path]

    def left(self):
        """Messages that are still in the queue: waiting and in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = server.endpoint + self.queue_path
        attributes = client().get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return [int(attributes[each]) for each in names]


class Tasks(Case):
    def test_tasks_run_and_their_messages_are_gone(self):
        self.worker()
        results = [self.tasks.add.delay(each, each) for each in range(20)]
        chain = (self.tasks.add.s(1, 2) | self.tasks.add.s(10)).delay()

        self.assertEqual([2 * each for each in range(20)], [self.get(result) for result in results])
        self.assertEqual(13, self.get(chain))
        self.until(lambda: self.left() == [0, 0], "deleting all messages")
        self.assertEqual({200}, {each.status for each in recorder.exchanges})
        created = recorder.of("CreateQueue")[0].parameters
        self.assertEqual((self.queue, "60"), (created["QueueName"], created["Attribute.1.Value"]))

    def test_the_worker_asks_at_the_queues_path_and_names_no_queue(self):
        self.worker()
        self.assertEqual(3, self.get(self.tasks.add.delay(1, 2)))

        asked = self.receives()[0]
        self.assertEqual("POST", asked.method)
        self.assertNotIn("QueueUrl", asked.parameters)
        self.assertNotIn("Version", asked.parameters)
        self.assertEqual("ApproximateReceiveCount", asked.parameters["AttributeName.1"])
        self.assertRegex(asked.headers["authorization"], "^AWS4-HMAC-SHA256 Credential=test/")

    def test_a_task_that_asks_for_a_retry_is_run_again(self):
        self.worker()

        self.assertEqual(2, self.get(self.tasks.succeed_at_the_third.delay()))
        with self.assertRaisesRegex(ValueError, "this task never succeeds"):
            self.get(self.tasks.never_succeed.delay())

        self.assertEqual(["0", "1", "2"], self.tasks.noted("retries"))
        self.until(lambda: self.left() == [0, 0], "deleting all messages")

    def test_a_message_that_a_task_gives_back_comes_again_at_once(self):
        self.worker()

        self.assertEqual(2, self.get(self.tasks.give_back_once.delay()))

        released = recorder.of("ChangeMessageVisibility")
        self.assertEqual(["0"], [each.parameters["VisibilityTimeout"] for each in released])
        self.until(lambda: self.left() == [0, 0], "deleting the message")

    def test_a_worker_that_ends_leaves_what_it_has_not_begun(self):
        worker = self.worker()
        self.assertEqual(3, self.get(self.tasks.add.delay(1, 2)))
        later = self.tasks.add.apply_async((1, 2), countdown=3600)
        self.until(lambda: f"[{later.id}] received" in self.worker_log(), "taking the task that is for later")

        self.assertEqual(0, worker.end(), self.worker_log())

        self.assertFalse(later.ready())
        self.assertEqual(1, sum(self.left()))
        released = recorder.of("ChangeMessageVisibility")
        self.assertEqual([("0", 200)], [(each.parameters["VisibilityTimeout"], each.status) for each in released])


class Kills(Case):
    visibility_timeout_s = 3

    def test_the_task_of_a_killed_worker_goes_to_another_after_its_visibility_timeout(self):
        killed = self.worker()
        result = self.tasks.hold_until_released.delay()
        self.until(lambda: len(self.tasks.noted("holders")) == 1, "the task's start")
        killed.kill()
        self.assertEqual(1, sum(self.left()))
        self.worker()

        holder = self.get(result)

        first, second = self.tasks.noted("holders")
        self.assertNotEqual(first, second)
        self.assertEqual(second, str(holder))
        self.until(lambda: self.left() == [0, 0], "deleting the message")


class QueuesKnownBeforehand(Case):
    """Celery's `predefined_queues`: no lists, no creation, and a time to wait for each retry."""

    predefined = {
        "access_key_id": "test",
        "secret_access_key": "test",
        "backoff_policy": {1: 1},
        "backoff_tasks": ["worker_tasks.fail_once"],
    }

    def test_a_task_that_fails_comes_again_after_the_time_that_its_policy_says(self):
        client().create_queue(QueueName=self.queue, Attributes={"VisibilityTimeout": "600"})
        self.worker()
        self.tasks.fail_once.delay()

        self.until(lambda: len(self.tasks.noted("failures")) == 2, "running the task again")

        first, second = map(float, self.tasks.noted("failures"))
        self.assertGreater(second - first, 0.9)
        changed = recorder.of("ChangeMessageVisibility")
        self.assertEqual(["1"], [each.parameters["VisibilityTimeout"] for each in changed])
        self.assertEqual([], recorder.of("ListQueues") + recorder.of("CreateQueue"))
        self.until(lambda: self.left() == [0, 0], "deleting the message")


class Conversations(Case):
    suffix = ".fifo"

    def test_tasks_of_a_conversation_run_in_order(self):
        self.worker()
        for number in range(6):
            for group in "ab":
                self.tasks.write_down.apply_async((group, number), MessageGroupId=group)

        self.until(lambda: len(self.tasks.noted("a") + self.tasks.noted("b")) == 12, "running all tasks")
        self.assertEqual([str(each) for each in range(6)], self.tasks.noted("a"))
        self.assertEqual([str(each) for each in range(6)], self.tasks.noted("b"))
        self.until(lambda: self.left() == [0, 0], "deleting all messages")


if __name__ == "__main__":
    try:
        import celery, kombu.transport.SQS, pycurl  # noqa: E401, F401
    except ImportError as error:
        print(f"skipped: {error}. Debian's python3-celery and python3-pycurl are needed; tools/setup installs them.")
        sys.exit(SKIPPED)
    sys.path.insert(0, str(Path(__file__).parent))
    unittest.main(warnings="ignore")
