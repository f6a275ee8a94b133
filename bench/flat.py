"""What a message costs the engine beside much else, against what it costs on an empty server.

Each of 16 connections sends a message, receives one and deletes it. What there is beside grows on one server from one figure to the
next: long polls, which end again, then queues, then conversations and messages that wait in the very queue. Another server stays
empty, and has the same load in turn with it, so that a slow minute of the machine hits both.
"""

import contextlib
import statistics
import time

from measuring import faultless, measured, median_of
from processes import CannotRun

CONNECTIONS = 16
QUEUES, POLLS, CONVERSATIONS, MESSAGES = 10_000, 10_000, 1_000_000, 10_000_000
USUAL_CONVERSATIONS = 1_000  # Of a FIFO queue that is empty.
TURNS = 4  # Of each server, for one figure.
MEMORY_LIMIT = "4GiB"
FILL_SECONDS_MAX = 1200
POLLED_SECONDS_MAX = 600
OPEN_POLLS = "mailrail_long_polls_open"
READY_WITHIN_S = 60
IDLE_WITHIN_S = 300


def flat(setting, kind):
    """One round, by what there is beside."""
    figures = {}
    with kind(setting, "--memory-limit", MEMORY_LIMIT) as crowded, kind(setting, "--memory-limit", MEMORY_LIMIT) as empty:
        scaled = lambda count: setting.scaled(count * kind.scale)
        standard = tuple(server.queue_url for server in (crowded, empty))
        fifo = tuple(server.create_queue("conversations.fifo", FifoQueue="true") for server in (crowded, empty))
        in_turns = lambda queues, **options: compared(setting, (crowded, empty), queues, **options)
        in_turns(standard)  # The first files are written twice.
        with open_polls(crowded, setting.scaled(POLLS)) as polls:
            figures["polls"] = {"count": polls, **in_turns(standard)}
        figures["queues"] = {"count": more_queues(crowded, setting.scaled(QUEUES)), **in_turns(standard)}
        conversations = scaled(CONVERSATIONS)
        fill(crowded, fifo[0], conversations, groups=conversations)
        figures["conversations"] = {"count": conversations, **in_turns(fifo, groups=(conversations, USUAL_CONVERSATIONS))}
        messages = scaled(MESSAGES)
        fill(crowded, standard[0], messages)
        figures["messages"] = {"count": messages, **in_turns(standard)}
    return figures


def compared(setting, servers, queues, groups=(None, None)):
    """What a message costs the first, and in times of what it costs the second; both with the same load, in turn."""
    both = list(zip(servers, queues, groups))
    turns = []
    for _ in range(TURNS // 2):  # And back, so that what one leaves behind does not always hit the other.
        first, second, third, fourth = (cost(setting, *each) for each in (*both, *reversed(both)))
        turns += [(first, second), (fourth, third)]
    ratio = lambda key: round(statistics.median(crowded[key] / max(empty[key], 0.01) for crowded, empty in turns), 2)
    return {**median_of([crowded for crowded, _ in turns]),
            "empty_engine_us": median_of([empty["engine_us"] for _, empty in turns]),
            "engine_ratio": ratio("engine_us"), "cpu_ratio": ratio("cpu_us"), "p50_ratio": ratio("p50_us")}


def cost(setting, contender, queue_url, groups):
    contender.queue_url = queue_url
    options = {"groups": groups} if groups else {}
    found = faultless(measured(contender, "cycle", CONNECTIONS, setting.seconds / 2, **options))
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
