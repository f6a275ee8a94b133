#!/usr/bin/python3
"""Writes a data directory with a given mailrail, for the releases after it to open: `make.py BINARY ARCHIVE.tar.xz`.

A checkpoint by a clean stop, then more of the log behind it and no stop at all. tests/e2e/upgrade says what must be found in it.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e" / "lib"))

import server as servers
from calls import Connection


RETENTION = {"MessageRetentionPeriod": str(14 * 86_400)}


def before_the_stop(call):
    dead = call("CreateQueue", QueueName="dead", Attributes=RETENTION)["QueueUrl"]
    redrive = '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": 1}'
    work = call("CreateQueue", QueueName="work", Attributes={**RETENTION, "RedrivePolicy": redrive, "VisibilityTimeout": "0"},
                tags={"team": "orders"})["QueueUrl"]
    call("SendMessage", QueueUrl=work, MessageBody="poison")
    call("ReceiveMessage", QueueUrl=work)
    call("ReceiveMessage", QueueUrl=work)  # Too often: it goes to the dead letters.
    call("SendMessage", QueueUrl=work, MessageBody="w1", MessageAttributes={"kind": {"DataType": "String", "StringValue": "order"}})
    chat = call("CreateQueue", QueueName="chat.fifo", Attributes={**RETENTION, "FifoQueue": "true"})["QueueUrl"]
    for number in range(1, 4):
        for room in ("a", "b"):
            call("SendMessage", QueueUrl=chat, MessageBody=f"{room}{number}", MessageGroupId=room, MessageDeduplicationId=f"{room}{number}")
    assert dead and len(call("ListQueues")["QueueUrls"]) == 3


def after_it(call):
    work = call("GetQueueUrl", QueueName="work")["QueueUrl"]
    chat = call("GetQueueUrl", QueueName="chat.fifo")["QueueUrl"]
    first = call("ReceiveMessage", QueueUrl=chat)["Messages"][0]
    assert first["Body"] == "a1", first
    call("DeleteMessage", QueueUrl=chat, ReceiptHandle=first["ReceiptHandle"])
    call("SendMessage", QueueUrl=chat, MessageBody="a4", MessageGroupId="a", MessageDeduplicationId="a4")
    call("SendMessage", QueueUrl=work, MessageBody="w2" + "." * 5000)
    call("CreateQueue", QueueName="late")


def main(binary, archive):
    os.environ["TESTED_MAILRAIL"] = str(Path(binary).resolve())
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "data"
        with servers.Server(data=str(data), arguments=["--disk-limit", "512MiB"]) as server:
            before_the_stop(Connection(server.port).call)
            server.stop()
            server.start()
            after_it(Connection(server.port).call)
            server.end(signal.SIGKILL)
        subprocess.run(["sh", "-c", 'tar --create --sparse --sort=name --owner=0 --group=0 --directory "$0" data | xz -9e > "$1"',
                        directory, archive], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
