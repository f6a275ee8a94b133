#!/usr/bin/python3
"""Cuts the power of a server under mixed load again and again, and asks the ledger whether anything promised is broken.

    power_cut_test.py [--cuts N] [--seed N] [more arguments of `mailrail serve`]

Its data lies on a file system that forgets what was not synced. That the ledger would tell is shown by a run on one that ignores
syncs.
"""

import argparse
import random
import signal
import sys
import time
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path += [str(here.parent / "lib"), str(here.parent / "ledger")]

from forgetful_disk import ForgetfulDisk, skip_where_impossible
from judge import violations
from load import Load
from server import Server
from verdict import tell

LIVES_S = (0.2, 0.9)  # How long the server lives between two cuts.
CUT_EARLY = 0.25  # How often the power is cut again right after the server was started, and
EARLY_S = 0.1  # by then.
SYNCS_MS = (1, 10, 25, 40)  # How long a sync takes from one cut to the next; the longer, the more often a cut is in one.
CONTROL_S = 0.5


class Room:
    """A server on a forgetful disk, with clients. Use as a context."""

    def __init__(self, seed, arguments):
        self.chance = random.Random(seed)
        self.disk = ForgetfulDisk()
        try:
            self.server = Server(data=f"{self.disk.path}/data", arguments=arguments)
            self.load = Load(self.server.port, seed, senders=5, visibilities_s=(1, 2))
        except BaseException:
            self.disk.close()
            raise
        self.load.history.checkpoints = set()
        self.lost = []  # By each cut.

    def __enter__(self):
        try:
            self.server.start()
            self.load.create_queues()
            self.load.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.load.stop()
        self.server.__exit__()
        self.disk.close()

    def cut_power(self, leaves_some):
        self.load.history.checkpoints.add(self.server.newest_checkpoint())
        began = time.monotonic()
        lost = self.disk.cut_power(self.chance.randrange(1 << 32) if leaves_some else None)
        self.lost.append(lost)
        code = self.server.end(signal.SIGKILL)
        told = self.server.output()
        if code != -signal.SIGKILL and not (code == 1 and "Input/output error" in told):
            raise AssertionError(f"the server had ended by itself, with exit code {code}\n{told}")
        self.load.history.killed(began)
        self.disk.restore_power()
        self.disk.let_syncs_take(self.chance.choice(SYNCS_MS))


def run(options, arguments):
    began = time.monotonic()
    with Room(options.seed, arguments) as room:
        room.server.stop()  # From here on there is a checkpoint to start from.
        room.server.start()
        cuts = 0
        while cuts < options.cuts:
            time.sleep(room.chance.uniform(*LIVES_S))
            room.cut_power(leaves_some=room.chance.random() < 0.6)
            cuts += 1
            while room.chance.random() < CUT_EARLY:
                room.server.spawn()
                time.sleep(room.chance.uniform(0, EARLY_S))
                room.cut_power(leaves_some=room.chance.random() < 0.6)
                cuts += 1
            room.server.start()
        room.load.stop()
        room.load.drain()
        room.cut_power(leaves_some=False)
        room.server.start()
        room.load.look()
        left = room.load.left_over()
    what = f"{len(room.lost)} power cuts, {sum(map(bool, room.lost))} of which took {sum(room.lost)} unsynced pages and names"
    return tell(room.load.history, left, what, f"{time.monotonic() - began:.1f} s, seed {options.seed}")


def run_control(options, arguments):
    """Where syncs are ignored, a cut must be told as what it is."""
    with Room(options.seed, arguments) as room:
        time.sleep(CONTROL_S)
        room.disk.ignore_syncs()
        time.sleep(CONTROL_S)
        room.cut_power(leaves_some=False)
        room.server.start()
        room.load.stop()
        room.load.drain()
    broken = {each.rule for each in violations(room.load.history)}
    print(f"Where syncs are ignored, these are broken: {', '.join(sorted(broken))}.")
    return 0 if "nothing_lost" in broken else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options, arguments = parser.parse_known_args()
    skip_where_impossible()
    return max(run(options, arguments), run_control(options, arguments))


if __name__ == "__main__":
    sys.exit(main())
