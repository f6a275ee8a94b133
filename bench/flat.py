"""What a message costs the engine beside much else, against what it costs on an empty server.

Each of 16 connections sends a message, receives one and deletes it. What there is beside grows on one server from one figure to the
next: long polls, which end again, then queues, then conversations and messages that wait in the very queue.
"""

import contextlib
import time

from measuring import faultless, measured
from processes import CannotRun

CONNECTIONS = 16
QUEUES, POLLS, CONVERSATIONS, MESSAGES = 10_000, 10_000, 1_000_000, 10_000_000
USUAL_CONVERSATIONS = 1_000  # Of the FIFO queue that is empty.
MEMORY_LIMIT = "4GiB"
FILL_SECONDS_MAX = 1200
POLLED_SECONDS_MAX = 600
OPEN_POLLS = "mailrail_long_polls_open"
READY_WITHIN_S = 60
IDLE_WITHIN_S = 300


def flat(setting, kind):
    """One round, by what there is beside; `fifo` is what conversations are compared with, `nothing` what all else is."""
    figures = {}
    with kind(setting, "--memory-limit", MEMORY_LIMIT) as contender:
        scaled = lambda count: setting.scaled(count * kind.scale)
        standard = contender.queue_url
        fifo = contender.create_queue("conversations.fifo", FifoQueue="true")
        cost(setting, contender, standard)  # The first files are written twice.
        figures["nothing"] = cost(setting, contender, standard)
        figures["fifo"] = cost(setting, contender, fifo, groups=USUAL_CONVERSATIONS)
        with open_polls(contender, setting.scaled(POLLS)) as polls:
            figures["polls"] = {"count": polls, **cost(setting, contender, standard)}
        figures["queues"] = {"count": more_queues(contender, setting.scaled(QUEUES)), **cost(setting, contender, standard)}
        conversations = scaled(CONVERSATIONS)
        fill(contender, fifo, conversations, groups=conversations)
        figures["conversations"] = {"count": conversations, **cost(setting, contender, fifo, groups=conversations)}
        messages = scaled(MESSAGES)
        fill(contender, standard, messages)
        figures["messages"] = {"count": messages, **cost(setting, contender, standard)}
    return figures


def cost(setting, contender, queue_url, **options):
    contender.queue_url = queue_url
    found = faultless(measured(contender, "cycle", CONNECTIONS, setting.seconds, **options))
    return {"engine_us": found["cpu_us_by_thread"]["engine"], "resident_bytes": contender.resident_bytes(),
            **{key: found[key] for key in ("messages_per_second", "p50_us", "p99_us", "cpu_us")}}


def fill(contender, queue_url, count, **options):
    contender.queue_url = queue_url
    faultless(contender.run("send-batch", CONNECTIONS, FILL_SECONDS_MAX, count=count, **options))
    if contender.waiting() < count:
        raise CannotRun(f"{contender.waiting():,} of {count:,} messages were sent within {FILL_SECONDS_MAX} s")
    await_idle(contender)


def await_idle(contender):
    """Until the checkpoints that a fill brings about are done, which are no engine operation's."""
    until = time.monotonic() + IDLE_WITHIN_S
    while True:
        before = contender.cpu_seconds()
        time.sleep(0.5)
        if contender.cpu_seconds() - before < 0.05:
            return
        if time.monotonic() > until:
            raise CannotRun(f"it was still busy {IDLE_WITHIN_S} s after it was filled")


def more_queues(contender, count):
    for number in range(count):
        contender.create_queue(f"more-{number}")
    return count


@contextlib.contextmanager
def open_polls(contender, count):
    """So many receives that wait, for 20 s each and then again."""
    contender.queue_url = contender.create_queue("polled")
    others = contender.metric(OPEN_POLLS)  # The server's own.
    with contender.loading("receive", count, POLLED_SECONDS_MAX, wait=20):
        await_polls(contender, count, others)
        yield count


def await_polls(server, count, others):
    """Until so many are open beside the others."""
    until = time.monotonic() + READY_WITHIN_S
    while (found := server.metric(OPEN_POLLS) - others) < count:
        if time.monotonic() > until:
            raise CannotRun(f"{found:,.0f} of {count:,} long polls were open after {READY_WITHIN_S} s")
        time.sleep(0.1)
