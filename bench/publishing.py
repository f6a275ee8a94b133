"""The figure of publishing: fan-out to queues, with and without filters, beside a send to one queue."""

import contextlib
import json
import statistics
import sys
import urllib.parse
from pathlib import Path

from harness import ROUNDS, load, mailrail, waiting_messages

ROOT = Path(__file__).resolve().parent.parent

# How many subscriptions a topic has; of those with filters, one in a hundred takes what is published.
FAN_OUTS = {"fan_out_1": (1, False), "fan_out_3": (3, False), "fan_out_100": (100, False), "fan_out_1000": (1000, False),
            "fan_out_10_of_1000": (1000, True)}
FILTERS = 100
PUBLISH_PARAMETERS = "".join(
    f"&MessageAttributes.entry.1.{name}={value}"
    for name, value in (("Name", "channel"), ("Value.DataType", "String"), ("Value.StringValue", "channel-7")))


def publish(setting):
    """A publish of a chat message to 1, 3, 100 and 1,000 queues, and to 10 of 1,000 by their filters, beside a send of the same
    messages to one queue: on 1 and on 64 connections, in interleaved rounds; and the server's CPU time for each delivery"""
    bodies = setting.data_root / "bodies"
    bodies.write_text("".join(urllib.parse.quote_plus(body) + "\n" for body in chat_messages(10_000)))
    with contextlib.ExitStack() as stack:
        cases = {"send": Sending(setting, stack, bodies)}
        for name, (subscriptions, is_filtered) in FAN_OUTS.items():
            cases[name] = Publishing(setting, stack, bodies, subscriptions, is_filtered)
        runs = {(name, connections): [] for name in cases for connections in (1, 64)}
        for _ in range(ROUNDS):
            for (name, connections), of_case in runs.items():
                of_case.append(cases[name].run(connections))
        return {
            f"{name}_on_{connections}_{key}": statistics.median(run[key] for run in of_case)
            for (name, connections), of_case in runs.items() for key in of_case[0]
        }


CORPUS = ROOT.parent / "shared" / "data" / "irc-conversations.jsonl"


def chat_messages(count):
    """From a corpus of real chat where there is one beside the repository, else as long as its messages are on average."""
    if not CORPUS.exists():
        return [f"message {number:06d} " + "hello kernel why apt-get reboot thanks :) " * (number % 8) for number in range(count)]
    with CORPUS.open(encoding="utf-8") as lines:
        return [line.strip() for line, _ in zip(lines, range(count))]


class Sending:
    """A server with a queue, to which messages are sent."""

    deliveries = 1

    def __init__(self, setting, stack, bodies):
        self.setting, self.bodies = setting, bodies
        self.seconds = setting.seconds * 0.4  # Millions of deliveries, which all wait until the end.
        self.server = stack.enter_context(mailrail(setting, setting.data()))
        self.server.wait_until_ready()
        self.queues = [self.server.create_queue("q-0")]
        self.load("send", 1, self.seconds / 4)  # What is made ready once, like filters, is ready then.
        self.empty()

    def load(self, mode, connections, seconds):
        where = {"queue_url": self.queues[0]} if mode == "send" else {"topic_arn": self.topic, "publish_parameters": PUBLISH_PARAMETERS}
        return load(self.setting, self.server, mode, connections=connections, duration=seconds, bodies=self.bodies, **where)

    def run(self, connections, mode="send"):
        before = self.server.cpu_seconds()
        outcome = self.load(mode, connections, self.seconds)
        cpu_seconds = self.server.cpu_seconds() - before
        deliveries = outcome["messages"] * self.deliveries
        found = sum(waiting_messages(self.server, each) for each in self.queues)
        if found != deliveries:
            sys.exit(f"{outcome['messages']} messages made {found} deliveries, not {deliveries}.")
        self.empty()
        return {
            "messages_per_second": outcome["messages_per_second"],
            "deliveries_per_second": outcome["messages_per_second"] * self.deliveries,
            "p50_us": outcome["p50_us"],
            "p99_us": outcome["p99_us"],
            "cpu_us_per_delivery": round(cpu_seconds * 1e6 / deliveries, 2),
        }

    def empty(self):
        for each in self.queues:
            self.server.call("PurgeQueue", QueueUrl=each)


class Publishing(Sending):
    """A server with a topic and queues that are subscribed to it."""

    def __init__(self, setting, stack, bodies, subscriptions, is_filtered):
        super().__init__(setting, stack, bodies)
        self.deliveries = subscriptions // FILTERS if is_filtered else subscriptions
        self.topic = self.server.publisher("CreateTopic", Name="topic")["TopicArn"]
        for number in range(subscriptions):
            if number > 0:
                self.queues.append(self.server.create_queue(f"q-{number}"))
            policy = json.dumps({"channel": [f"channel-{number % FILTERS}"]})
            filtered = {"Attributes.entry.1.key": "FilterPolicy", "Attributes.entry.1.value": policy} if is_filtered else {}
            self.server.publisher("Subscribe", TopicArn=self.topic, Protocol="sqs", **filtered,
                                  Endpoint=f"arn:aws:sqs:us-east-1:000000000000:q-{number}")
        self.load("publish", 1, self.seconds / 4)
        self.empty()

    def run(self, connections):
        return super().run(connections, "publish")
