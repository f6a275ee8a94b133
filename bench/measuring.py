"""How a contender is measured, in turn with others."""

import os
import statistics
import sys
import time

from processes import CannotRun, pin


def told(text):
    print(text, file=sys.stderr, flush=True)


def processors():
    """One for the server and one for its client, or none where there are not two."""
    ours = sorted(os.sched_getaffinity(0))
    return (ours[0], ours[-1]) if len(ours) > 1 else (None, None)


def measured(contender, work, connections, seconds, **options):
    """A run of one workload, with what the server used meanwhile. One connection is pinned: server and client each have a processor."""
    for_server, for_client = processors() if connections == 1 else (None, None)
    if for_server is not None:
        pin(contender.pids(), for_server)
    cpu, threads = contender.cpu_seconds(), contender.cpu_seconds_by_thread()
    outcome = contender.run(work, connections, seconds, processor=for_client, **options)
    cpu = contender.cpu_seconds() - cpu
    if for_server is not None:
        pin(contender.pids(), None)
    messages = max(1, outcome["messages"])
    figures = {key: outcome[key] for key in ("messages", "messages_per_second", "p50_us", "p99_us", "errors", "first_error")
               if key in outcome}
    figures["cpu_us"] = round(cpu / messages * 1e6, 2)
    figures["cpu_us_by_thread"] = {name: round((after - threads.get(name, 0)) / messages * 1e6, 2)
                                   for name, after in contender.cpu_seconds_by_thread().items()}
    return figures


def faultless(figures):
    """Those of a run without an error."""
    if figures["errors"]:
        raise CannotRun(f"{figures['errors']} errors, the first: {figures['first_error']}")
    return figures


def attempt(measure):
    """What it gives, or why there is nothing."""
    try:
        return measure()
    except (CannotRun, OSError) as reason:
        return {"cannot_run": str(reason).rstrip(".")}


def median_of(runs):
    """Of each figure by itself."""
    if isinstance(runs[0], dict):
        return {key: median_of([each[key] for each in runs]) for key in runs[0]}
    if isinstance(runs[0], list):
        return [median_of(same) for same in zip(*runs)]
    return round(statistics.median(runs), 2)


def in_turn(what, kinds, rounds, measure):
    """By contender the medians of the rounds, in each of which all take their turn; or why there is nothing."""
    runs = {kind.key: [] for kind in kinds}
    for number in range(rounds):
        for kind in kinds:
            began = time.monotonic()
            done = attempt(lambda: measure(kind))
            runs[kind.key].append(done)
            told(f"{what}, round {number + 1} of {rounds}: {kind.name}: {done.get('cannot_run') or f'{time.monotonic() - began:.0f} s'}")
    return {key: next((each for each in of_one if "cannot_run" in each), None) or median_of(of_one) for key, of_one in runs.items()}
