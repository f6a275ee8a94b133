#!/usr/bin/python3
"""Clients with boto3's default retries see errors for at most 10 seconds when the owner is killed, and none that lasts a second at a
planned switch-over. They know one name, which leads to both servers.

    retries_test.py [--rounds N]
"""

import argparse
import contextlib
import random
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from unittest import mock

import boto3
from botocore.exceptions import BotoCoreError, ClientError

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "lib"))

from nodes import Nodes
from postgres import Postgres, until
from server import free_port

ERRORS_S_MAX = 10
SWITCH_S_MAX = 1
ADDRESSES = ("127.0.0.1", "127.0.0.2")
NAME = "mailrail.example"


def both_addresses(host, port, *arguments, look_up=socket.getaddrinfo, **members):
    """A name with an address for each server, in any order, as a resolver answers."""
    if host != NAME:
        return look_up(host, port, *arguments, **members)
    addresses = random.sample(ADDRESSES, len(ADDRESSES))
    return [found for each in addresses for found in look_up(each, port, *arguments, **members)]


class Client:
    """Sends numbers to a conversation of its own, one after the other, each until it is acknowledged."""

    def __init__(self, name, endpoint, stopping):
        self.name, self.stopping = name, stopping
        credentials = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
        self.sqs = boto3.session.Session().client("sqs", endpoint_url=endpoint, **credentials)
        self.url = self.sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        self.sent = 0
        self.longest_answer_s = 0  # From a call to its success, retries of the SDK and ours included.
        self.failing_since = None
        self.longest_errors_s = 0  # From the first error that the SDK let through to the next success.
        self.error = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.stopping.is_set():
                self.send_next()
        except Exception as error:
            self.error = error

    def send_next(self):
        began = time.monotonic()
        while True:
            try:
                self.sqs.send_message(QueueUrl=self.url, MessageBody=str(self.sent), MessageGroupId=self.name,
                                      MessageDeduplicationId=f"{self.name}-{self.sent}")
                break
            except (ClientError, BotoCoreError) as error:
                if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                    raise
                self.failing_since = self.failing_since or time.monotonic()
        now = time.monotonic()
        if self.failing_since:
            self.longest_errors_s = max(self.longest_errors_s, now - self.failing_since)
            self.failing_since = None
        self.longest_answer_s = max(self.longest_answer_s, now - began)
        self.sent += 1


@contextlib.contextmanager
def clients(endpoint, count=4):
    stopping = threading.Event()
    started = [Client(f"client-{number}", endpoint, stopping) for number in range(count)]
    try:
        yield started
    finally:
        stopping.set()
        for each in started:
            each.thread.join()
    for each in started:
        if each.error:
            raise each.error


def until_all_send(started, more=20):
    """Every client has gone on since."""
    counts = [each.sent for each in started]
    until(lambda: all(each.error or each.sent >= count + more for each, count in zip(started, counts)), "all clients go on")


def received(client, url):
    """All there is, per conversation, in the order in which it came."""
    conversations = {}
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get("Messages"):
        for each in messages:
            conversations.setdefault(each["Attributes"]["MessageGroupId"], []).append(int(each["Body"]))
        client.delete_message_batch(QueueUrl=url, Entries=[
            {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(messages)])
    return conversations


def run(nodes, endpoint, rounds):
    errors, longest, switches = [], [], []
    with clients(endpoint) as started:
        until_all_send(started)
        for _ in range(rounds):
            owner = nodes.owner()
            owner.end(signal.SIGKILL)
            until_all_send(started)
            owner.spawn()
            nodes.await_whole()
            errors.append(max(each.longest_errors_s for each in started))
            for each in started:
                each.longest_answer_s = each.longest_errors_s = 0
            began = time.monotonic()
            nodes.promote(nodes.standby())
            switches.append(time.monotonic() - began)
            until_all_send(started)
            longest.append(max(each.longest_answer_s for each in started))
            nodes.await_whole()
    for name, numbers in received(started[0].sqs, started[0].url).items():
        sent = next(each.sent for each in started if each.name == name)
        if numbers != list(range(sent)):
            raise AssertionError(f"{name} was acknowledged 0 to {sent - 1}, and this came: {numbers}")
    return errors, longest, switches, sum(each.sent for each in started)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    with Postgres() as database, mock.patch("socket.getaddrinfo", both_addresses):
        with Nodes(database, addresses=ADDRESSES, port=free_port(), arguments=("--hostname", NAME)) as nodes:
            errors, longest, switches, sent = run(nodes, f"http://{NAME}:{nodes.ports[0]}", options.rounds)
    is_kept = max(errors) <= ERRORS_S_MAX and max(switches) < SWITCH_S_MAX
    print(f"{'KEPT' if is_kept else 'BROKEN'}: {options.rounds} owners killed, errors for at most {max(errors):.2f} s; as many switched "
          f"over, the command took at most {max(switches):.2f} s, a send with its retries {max(longest):.2f} s; {sent} messages, in "
          "order, none lost, none twice")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
