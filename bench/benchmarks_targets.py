"""What mailrail is meant to reach, and what a run of bench/benchmarks.py says of it."""

import statistics
from dataclasses import dataclass
from typing import Callable

from secured import PACE


class Figures:
    """Medians over the rounds of a run. Nothing where none has the figure."""

    def __init__(self, results):
        self.results = results
        self.rounds = results["rounds"]

    def of_rounds(self, key, workload, field="messages_per_second"):
        return [value for each in self.rounds if (value := value_in(each, key, workload, field)) is not None]

    def median(self, key, workload, field="messages_per_second"):
        found = self.of_rounds(key, workload, field)
        return statistics.median(found) if found else None

    def spread(self, key, workload, field="messages_per_second"):
        found = self.of_rounds(key, workload, field)
        return (min(found), max(found)) if found else None

    def ratio(self, key, other, workload, field="messages_per_second"):
        """Of one to the other in the same round, so that what slowed both cancels out; the median of those."""
        found = [value / base for each in self.rounds
                 if (value := value_in(each, key, workload, field)) is not None and (base := value_in(each, other, workload, field))]
        return statistics.median(found) if found else None

    def resident_mib(self, key, field):
        found = [value / 2**20 for each in self.rounds if (value := each.get(key, {}).get(field)) is not None]
        return statistics.median(found) if found else None

    def waiting(self, key):
        found = [value for each in self.rounds if (value := each.get(key, {}).get("waiting")) is not None]
        return statistics.median(found) if found else None

    def reason(self, key):
        """Why a contender has no figures, if it has none."""
        if any("cannot_run" not in each[key] for each in self.rounds if key in each):
            return None
        return next((each[key]["cannot_run"] for each in self.rounds if key in each), "it was left out of this run")

    def failures(self, key):
        """What went wrong in rounds of a contender that was measured in others, and the errors that it answered with."""
        for number, each in enumerate(self.rounds, 1):
            found = each.get(key, {})
            if "cannot_run" in found:
                yield f"round {number}: {found['cannot_run']}"
            for workload, figures in found.items():
                if isinstance(figures, dict) and figures.get("errors"):
                    yield f"round {number}, {workload}: {figures['errors']} errors, the first: {figures.get('first_error', 'not known')}"


def value_in(one_round, key, workload, field):
    figures = one_round.get(key, {}).get(workload)
    if not isinstance(figures, dict):
        return None
    return figures.get("cpu_us_by_thread", {}).get(field.removeprefix("thread:")) if field.startswith("thread:") else figures.get(field)


@dataclass
class Target:
    workload: str
    what: str
    at_least: float
    aim: float
    measure: Callable  # Of a Figures; None where there is nothing to judge.
    unit: str = ""
    less_is_better: bool = False

    def judged(self, figures):
        """The figure, and in words whether it does."""
        value = self.measure(figures)
        if value is None:
            return None, "not measured"
        reached = lambda bound: value <= bound if self.less_is_better else value >= bound
        return value, "met, and the aim" if reached(self.aim) else "met" if reached(self.at_least) else "**not met**"


def end_to_end(part, field, scale=1):
    def measure(figures):
        value = figures.results.get("end_to_end", {}).get(part, {}).get("mailrail", {}).get(field)
        return None if value is None else value * scale
    return measure


def signature(figures):
    return figures.results.get("secured", {}).get("mailrail", {}).get("signature_us")


LARGEST_BACKLOG = 1_000_000


def flatness(figures):
    """The ratio of the backlog beside which a message is dearest, of those up to the one that the target names."""
    points = figures.results.get("cost_over_backlog", {}).get("mailrail", {}).get("points", ())
    is_judged = points and points[-1]["waiting"] >= LARGEST_BACKLOG
    return max(each["cpu_ratio"] for each in points) if is_judged else None


def flat_beside(key, count, what):
    """Only beside as many as the target says."""
    def measure(figures):
        found = figures.results.get("flat", {}).get("mailrail", {})
        return found[key]["engine_ratio"] if found.get(key, {}).get("count", 0) >= count else None
    return Target(f"beside {count:,} {what}", "engine's time for a message, of that on the empty server", 1.3, 1.1, measure, "times", True)


def resident_with_waiting(figures):
    """Only with as many as the target says."""
    return figures.resident_mib("mailrail", "waiting_bytes") if (figures.waiting("mailrail") or 0) >= 100_000 else None


# What was measured once on the machine that the targets were set on, and what finds the same in a run. From which processor its disk
# was asked nobody wrote down.
TARGETS_MACHINE = (
    ("bare HTTP server, raw epoll, 64 connections", 102_000, "requests/s", lambda f: f.median("epoll_constant", "send_64")),
    ("bare HTTP server, raw epoll, CPU of a request", 7.5, "µs", lambda f: f.median("epoll_constant", "send_64", "cpu_us")),
    ("`fdatasync`, appending", 4_700, "syncs/s", lambda f: f.median("fdatasync_append", "send_1")),
    ("`fdatasync`, overwriting", 7_300, "syncs/s", lambda f: f.median("fdatasync_overwrite", "send_1")),
    ("redis Streams, 64 connections", 34_000, "messages/s", lambda f: f.median("redis", "send_64")),
    ("redis Streams in tens", 89_000, "messages/s", lambda f: f.median("redis", "batch_16")),
)

FLATNESS = Target(f"the dearest backlog of up to {LARGEST_BACKLOG:,}", "CPU of a message, of that on the empty server", 1.3, 1.1, flatness, "times", True)

TARGETS = (
    Target("send, 64 connections", "of the raw-epoll ceiling", 0.45, 0.6, lambda f: f.ratio("mailrail", "epoll_constant", "send_64")),
    Target("send, 64 connections", "server CPU", 17, 13, lambda f: f.median("mailrail", "send_64", "cpu_us"), "µs", True),
    Target("send, 1 connection, pinned", "of `fdatasync`, overwriting", 0.6, 0.75,
           lambda f: f.ratio("mailrail", "fdatasync_overwrite", "send_1")),
    Target("send in tens, 16 connections", "rate", 150_000, 250_000, lambda f: f.median("mailrail", "batch_16"), "messages/s"),
    Target("send in tens, 16 connections", "server CPU", 4.5, 4.5, lambda f: f.median("mailrail", "batch_16", "cpu_us"), "µs", True),
    Target("receive and delete in tens, 16 connections", "rate", 80_000, 120_000, lambda f: f.median("mailrail", "receive_16"),
           "messages/s"),
    Target("FIFO end to end, 1,000 conversations, 16 producers of one, 16 consumers of tens", "rate", 25_000, 40_000,
           end_to_end("fifo", "messages_per_second"), "messages/s"),
    Target("FIFO end to end, as above", "p99", 10, 10, end_to_end("fifo", "p99_us", 1e-3), "ms", True),
    Target("end to end at 200 messages/s", "p50", 1, 0.5, end_to_end("woken", "p50_us", 1e-3), "ms", True),
    Target("end to end at 200 messages/s", "p99", 4, 4, end_to_end("woken", "p99_us", 1e-3), "ms", True),
    Target("100,000 waiting", "resident memory", 40, 25, resident_with_waiting, "MiB", True),
    FLATNESS,
    flat_beside("messages", 10_000_000, "waiting messages"),
    flat_beside("conversations", 1_000_000, "conversations"),
    flat_beside("queues", 10_000, "more queues"),
    flat_beside("polls", 10_000, "open long polls"),
    Target(f"send, {PACE:,} messages/s", "server CPU for a signature", 3, 3, signature, "µs", True),
    Target("engine thread, send in tens", "CPU of a message", 1.5, 1, lambda f: f.median("mailrail", "batch_16", "thread:engine"), "µs", True),
)
