#!/usr/bin/env python3
"""Measures mailrail beside its peers on this machine, and writes docs/benchmarks.md.

    bench/benchmarks.py                                  all of it: what `make bench` runs
    bench/benchmarks.py --seconds 1 --rounds 1           a quick look, which is worth no more than that
    bench/benchmarks.py --only mailrail,redis            these alone
    bench/benchmarks.py --from docs/benchmarks.json      writes the document of a run again, and measures nothing

One contender runs at a time, on fresh data, and all of them in turn before the next round begins, so that a noisy moment hits no
one alone. It needs a release build, and what `tools/setup bench` installs.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import benchmarks_document
import mailrail_bench
from harness import Setting
from peers import CONTENDERS, ROOT, Bare, Mailrail, MailrailOnPostgres, Syncs
from processes import CannotRun, pin

# Key, how the load generator works, connections. One connection is pinned: server and client each have a processor.
WORKLOADS = (("send_1", "send", 1), ("send_64", "send", 64), ("batch_16", "send-batch", 16), ("receive_16", "receive-delete", 16))
WAITING = 100_000  # With so many is memory measured, or with what a slow one takes in twice the time of a figure.
CONNECTIONS_TO_FILL = 16
LOAD_SHARES = (0.02, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9)  # Of the rate that 64 connections reached.
WOKEN_PER_SECOND = 200
BACKLOGS = (100, 1_000, 10_000, 100_000, 1_000_000)
FILL_SECONDS_MAX = 600


def told(text):
    print(text, file=sys.stderr, flush=True)


def processors():
    """One for the server and one for its client, or none where there are not two."""
    ours = sorted(os.sched_getaffinity(0))
    return (ours[0], ours[-1]) if len(ours) > 1 else (None, None)


def measured(contender, work, connections, seconds, count=0):
    """A run of one workload, with what the server used meanwhile."""
    for_server, for_client = processors() if connections == 1 else (None, None)
    if for_server is not None:
        pin(contender.pids(), for_server)
    cpu, threads = contender.cpu_seconds(), contender.cpu_seconds_by_thread()
    outcome = contender.run(work, connections, seconds, count, for_client)
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


def round_of(contender, seconds):
    """All figures of a contender that has just started."""
    if isinstance(contender, Syncs):
        rate = contender.measure(seconds)["syncs_per_second"]
        return {"send_1": {"messages_per_second": rate, "errors": 0}}
    if isinstance(contender, Bare):
        return {key: measured(contender, work, connections, seconds) for key, work, connections in WORKLOADS if work == "send"}
    figures = {"idle_bytes": contender.resident_bytes()}
    filled = contender.run("send-batch", CONNECTIONS_TO_FILL, 2 * seconds, count=WAITING)
    figures["fill"] = {key: filled[key] for key in ("messages", "errors", "first_error") if key in filled}
    figures["waiting"] = contender.waiting()
    figures["waiting_bytes"] = contender.resident_bytes()
    for key, work, connections in WORKLOADS:
        # Where nothing waits any more, the time does not count.
        count = contender.waiting() if work == "receive-delete" else 0
        figures[key] = measured(contender, work, connections, seconds, count)
    return figures


def in_rounds(setting, contenders, rounds):
    """A list of rounds, each with the figures or the reason of every contender."""
    done = []
    for number in range(rounds):
        done.append({})
        for kind in contenders:
            began = time.monotonic()
            done[-1][kind.key] = attempt(lambda: measure_one(setting, kind))
            reason = done[-1][kind.key].get("cannot_run")
            told(f"round {number + 1} of {rounds}: {kind.name}: {reason or f'{time.monotonic() - began:.0f} s'}")
    return done


def measure_one(setting, kind):
    with kind(setting) as contender:
        return round_of(contender, setting.seconds)


def attempt(measure):
    """What it gives, or why there is nothing."""
    try:
        return measure()
    except (CannotRun, OSError) as reason:
        return {"cannot_run": str(reason).rstrip(".")}


def median_of(runs):
    """Of each figure by itself."""
    return {key: round(statistics.median(each[key] for each in runs), 2) for key in runs[0]}


def curve(name, rounds, measure):
    """Points, each the median of that point in all rounds; or the reason why there are none."""
    def measured_points():
        done = []
        for _ in range(rounds):
            done.append(measure())
        return {"points": [median_of(same) for same in zip(*done)]}

    began = time.monotonic()
    found = attempt(measured_points)
    told(f"{name}: {found.get('cannot_run') or f'{time.monotonic() - began:.0f} s'}")
    return found


def latency_over_load(setting, arguments, rounds):
    """By contender. Rates follow from what the rounds said."""
    curves = {}
    for kind in (Mailrail, MailrailOnPostgres):
        highest = max((each.get(kind.key, {}).get("send_64", {}).get("messages_per_second", 0) for each in rounds), default=0)
        curves[kind.key] = curve(f"latency over offered load: {kind.name}", arguments.rounds,
                                 lambda: points_over_load(setting, kind, highest))
    return curves


def points_over_load(setting, kind, highest):
    if not highest:
        raise CannotRun("its highest rate is not known, as it was not measured")
    with kind(setting) as contender:
        return [mailrail_bench.sends_at(setting, contender, share * highest, setting.seconds) for share in LOAD_SHARES]


def points_over_backlog(setting, largest):
    """A message is sent, received and deleted by each of 16 connections, beside ever more that wait."""
    points = []
    with Mailrail(setting) as contender:
        contender.run("cycle", CONNECTIONS_TO_FILL, setting.seconds)  # The first files are written twice.
        for waiting in (each for each in BACKLOGS if each <= largest):
            contender.run("send-batch", CONNECTIONS_TO_FILL, FILL_SECONDS_MAX, count=waiting - contender.waiting())
            found = measured(contender, "cycle", CONNECTIONS_TO_FILL, setting.seconds)
            if found["errors"]:
                raise CannotRun(f"{found['errors']} errors beside {waiting:,} messages, the first: {found['first_error']}")
            points.append({"waiting": contender.waiting(), "resident_bytes": contender.resident_bytes(),
                           **{key: found[key] for key in ("messages_per_second", "p50_us", "p99_us", "cpu_us")}})
    return points


def end_to_end(setting, arguments):
    """What only `mailrail bench` measures, as it judges order and loss meanwhile."""
    def median_with(measure):
        done = []
        for _ in range(arguments.rounds):
            with Mailrail(setting) as contender:
                done.append(measure(contender))
        return median_of(done)

    return {
        "woken": attempt(lambda: median_with(lambda server: mailrail_bench.woken_at(setting, server, WOKEN_PER_SECOND, setting.seconds))),
        "fifo": attempt(lambda: median_with(lambda server: mailrail_bench.fifo_end_to_end(setting, server, setting.seconds)))}


def about(kind, setting):
    """What the document says of a contender, besides its figures."""
    version = attempt(lambda: {"version": kind(setting).version()})
    return {"name": kind.name, "settings": kind.settings, "not_comparable": kind.not_comparable, **version}


def machine(directory):
    described = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":", 1)[1].strip() for line in described if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    place = max((each for each in mounts if Path(directory).is_relative_to(each[1])), key=lambda each: len(each[1]))
    return {"processor": cpu, "processors": len(os.sched_getaffinity(0)), "memory_bytes": memory,
            "system": f"{release['PRETTY_NAME'].strip(chr(34))}, Linux {platform.release()}", "file_system": place[2]}


def commit():
    done = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "not known"


def measure(arguments):
    setting = Setting(arguments)
    setting.peer_load = setting.build / "bench" / "peers" / "mailrail_peer_load"
    for binary in (setting.mailrail, setting.load, setting.peer_load):
        if not binary.exists():
            sys.exit(f"There is no {binary}. Build it: cmake --preset release && cmake --build --preset release")
    contenders = [kind for kind in CONTENDERS if not arguments.only or kind.key in arguments.only]
    began = time.monotonic()
    results = {
        "date": datetime.date.today().isoformat(), "commit": commit(), "machine": machine(setting.data_root),
        "command": " ".join(["bench/benchmarks.py", *sys.argv[1:]]) if sys.argv[1:] else "make bench",
        "rounds_count": arguments.rounds, "seconds": arguments.seconds,
        "contenders": {kind.key: about(kind, setting) for kind in contenders},
    }
    try:
        results["rounds"] = in_rounds(setting, contenders, arguments.rounds)
        if Mailrail in contenders:
            results["latency_over_load"] = latency_over_load(setting, arguments, results["rounds"])
            results["cost_over_backlog"] = curve("cost over backlog", arguments.rounds,
                                                 lambda: points_over_backlog(setting, arguments.backlog))
            results["end_to_end"] = end_to_end(setting, arguments)
    finally:
        shutil.rmtree(setting.data_root, ignore_errors=True)
    results["minutes"] = round((time.monotonic() - began) / 60, 1)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build" / "release", help="the build directory")
    parser.add_argument("--rounds", type=int, default=3, help="of all contenders; what counts is the median")
    parser.add_argument("--seconds", type=float, default=3, help="of each figure in a round")
    parser.add_argument("--backlog", type=int, default=BACKLOGS[-1], help="the most messages that wait in the cost over backlog")
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="KEY,KEY",
                        help=f"of: {', '.join(kind.key for kind in CONTENDERS)}")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="the JSON of a run, to write its document again")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where benchmarks.md, benchmarks.json and images/ are written")
    arguments = parser.parse_args()
    unknown = set(arguments.only or ()) - {kind.key for kind in CONTENDERS}
    if unknown:
        parser.error(f"unknown contender {', '.join(sorted(unknown))}; there are {', '.join(kind.key for kind in CONTENDERS)}")
    for name, least in (("rounds", 1), ("seconds", 0.1), ("backlog", BACKLOGS[0])):
        if getattr(arguments, name) < least:
            parser.error(f"--{name} is {getattr(arguments, name)}; it has to be {least} at least")
    arguments.scale = arguments.minutes = 1  # Of harness.py, for figures that are not measured here.

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # As an interrupt: every server is ended.
    results = json.loads(arguments.source.read_text()) if arguments.source else measure(arguments)
    benchmarks_document.write(results, arguments.docs)
    told(f"Wrote {arguments.docs / 'benchmarks.md'}.")


if __name__ == "__main__":
    main()
