"""What needs a load of a given rate or the judge of `mailrail bench`: the one place that knows how that command is called.

Each function answers with what the document shows, or raises CannotRun with the reason.
"""

import json
import subprocess

from processes import CannotRun


def bench(setting, server, workload, **options):
    """One run against a server that answers already; its JSON."""
    command = [setting.mailrail, "bench", workload, "--endpoint-url", f"http://127.0.0.1:{server.port}", "--json"]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", value]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    try:
        outcome = json.loads(done.stdout)
    except ValueError:
        raise CannotRun(f"`mailrail bench {workload}` failed: {' '.join(done.stderr.split())[:200] or done.returncode}") from None
    if done.returncode != 0:
        raise CannotRun(f"`mailrail bench {workload}` found something wrong: {' '.join(done.stderr.split())[:200]}")
    return outcome


def sends_at(setting, server, rate, seconds):
    """Latency from the intended time of each send to its answer."""
    outcome = bench(setting, server, "send", rate=round(rate), duration=f"{seconds}s", connections=64, size=1024)
    return figures(outcome, rate)


def woken_at(setting, server, rate, seconds):
    """Latency from the intended time of a send until a waiting consumer has the message."""
    outcome = bench(setting, server, "end-to-end", rate=round(rate), duration=f"{seconds}s", size=1024)
    return figures(outcome, rate)


def fifo_end_to_end(setting, server, seconds):
    """1,000 conversations, 16 producers of single messages, 16 consumers of tens; order, loss and overlap are judged."""
    outcome = bench(setting, server, "fifo", groups=1000, producers=16, consumers=16, duration=f"{seconds}s", size=1024)
    return figures(outcome)


def figures(outcome, rate=None):
    found = {key: outcome[key] for key in ("messages_per_second", "p50_us", "p99_us")}
    return found if rate is None else {"offered_per_second": round(rate), **found}
