#!/usr/bin/env python3
"""Measures mailrail beside its peers on this machine, and writes docs/benchmarks.md.

    bench/benchmarks.py                                  all of it: what `make bench` runs
    bench/benchmarks.py --seconds 1 --rounds 1 --scale 0.01 --backlog 100000
                                                         a quick look, which is worth no more than that
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
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import benchmarks_document
import mailrail_bench
from flat import compared, fill, flat
from harness import Setting
from measuring import attempt, in_turn, measured, processors, told
from peers import CONTENDERS, ROOT, Bare, Mailrail, MailrailOnPostgres, Syncs
from processes import CannotRun
from secured import secured

# Key, how the load generator works, connections.
WORKLOADS = (("send_1", "send", 1), ("send_64", "send", 64), ("batch_16", "send-batch", 16), ("receive_16", "receive-delete", 16))
WAITING = 100_000  # With so many is memory measured, or with what a slow one takes in twice the time of a figure.
CONNECTIONS_TO_FILL = 16
LOAD_SHARES = (0.02, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9)  # Of the rate that 64 connections reached.
WOKEN_PER_SECOND = 200
BACKLOGS = (100, 1_000, 10_000, 100_000, 1_000_000)


def round_of(contender, seconds):
    """All figures of a contender that has just started."""
    if isinstance(contender, Syncs):
        rate = contender.measure(seconds, processors()[0])["syncs_per_second"]
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
        figures[key] = measured(contender, work, connections, seconds, count=count)
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


def points_over_load(setting, kind, rounds):
    """At shares of the highest rate that the rounds said."""
    highest = max((each[kind.key].get("send_64", {}).get("messages_per_second", 0) for each in rounds), default=0)
    if not highest:
        raise CannotRun("its highest rate is not known, as it was not measured")
    with kind(setting) as contender:
        return {"points": [mailrail_bench.sends_at(setting, contender, share * highest, setting.seconds) for share in LOAD_SHARES]}


def points_over_backlog(setting, kind, largest):
    """A message is sent, received and deleted by each of 16 connections, beside ever more that wait; and in turn where none do."""
    points = []
    with kind(setting) as filled, kind(setting) as empty:
        in_turns = lambda: compared(setting, (filled, empty), (filled.queue_url, empty.queue_url))
        in_turns()  # The first files are written twice.
        for waiting in (each for each in BACKLOGS if each <= largest * kind.scale):
            fill(filled, filled.queue_url, waiting - filled.waiting())
            points.append({**in_turns(), "waiting": filled.waiting()})
    return {"points": points}


def with_server(setting, kind, measure, *arguments):
    with kind(setting) as contender:
        return measure(setting, contender, *arguments, setting.seconds)


def of_ours(setting, arguments, kinds, rounds):
    """What is measured of mailrail alone, wherever its log is: what needs a rate or the judge of `mailrail bench`, or is dear to set up."""
    if not kinds:
        return {}
    turns = lambda what, measure: in_turn(what, kinds, arguments.rounds, measure)
    return {
        "latency_over_load": turns("latency over offered load", lambda kind: points_over_load(setting, kind, rounds)),
        "end_to_end": {
            "woken": turns("woken", lambda kind: with_server(setting, kind, mailrail_bench.woken_at, WOKEN_PER_SECOND)),
            "fifo": turns("FIFO end to end", lambda kind: with_server(setting, kind, mailrail_bench.fifo_end_to_end)),
            "standard": turns("standard end to end", lambda kind: with_server(setting, kind, mailrail_bench.standard_end_to_end)),
            "fan_out": turns("fan-out", lambda kind: with_server(setting, kind, mailrail_bench.fan_out_end_to_end)),
            "replay": turns("replay", lambda kind: with_server(setting, kind, mailrail_bench.replay_end_to_end))},
        "secured": turns("signatures and TLS", lambda kind: secured(setting, kind)),
        "cost_over_backlog": turns("cost over backlog", lambda kind: points_over_backlog(setting, kind, arguments.backlog)),
        "flat": turns("beside much else", lambda kind: flat(setting, kind)),
    }


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


def build_type(directory):
    """As CMake has it, in small letters: release, dev, asan."""
    for line in (directory / "CMakeCache.txt").read_text().splitlines():
        if line.startswith("CMAKE_BUILD_TYPE:"):
            return line.partition("=")[2].lower() or "untyped"
    return "untyped"


def measure(arguments):
    setting = Setting(arguments)
    setting.peer_load = setting.build / "bench" / "peers" / "mailrail_peer_load"
    for binary in (setting.mailrail, setting.load, setting.peer_load):
        if not binary.exists():
            sys.exit(f"There is no {binary}. Build it: cmake --preset release && cmake --build --preset release --target benchmarks")
    contenders = [kind for kind in CONTENDERS if not arguments.only or kind.key in arguments.only]
    began = time.monotonic()
    results = {
        "date": datetime.date.today().isoformat(), "commit": commit(), "build": build_type(setting.build), "machine": machine(setting.data_root),
        "command": " ".join(["bench/benchmarks.py", *sys.argv[1:]]) if sys.argv[1:] else "make bench",
        "rounds_count": arguments.rounds, "seconds": arguments.seconds,
        "contenders": {kind.key: about(kind, setting) for kind in contenders},
    }
    try:
        results["rounds"] = in_rounds(setting, contenders, arguments.rounds)
        ours = [kind for kind in (Mailrail, MailrailOnPostgres) if kind in contenders]
        results |= of_ours(setting, arguments, ours, results["rounds"])
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
    parser.add_argument("--scale", type=float, default=1, help="a fraction of the large counts that there are beside, for a quick look")
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="KEY,KEY",
                        help=f"of: {', '.join(kind.key for kind in CONTENDERS)}")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="the JSON of a run, to write its document again")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where benchmarks.md, benchmarks.json and images/ are written")
    arguments = parser.parse_args()
    unknown = set(arguments.only or ()) - {kind.key for kind in CONTENDERS}
    if unknown:
        parser.error(f"unknown contender {', '.join(sorted(unknown))}; there are {', '.join(kind.key for kind in CONTENDERS)}")
    for name, least in (("rounds", 1), ("seconds", 0.1), ("backlog", BACKLOGS[0]), ("scale", 1e-5)):
        if getattr(arguments, name) < least:
            parser.error(f"--{name} is {getattr(arguments, name)}; it has to be {least} at least")
    arguments.minutes = 1  # Of harness.py, for figures that are not measured here.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 32768), hard))

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # As an interrupt: every server is ended.
    results = json.loads(arguments.source.read_text()) if arguments.source else measure(arguments)
    benchmarks_document.write(results, arguments.docs)
    told(f"Wrote {arguments.docs / 'benchmarks.md'}.")


if __name__ == "__main__":
    main()
