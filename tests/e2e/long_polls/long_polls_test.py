#!/usr/bin/python3
"""Ten thousand open long polls on one server: few threads, bounded memory, and a send wakes the one poll that waits for it.

A poll that ends empty after its 20 seconds is asked again, as every consumer does, so that all of them stay open.
"""

import asyncio
import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection, request_bytes
from server import Server, raise_file_limit

POLLS_WANTED = 10_000
THREADS_MAX = 16
BYTES_A_POLL_MAX = 32 << 10
CROWD = "crowd"
LONERS = 5  # Queues with one poll each, amid the crowd that waits at another queue.
SETTLED_WITHIN_S = 90


class Poll(asyncio.Protocol):
    """One connection that always has a long poll open. `answered` gets what came of it once that isn't empty."""

    def __init__(self, queue_url, answered):
        self.request = request_bytes("ReceiveMessage", QueueUrl=queue_url, WaitTimeSeconds=20)
        self.queue_url = queue_url
        self.answered = answered
        self.received = b""
        self.empty_answers = 0
        self.is_lost = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data):
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end or len(body) < content_length(head):
            return
        self.received = b""
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(head + end + body)
        messages = json.loads(body or b"{}").get("Messages")
        if messages:
            self.answered(self, messages)
        else:
            self.empty_answers += 1
            self.transport.write(self.request)

    def connection_lost(self, _):
        self.is_lost = True


def content_length(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise AssertionError(head)


def status_of(process_id, name):
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise AssertionError(name)


def polls_possible():
    """As many as wanted, or what the limit of open files leaves; a server needs as many as we do."""
    limit = raise_file_limit()
    possible = min(POLLS_WANTED, limit - 200)
    if possible < POLLS_WANTED:
        print(f"Scaled down to {possible} long polls: the limit of open files is {limit}.")
    return possible


class LongPolls(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.polls_wanted = polls_possible()
        self.server = Server()
        self.addCleanup(self.server.__exit__)
        self.server.start()
        self.answers = asyncio.Queue()

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)  # unittest turns it on, and it is slow with so many connections.

    def resident_bytes(self):
        return status_of(self.server.process.pid, "VmRSS") << 10

    def queue(self, name):
        return self.call("CreateQueue", QueueName=name)["QueueUrl"]

    def call(self, action, **members):
        connection = Connection(self.server.port)
        answer = connection.call(action, **members)
        connection.close()
        return answer

    async def open_polls(self, urls):
        loop = asyncio.get_running_loop()
        polls = []
        for start in range(0, len(urls), 200):  # Fewer at once than a listening socket keeps for later.
            some = [
                loop.create_connection(lambda url=url: Poll(url, self.answer), "127.0.0.1", self.server.port)
                for url in urls[start : start + 200]
            ]
            polls += [poll for _, poll in await asyncio.gather(*some)]
        return polls

    def answer(self, poll, messages):
        self.answers.put_nowait((poll, messages))

    async def send(self, url, body):
        """Sends a message, and returns the poll that got it and how many milliseconds that took."""
        started = time.monotonic()
        await asyncio.to_thread(self.call, "SendMessage", QueueUrl=url, MessageBody=body)
        poll, messages = await asyncio.wait_for(self.answers.get(), 10)
        self.assertEqual([body], [message["Body"] for message in messages])
        return poll, (time.monotonic() - started) * 1000

    async def test_a_send_wakes_the_one_poll_of_ten_thousand_that_waits_for_it(self):
        threads_before, bytes_before = status_of(self.server.process.pid, "Threads"), self.resident_bytes()
        loners = [self.queue(f"loner-{each}") for each in range(LONERS)]
        crowd = self.queue(CROWD)
        started = time.monotonic()
        urls = [crowd] * (self.polls_wanted - LONERS)
        for each, url in enumerate(loners):
            urls.insert(each * len(urls) // LONERS, url)
        polls = await self.open_polls(urls)
        await self.settle(polls)
        opened_s = time.monotonic() - started

        times = []
        for url in loners:
            poll, took_ms = await self.send(url, f"to {url}")
            self.assertEqual(url, poll.queue_url)
            times.append(took_ms)
        for each in range(LONERS):
            poll, took_ms = await self.send(crowd, f"to one of many {each}")
            self.assertEqual(crowd, poll.queue_url)
            times.append(took_ms)

        threads, bytes_grown = status_of(self.server.process.pid, "Threads"), self.resident_bytes() - bytes_before
        print(
            f"{len(polls)} long polls open after {opened_s:.1f} s: {threads} threads, "
            f"{bytes_grown / len(polls) / 1024:.1f} KiB a poll ({self.resident_bytes() >> 20} MiB resident); "
            f"a send woke one poll within {max(times):.0f} ms.")
        self.assertEqual(len(polls), self.polls_wanted)
        self.assertTrue(self.answers.empty(), "a send woke more than one poll")
        self.assertFalse(any(poll.is_lost for poll in polls))
        self.assertLessEqual(threads, THREADS_MAX)
        self.assertEqual(threads, threads_before)
        self.assertLess(bytes_grown / len(polls), BYTES_A_POLL_MAX)
        for poll in polls:
            poll.transport.abort()

    async def settle(self, polls):
        """Waits until the server has read every request: it answers calls that came after them all."""
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while sum(poll.transport.get_write_buffer_size() for poll in polls) > 0:
            self.assertLess(time.monotonic(), deadline)
            await asyncio.sleep(0.05)
        for _ in range(20):
            await asyncio.to_thread(self.call, "GetQueueUrl", QueueName=CROWD)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
