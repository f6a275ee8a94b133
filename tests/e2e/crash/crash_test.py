#!/usr/bin/python3
"""Kills the server again and again under mixed load, and asks the ledger whether anything that was promised is broken.

    crash_test.py [--rounds N] [--seed N] [more arguments of `mailrail serve`]
"""

import argparse
import random
import signal
import sys
import time
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path += [str(here.parent / "lib"), str(here.parent / "ledger")]

from load import Load
from server import Server
from verdict import tell

LIVES_S = (0.3, 1.8)  # How long the server lives between two kills.
KILLED_EARLY = 0.3  # How often it is killed again right after it was started, and
EARLY_S = 0.08  # by then.


def kill(server, load):
    began = load.history.now()
    code = server.end(signal.SIGKILL)
    if code != -signal.SIGKILL:
        raise AssertionError(f"the server had ended by itself, with exit code {code}\n{server.output()}")
    load.history.killed(began)
    load.history.checkpoints.add(server.newest_checkpoint())


def run(options, arguments):
    """Returns the load, with its history, and how long each start took."""
    chance = random.Random(options.seed)
    starts = []
    with Server(arguments=arguments) as server:
        load = Load(server.port, options.seed)
        load.history.checkpoints = set()
        load.create_queues()
        load.start()
        try:
            server.stop()  # From here on there is a checkpoint to start from.
            server.start()
            for _ in range(options.rounds):
                time.sleep(chance.uniform(*LIVES_S))
                kill(server, load)
                while chance.random() < KILLED_EARLY:
                    server.spawn()
                    time.sleep(chance.uniform(0, EARLY_S))
                    kill(server, load)
                began = time.monotonic()
                server.start()
                starts.append(time.monotonic() - began)
        finally:
            load.stop()
        load.drain()
        kill(server, load)  # What was deleted stays deleted.
        server.start()
        load.look()
        return load, load.left_over(), starts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options, arguments = parser.parse_known_args()
    began = time.monotonic()
    load, left, starts = run(options, arguments)
    what = (
        f"{options.rounds} rounds, {len(load.history.kills)} kills, back in {min(starts) * 1000:.0f}-{max(starts) * 1000:.0f} ms")
    return tell(load.history, left, what, f"{time.monotonic() - began:.1f} s, seed {options.seed}")


if __name__ == "__main__":
    sys.exit(main())
