#!/usr/bin/env python3
"""Measures the figures that the README promises, on this machine, with a release build.

    bench/run.py                 all figures that take less than minutes
    bench/run.py sends start     only these
    bench/run.py --json -        as JSON on standard output

Server and load generator share the machine. Rates are measured in interleaved rounds, and the median counts, so that a noisy
moment hits both sides. Data lies on the disk of the build directory: a tmpfs would answer a sync without doing it.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flat import OPEN_POLLS, POLLED_SECONDS_MAX, await_polls
from harness import ROUNDS, Setting, constant, finished, load, mailrail, start_load, waiting_messages
from postgres_log import postgres
from processes import CannotRun
from publishing import publish

ROOT = Path(__file__).resolve().parent.parent


def compare_rates(setting, ours, its_mode, queue_url, baselines):
    """Interleaved rounds; median requests a second of each, and the medians of the rounds' ratios to each."""
    rates, latencies = {"mailrail": [], **{name: [] for name in baselines}}, []
    options = {"connections": 64, "size": 1024, "duration": setting.seconds, "warm_up": 1}
    for _ in range(ROUNDS):
        outcome = load(setting, ours, its_mode, queue_url, **options)
        rates["mailrail"].append(outcome["requests_per_second"])
        latencies.append((outcome["p50_us"], outcome["p99_us"]))
        for name, server in baselines.items():
            rates[name].append(load(setting, server, "get", queue_url, **options)["requests_per_second"])
    return {
        **{f"{name}_per_second": statistics.median(of_it) for name, of_it in rates.items()},
        **{f"ratio_to_{name}": round(statistics.median(ours / its for ours, its in zip(rates["mailrail"], rates[name])), 2)
           for name in baselines},
        "p50_us": statistics.median(p50 for p50, _ in latencies),
        "p99_us": statistics.median(p99 for _, p99 in latencies),
    }


@contextlib.contextmanager
def baselines(setting):
    """What answers a constant: raw epoll, which is the ceiling of any server here, and stock Beast."""
    names = ("epoll_constant", "beast_constant")
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(constant(setting, name)) for name in names}


def sends(setting):
    """Durable single sends of 1 KiB on 64 connections, against servers that answer a constant: on raw epoll, and stock Beast"""
    with mailrail(setting, setting.data()) as ours, baselines(setting) as others:
        ours.wait_until_ready()
        return compare_rates(setting, ours, "send", ours.create_queue("sends"), others)


def http(setting):
    """mailrail's HTTP server alone, answering a constant, against raw epoll and stock Beast"""
    with constant(setting, "http_constant") as ours, baselines(setting) as others:
        return compare_rates(setting, ours, "get", "http://127.0.0.1/000000000000/sends", others)


def start(setting):
    """From the start of the process on an empty directory to its first answered request, in milliseconds (promised: 50)"""
    times = []
    for _ in range(2 * ROUNDS + 1):
        with mailrail(setting, setting.data()) as server:
            times.append(server.wait_until_ready() * 1000)
    return {"median_ms": round(statistics.median(times), 1), "max_ms": round(max(times), 1)}


def idle(setting):
    """Resident memory of a server that has nothing to do, in MiB (promised: 20)"""
    with mailrail(setting, setting.data()) as server:
        server.wait_until_ready()
        server.call("ListQueues")
        return {"resident_mib": round(server.resident_bytes() / 2**20, 1)}


def binary(setting):
    """The stripped binary, in MB (promised: 15)"""
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, setting.mailrail], check=True)
        return {"stripped_mb": round(os.path.getsize(stripped.name) / 1e6, 1)}


def backlog(setting):
    """1,000,000 waiting messages of 1 KiB, sent in tens on 16 connections: memory, and time to restart (promised: 4 s)"""
    count, data = setting.scaled(1_000_000), setting.data()
    with mailrail(setting, data) as server:
        server.wait_until_ready()
        queue_url = server.create_queue("backlog")
        before = server.resident_bytes()
        outcome = load(setting, server, "send-batch", queue_url, connections=16, count=count)
        figures = {
            "messages": count,
            "messages_per_second": outcome["messages_per_second"],
            "resident_mib": round(server.resident_bytes() / 2**20),
            "bytes_per_message": round((server.resident_bytes() - before) / count, 1),
        }
        figures["sigterm_exit_status"] = server.end(signal.SIGTERM)
    for ended_by in ("sigterm", "sigkill"):
        with mailrail(setting, data) as server:  # Ended by SIGKILL, as is every server here that isn't asked to end.
            figures[f"restart_seconds_after_{ended_by}"] = round(server.wait_until_ready(), 2)
            figures[f"resident_mib_after_{ended_by}"] = round(server.resident_bytes() / 2**20)
            found = waiting_messages(server, queue_url)
            if found != count:
                sys.exit(f"{found} messages came back after {ended_by}, not {count}.")
    return figures


def conversations(setting):
    """A receive from a free conversation beside 100,000 blocked ones with 1,000,000 messages behind, against a queue with one
    message (promised: at most twice)"""
    groups, behind = setting.scaled(100_000), setting.scaled(1_000_000)
    fifo = {"FifoQueue": "true", "VisibilityTimeout": "43200"}
    with mailrail(setting, setting.data()) as server:
        server.wait_until_ready()
        crowded, empty = server.create_queue("crowded.fifo", **fifo), server.create_queue("empty.fifo", **fifo)
        load(setting, server, "send-batch", crowded, connections=16, count=groups + behind, groups=groups)
        load(setting, server, "receive", crowded, connections=16, count=groups, receive_max=1)
        leftover = server.call("ReceiveMessage", QueueUrl=crowded).get("Messages", [])
        if leftover:
            sys.exit("A conversation is still free though each should have a message in flight.")
        costs = []
        for each in range(ROUNDS):
            fresh = 50_000_000 + 10_000 * each  # Conversations that never were.
            cycles = {"connections": 1, "count": 2000, "groups": 2000, "first_group": fresh}
            costs.append([load(setting, server, "cycle", queue, **cycles)["p50_us"] for queue in (crowded, empty)])
        return {
            "groups": groups,
            "messages_behind": behind,
            "crowded_median_us": statistics.median(cost for cost, _ in costs),
            "single_median_us": statistics.median(cost for _, cost in costs),
            "ratio": round(statistics.median(cost / single for cost, single in costs), 2),
            "resident_mib": round(server.resident_bytes() / 2**20),
        }


def polls(setting):
    """10,000 open long polls: what they cost, and what a send costs meanwhile"""
    count = min(setting.scaled(10_000), 9_900)  # Leaves a few of the server's connections to others.
    with mailrail(setting, setting.data()) as server:
        server.wait_until_ready()
        waiting, busy = server.create_queue("waiting"), server.create_queue("busy")
        before, others = server.resident_bytes(), server.metric(OPEN_POLLS)
        polling = start_load(setting, server, "receive", waiting, connections=count, wait=20, duration=POLLED_SECONDS_MAX)
        try:
            await_polls(server, count, others)
            resident = server.resident_bytes()
            threads = len(os.listdir(f"/proc/{server.process.pid}/task"))
            outcome = load(setting, server, "send", busy, connections=1, size=1024, duration=2)
        finally:
            polling.kill()
            polling.communicate()
        return {
            "polls": count,
            "bytes_per_poll": round((resident - before) / count),
            "server_threads": threads,
            "send_p50_us": outcome["p50_us"],
            "send_p99_us": outcome["p99_us"],
        }


def disk_bytes(data):
    """Of the files there; one that is renamed while they are listed may be missed."""
    total = 0
    for each in Path(data).iterdir():
        with contextlib.suppress(FileNotFoundError):
            total += each.stat().st_size
    return total


def storage(setting):
    """Bytes written per byte of message at the log store: 552 bytes each, one send and one delete each, so many a frame
    (promised with 20,000 waiting: 10 at 1 a frame, 1.4 at 32, 1.15 at 256)"""
    figures = {}
    for waiting in (20_000, setting.scaled(5_000_000)):
        for per_frame in (1, 32, 256):
            command = [setting.build / "bench" / "storage", setting.data(), "--waiting", waiting, "--per-frame", per_frame]
            output = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
            figures[f"{waiting}_waiting_{per_frame}_a_frame"] = json.loads(output)["bytes_written_per_byte"]
    return figures


def pauses(setting):
    """How long one client waits for a send while 8 others send, receive and delete 8 KiB, beside 1,000,000 waiting messages and
    beside none, in interleaved rounds: what checkpoints and cleaning of a million add (promised: no reply more than 20 ms)"""
    with mailrail(setting, setting.data()) as full, mailrail(setting, setting.data()) as empty:
        for server in (full, empty):
            server.wait_until_ready()
        load(setting, full, "send-batch", full.create_queue("waiting"), connections=16, count=setting.scaled(1_000_000))
        begun = checkpoints(full)
        probes = {"beside_a_million": [], "beside_none": []}
        for _ in range(ROUNDS):
            for of_server, server in zip(probes.values(), (full, empty)):
                of_server.append(probe_beside_load(setting, server))
        figures = {"checkpoints_of_a_million": checkpoints(full) - begun}
        for name, of_server in probes.items():
            for key in ("p50_us", "p99_us", "p999_us", "max_us"):
                figures[f"{name}_{key}"] = statistics.median(probe[key] for probe in of_server)
            figures[f"{name}_longest_us"] = max(probe["max_us"] for probe in of_server)
        return figures


def probe_beside_load(setting, server):
    busy, probed = (server.create_queue(name) for name in ("busy", "probed"))
    seconds = 6 * setting.seconds
    others = start_load(setting, server, "cycle", busy, connections=8, size=8192, duration=seconds + 1)
    probe = load(setting, server, "send", probed, connections=1, size=1024, duration=seconds)
    finished(others)
    return probe


def checkpoints(server):
    """How many the server has begun, by the number of their files."""
    return max((int(each.name.split("-")[1]) for each in server.data.glob("checkpoint-*")), default=0)


def large(setting):
    """10,000,000 waiting messages of 1 KiB, 10 GB: time to restart, and a send's wait while they are purged"""
    count, data, limit = setting.scaled(10_000_000), setting.data(), ("--memory-limit", "2GiB")
    with mailrail(setting, data, *limit) as server:
        server.wait_until_ready()
        queue_url, probed = server.create_queue("large"), server.create_queue("probed")
        load(setting, server, "send-batch", queue_url, connections=16, count=count)
        figures = {"messages": count, "disk_gb": round(disk_bytes(data) / 1e9, 1)}
        server.end(signal.SIGTERM)
    for ended_by in ("sigterm", "sigkill"):
        with mailrail(setting, data, *limit) as server:
            figures[f"restart_seconds_after_{ended_by}"] = round(server.wait_until_ready(), 2)
            figures[f"resident_mib_after_{ended_by}"] = round(server.resident_bytes() / 2**20)
            if ended_by == "sigkill":
                probing = start_load(setting, server, "send", probed, connections=1, size=1024, duration=setting.seconds)
                time.sleep(1)
                begin = time.monotonic()
                server.call("PurgeQueue", QueueUrl=queue_url)
                figures["purge_ms"] = round((time.monotonic() - begin) * 1000, 1)
                probe = json.loads(probing.communicate()[0])
                figures["send_p99_us_while_purged"] = probe["p99_us"]
                figures["longest_send_us_while_purged"] = probe["max_us"]
    return figures


def memory(setting):
    """5,000,000 waiting messages in 100,000 conversations: bytes of memory a message, just sent, within the deduplication
    window (promised: 64, 48 a deduplication id, 96 a conversation) and after it"""
    count, groups = setting.scaled(5_000_000), setting.scaled(100_000)
    with mailrail(setting, setting.data()) as server:
        server.wait_until_ready()
        queue_url = server.create_queue("memory.fifo", FifoQueue="true")
        before = server.anonymous_bytes()
        outcome = load(setting, server, "send-batch", queue_url, connections=16, count=count, groups=groups)
        figures = {
            "messages": count,
            "groups": groups,
            "send_seconds": round(count / outcome["messages_per_second"]),
            "bytes_per_message_within": round((server.anonymous_bytes() - before) / count, 1),
        }
        time.sleep(330)
        figures["bytes_per_message_after"] = round((server.anonymous_bytes() - before) / count, 1)
        return figures


def space(setting):
    """Disk over live data, looked at every second while a queue fills and drains between 200,000 and 3,000,000 messages of 1 KiB,
    others pass on, and one message stays (promised: at most 2)"""
    data = setting.data()
    with mailrail(setting, data) as server:
        server.wait_until_ready()
        names = ("old", "passing", "filling")
        old, passing, filling = (server.create_queue(name, VisibilityTimeout="43200") for name in names)
        server.call("SendMessage", QueueUrl=old, MessageBody="stays")
        until = time.monotonic() + setting.minutes * 60
        ratios = []

        def work(mode, **options):
            working = start_load(setting, server, mode, filling, connections=4, size=1024, **options)
            while working.poll() is None:
                ratios.append(over_live(server, data, filling))
                time.sleep(1)
            finished(working)

        cycling = start_load(setting, server, "cycle", passing, connections=4, size=2048, duration=setting.minutes * 60)
        few, step, many = setting.scaled(200_000), setting.scaled(1_000_000), setting.scaled(2_000_000)
        while time.monotonic() < until:
            work("send-batch", count=step)
            waiting = waiting_messages(server, filling)
            work("receive-delete", count=waiting - few if waiting > many else step - few)
        finished(cycling)
        return {"minutes": setting.minutes, "samples": len(ratios), "most_disk_over_live": round(max(ratios), 2)}


# Of a message with a body of 1 KiB, as `mailrail verify` counts: its ids, its time and its sender are kept with it.
KEPT_BYTES = 1102


def over_live(server, data, filling):
    """Beyond the constant: twelve segments, and two checkpoints of a segment each (docs/limits.md)."""
    live = waiting_messages(server, filling) * KEPT_BYTES
    constant = (8 + 2 + 4) * 64 * 2**20
    return max(0, disk_bytes(data) - constant) / max(live, 1)


FIGURES = {
    figure.__name__: figure
    for figure in (sends, publish, http, start, idle, binary, backlog, conversations, polls, storage, pauses, large, memory, postgres,
                   space)
}
# Those take minutes to an hour, and gigabytes of disk.
ONLY_BY_NAME = {"large", "memory", "postgres", "space"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"of: {', '.join(FIGURES)}; all but {', '.join(sorted(ONLY_BY_NAME))} if none is named")
    parser.add_argument("--build", default=ROOT / "build" / "release", help="the build directory")
    parser.add_argument("--seconds", type=float, default=5, help="of each measured round")
    parser.add_argument("--minutes", type=float, default=60, help="of the figure space")
    parser.add_argument("--scale", type=float, default=1, help="a fraction of the large counts, for a quick look")
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too; - is standard output")
    arguments = parser.parse_args()
    unknown = set(arguments.figures) - set(FIGURES)
    if unknown:
        parser.error(f"unknown figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 32768), hard))

    setting, measured = Setting(arguments), {}
    for name in arguments.figures or [each for each in FIGURES if each not in ONLY_BY_NAME]:
        try:
            measured[name] = FIGURES[name](setting)
        except CannotRun as reason:
            sys.exit(f"{name}: {reason}.")
        finally:
            shutil.rmtree(setting.data_root, ignore_errors=True)
            setting.data_root.mkdir(exist_ok=True)
        if arguments.json != "-":
            print(f"{name}: {' '.join(FIGURES[name].__doc__.split())}")
            for key, value in measured[name].items():
                print(f"    {key.replace('_', ' ')}: {value:,}")
    if arguments.json == "-":
        json.dump(measured, sys.stdout, indent=2)
        print()
    elif arguments.json:
        Path(arguments.json).write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
