#!/usr/bin/python3
"""An owner that slept wakes up in the middle of its answers, when another one owns the log. It tells nobody anything.

    zombie_test.py [--rounds N] [--seed N]

What is about to be answered is arranged: a session of the test holds the lease's row, so the frame of a receive waits; the owner is
stopped, the row is let go, and the frame is in the log before the answer can be.
"""

import argparse
import http.client
import random
import sys
import time
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "lib"))

from calls import Connection, Refused
from nodes import LOG_NAME, Nodes
from postgres import Postgres, until

LEASE_S = 2
WAITING_FRAME = "select count(*) from pg_stat_activity where usename = 'mailrail' and wait_event_type = 'Lock'"
FRAMES = f"select count(*) from mailrail_{LOG_NAME}.log"


class Asked:
    """A call that nobody waits for yet."""

    def __init__(self, node, action, **members):
        self.connection = Connection(node.port)
        self.connection.start(action, **members)

    def answer(self):
        """What the call says; None if it is refused for now, or its connection ended without an answer."""
        try:
            return self.connection.finish()
        except Refused as refused:
            if refused.status != 503:
                raise
            return None
        except (http.client.HTTPException, ConnectionError):
            return None
        finally:
            self.connection.close()


def call(node, action, **members):
    connection = Connection(node.port)
    try:
        return connection.call(action, **members)
    finally:
        connection.close()


def bodies(answer):
    return [each["Body"] for each in (answer or {}).get("Messages", ())]


def expect(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: {found}, and not {expected}")


class Round:
    def __init__(self, database, nodes, number, chance):
        self.database, self.nodes, self.chance = database, nodes, chance
        self.owner, self.other = nodes.owner(), nodes.standby()
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        names = f"chat-{number}.fifo", f"quiet-{number}.fifo"
        self.chat, self.quiet = (call(self.owner, "CreateQueue", QueueName=name, Attributes=fifo)["QueueUrl"] for name in names)

    def send(self, node, url, body):
        return call(node, "SendMessage", QueueUrl=url, MessageBody=body, MessageGroupId="conversation")

    def receive(self, node, url, **members):
        return call(node, "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, **members)

    def fall_asleep(self):
        """With an answer that has to leave next, a long poll, and a send that it has not read yet."""
        for body in ("one", "two"):
            self.send(self.owner, self.chat, body)
        polling = Asked(self.owner, "ReceiveMessage", QueueUrl=self.quiet, WaitTimeSeconds=20, VisibilityTimeout=LEASE_S)
        with self.database.session() as session:
            session.run("begin")
            session.run(f"select epoch from mailrail_{LOG_NAME}.lease for update")
            receiving = Asked(self.owner, "ReceiveMessage", QueueUrl=self.chat, MaxNumberOfMessages=10, VisibilityTimeout=LEASE_S)
            until(lambda: self.database.value(WAITING_FRAME) != "0", "the receive's frame waits")
            self.owner.pause()
            frames = int(self.database.value(FRAMES))
            session.run("commit")
            until(lambda: int(self.database.value(FRAMES)) > frames, "the receive's frame is in the log")
        sending = Asked(self.owner, "SendMessage", QueueUrl=self.quiet, MessageBody="late", MessageGroupId="late")
        return polling, receiving, sending

    def run(self):
        polling, receiving, sending = self.fall_asleep()
        taken_after = self.nodes.await_service([self.other])
        # The frame counts: who reads the log holds the conversation for the one that slept, until that lease ends.
        held = self.receive(self.other, self.chat, WaitTimeSeconds=10, VisibilityTimeout=60)
        expect(bodies(held), ["one", "two"], "what came when the sleeper's lease was over")
        self.send(self.other, self.quiet, "meanwhile")
        other_held = self.receive(self.other, self.quiet, VisibilityTimeout=60)
        expect(bodies(other_held), ["meanwhile"], "what was sent after the take-over")
        time.sleep(self.chance.uniform(0, 1))  # When it wakes up does not matter.
        self.owner.resume()

        expect(bodies(receiving.answer()), [], "what the sleeper handed out of a conversation that another one holds")
        expect(bodies(polling.answer()), [], "what its long poll brought")
        told = sending.answer()
        self.nodes.await_whole()
        for node in self.nodes.nodes:
            expect(bodies(self.receive(node, self.chat)), [], "what is handed out while it is held")
        entries = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(held["Messages"])]
        expect(len(call(self.owner, "DeleteMessageBatch", QueueUrl=self.chat, Entries=entries)["Successful"]), 2, "deletes")
        late = bodies(self.receive(self.owner, self.quiet))
        if told:
            expect(late, ["late"], "what was acknowledged after it woke up")
        elif late not in ([], ["late"]):
            raise AssertionError(f"what was sent to it while it slept became {late}")
        return taken_after


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with Postgres() as database, Nodes(database) as nodes:
        taken = [Round(database, nodes, number, chance).run() for number in range(options.rounds)]
    print(f"KEPT: {options.rounds} owners slept in the middle of an answer and told nothing; taken over after "
          f"{min(taken):.1f} to {max(taken):.1f} s; seed {options.seed}")


if __name__ == "__main__":
    main()
