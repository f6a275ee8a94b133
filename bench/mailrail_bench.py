"""What needs a load of a given rate or the judge of `mailrail bench`: the one place that knows how that command is called.

Each function answers with what the document shows, or raises CannotRun with the reason.
"""

import json
import subprocess

from processes import CannotRun
from publishing import CORPUS


WARM_UP_S = 0.5


def bench(setting, server, workload, seconds, **options):
    """One run against a server that answers already; its JSON."""
    timed = ["--size", "1KiB", "--duration", milliseconds(seconds), "--warm-up", milliseconds(WARM_UP_S)]
    return outcome_of(setting, server, workload, timed, options)


def outcome_of(setting, server, workload, arguments, options):
    """What the command says, if it ran and found nothing wrong."""
    command = [setting.mailrail, "bench", workload, *arguments, "--endpoint-url", server.endpoint, "--json"]
    for name, value in options.items():
        command += [f"--{name}", value]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=server.client_environment())
    said = " ".join(done.stderr.split())[:200]
    try:
        outcome = json.loads(done.stdout)
    except ValueError:
        raise CannotRun(f"`mailrail bench {workload}` failed: {said or done.returncode}") from None
    if outcome.get("Errors"):
        raise CannotRun(f"`mailrail bench {workload}`: {outcome['Errors']} errors, the first: {outcome.get('FirstError')}")
    if done.returncode != 0:
        raise CannotRun(f"`mailrail bench {workload}` found something wrong: {outcome.get('Violations') or said}")
    return outcome


def milliseconds(seconds):
    return f"{round(seconds * 1000)}ms"


def sends(setting, server, seconds, **options):
    """As fast as answers come, on 64 connections, or at a rate; with the CPU time of the server for each."""
    before = server.cpu_seconds()
    outcome = bench(setting, server, "send", seconds, producers=64, **options)
    used = server.cpu_seconds() - before
    return {**figures(outcome["Send"]), "cpu_us": round(used / outcome["Acknowledged"] * 1e6, 2)}


def sends_at(setting, server, rate, seconds):
    """Latency from the intended time of each send to its answer."""
    return {"offered_per_second": round(rate), **sends(setting, server, seconds, rate=f"{round(rate)}/s")}


def woken_at(setting, server, rate, seconds):
    """Latency from the intended time of a send until a consumer that waits has the message."""
    return figures(bench(setting, server, "wake-up", seconds, rate=f"{rate}/s")["EndToEnd"])


def fifo_end_to_end(setting, server, seconds):
    """1,000 conversations, 16 producers of single messages, 16 consumers of tens; order, loss and overlap are judged."""
    return figures(bench(setting, server, "fifo", seconds, groups=1000, producers=16, consumers=16)["EndToEnd"])


def standard_end_to_end(setting, server, seconds):
    """One standard queue, 16 producers of single messages, 16 consumers of tens; loss and repetition are judged."""
    return figures(bench(setting, server, "standard", seconds, producers=16, consumers=16)["EndToEnd"])


def fan_out_end_to_end(setting, server, seconds):
    """A FIFO topic with three FIFO queues, each consumed by tens; a message counts once for each queue."""
    return figures(bench(setting, server, "fan-out", seconds, queues=3, producers=16, consumers=16)["EndToEnd"])


def replay_end_to_end(setting, server, _):
    """Real conversations, whole, each in its order, as fast as they are answered."""
    if not CORPUS.exists():
        raise CannotRun(f"there is no file {CORPUS.name}")
    return figures(outcome_of(setting, server, "replay", [CORPUS], {})["EndToEnd"])


def figures(part):
    latencies = part["LatencyMicroseconds"]
    return {"messages_per_second": round(part["MessagesPerSecond"]), "p50_us": latencies["P50"], "p99_us": latencies["P99"]}
