#!/usr/bin/python3
"""What docs/deploy-postgres.md says of backups: a dump that is taken under load is whole, and a server on the restored copy has what
was there at that moment."""

import os
import subprocess
import sys
import threading
import unittest
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "lib"))

from calls import Connection
from nodes import LOG_NAME, Node, Nodes
from postgres import BINARIES, ROLE, Postgres, until

FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


def take_all(connection, url):
    """Bodies in the order in which they come."""
    bodies = []
    while messages := connection.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [each["Body"] for each in messages]
        for each in messages:
            connection.call("DeleteMessage", QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return bodies


class Backup(unittest.TestCase):
    def test_a_dump_under_load_has_what_was_acknowledged_before_it_and_a_prefix_of_what_came_after(self):
        with Postgres() as database, Postgres() as other:
            with Nodes(database, count=1) as nodes:
                connection = Connection(nodes.ports[0])
                url = connection.call("CreateQueue", QueueName="q.fifo", Attributes=FIFO)["QueueUrl"]
                for number in range(30):
                    send(connection, url, number)
                deleted = connection.call("ReceiveMessage", QueueUrl=url)["Messages"][0]
                connection.call("DeleteMessage", QueueUrl=url, ReceiptHandle=deleted["ReceiptHandle"])
                with sending(nodes.ports[0], url, 30) as sent:
                    until(lambda: len(sent) > 20, "sends go on")
                    dump(database, f"{other.directory}/dump")
                    until(lambda: len(sent) > 40, "sends go on")
                connection.close()

            restore(other, f"{other.directory}/dump")

            node = Node(other.url(), other.environment())
            with node:
                connection = Connection(node.port)
                bodies = take_all(connection, url)
                connection.close()
            numbers = [int(each) for each in bodies]
            self.assertEqual(numbers, list(range(1, numbers[-1] + 1)))
            self.assertGreaterEqual(numbers[-1], 50)


class sending:
    """Sends numbers one after the other, from a thread; those that were acknowledged are in the list."""

    def __init__(self, port, url, first):
        self.connection, self.url, self.first = Connection(port), url, first
        self.sent = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self.sent

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        self.connection.close()

    def run(self):
        while not self.stopping.is_set():
            send(self.connection, self.url, self.first + len(self.sent))
            self.sent.append(True)


def send(connection, url, number):
    connection.call("SendMessage", QueueUrl=url, MessageBody=str(number), MessageGroupId="conversation")


def dump(database, file):
    database.run("pg_dump", "-h", database.directory, "-p", str(database.port), "-U", "postgres", "-Fc", "--no-owner",
                 f"--schema=mailrail_{LOG_NAME}", "-f", file, "mail")


def restore(database, file):
    """As mailrail's role, which is to own it."""
    command = [f"{BINARIES}/pg_restore", "-h", database.address, "-p", str(database.port), "-U", ROLE, "--no-owner",
               "--exit-on-error", "-d", "mail", file]
    subprocess.run(["setpriv", "--pdeathsig", "KILL", *command], check=True, env=os.environ | database.environment())


if __name__ == "__main__":
    unittest.main()
