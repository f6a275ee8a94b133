#!/usr/bin/python3
"""The disk of a server under mixed load fails in one way after another. It says why and ends, or bears it; nothing that was
acknowledged is lost, and nothing is acknowledged after what failed.

    load_faults_test.py [--repeat N] [--seed N] [--only FAULTS] [more arguments of `mailrail serve`]
"""

import argparse
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path += [str(here.parent / "lib"), str(here.parent / "ledger"), str(here.parents[2] / "tools")]

from clients import Filler
from faulty_server import FaultyServer
from history import Configure, Kill, Purge, Send
from journal import read
from load import Load
from verdict import TOLD_MAX, tell

ENDED_WITHIN_S = 60
LOADED_S = (0.1, 0.5)
SERVED = 20  # New facts, answered in spite of a fault that can be borne,
SERVED_WITHIN_S = 60  # by then.
SLOW_MS = 300
FILLED_MESSAGES = 90  # More than a segment,
FILLED_AGAIN = 4  # so that the log has needed a new file after this many more times.
CHECKPOINT_AFTER_SEGMENTS = 4  # So much of the log is replayed at most before another checkpoint is due.
REASONS = {"EIO": "Input/output error", "ENOSPC": "No space left on device"}


@dataclass
class Case:
    """Faults as faulty_disk.cc reads them."""

    faults: str
    outcome: str = "ends"  # Or "bears it". Or "ends if needed": a file for later that can't be made yet is tried again.
    is_filling: bool = False  # Until the log needs another file.
    may_spare_log: bool = False  # The fault, which comes once, may fall on a file for later; then it is borne.

    @property
    def reason(self):
        return REASONS[self.faults.rpartition(":")[2]]


CASES = (
    Case("fdatasync:1:EIO"),  # Once only: a sync that failed is not tried again.
    Case("fdatasync:2:EIO"),
    Case("fdatasync:25:EIO"),
    Case("fdatasync:7-:ENOSPC"),
    Case("write:1:EIO"),
    Case("write:2:ENOSPC"),
    Case("write:30:EIO"),
    Case("write:1-:ENOSPC"),
    Case("write:9:short,write:10:EIO"),
    Case("write:1-:short", outcome="bears it"),
    Case(f"fdatasync:1-:slow={SLOW_MS}", outcome="bears it"),
    Case("fallocate:1-:ENOSPC", is_filling=True),
    # Ahead of time and when it is needed, or when it is needed; or for a checkpoint, which is put off.
    Case("fallocate:1-2:ENOSPC", outcome="ends if needed", is_filling=True),
    Case("fallocate:1:ENOSPC", outcome="ends if needed", is_filling=True),
    Case("open:1:EIO", outcome="ends if needed", is_filling=True),
    Case("open:1-:EIO", is_filling=True),
    Case("rename:1:EIO", is_filling=True),
    Case("fsync:1:EIO", is_filling=True),
    Case("write:60-:ENOSPC", is_filling=True),
    Case("zeros:1:EIO", may_spare_log=True),
)


class Suffering:
    def __init__(self, server, load, chance):
        self.server = server
        self.load = load
        self.chance = chance
        self.ends = []  # From a fault until the process was gone. Before a kill by signal it may answer to the last.

    def of(self, case):
        armed, filler, filling = self.suffer(case)
        for _ in range(FILLED_AGAIN):  # While the log made do with files that a checkpoint had freed.
            if not case.is_filling or self.server.hits():
                break
            self.kill()
            armed, filler, filling = self.suffer(case)
        if case.outcome == "ends" and not (case.may_spare_log and self.has_spared_log()):
            self.expect_end(case)
        else:
            self.expect_service(case, filling, armed)
        self.server.expect("")
        self.server.start()
        filler.left = 0
        filling.join()
        self.kill()

    def suffer(self, case):
        """Lets the faults begin. When the log is to be filled, that has been done, or has ended the server."""
        self.server.expect(case.faults, "armed")
        if case.is_filling:
            self.remove_spares()
        self.server.start()
        time.sleep(self.chance.uniform(*LOADED_S))
        armed = len(self.load.history.operations)
        self.server.arm()
        filler = Filler(f"filler-{case.faults}", self.load)
        filler.left, filler.pauses_s = FILLED_MESSAGES if case.is_filling else 0, (0, 0)
        filling = threading.Thread(target=filler.run)
        filling.start()
        while case.is_filling and filling.is_alive() and self.server.process.poll() is None:
            time.sleep(0.05)
        return armed, filler, filling

    def remove_spares(self):
        """So that the log needs a file before it has grown by all that it keeps for later."""
        for spare in Path(self.server.data).glob("spare-*"):
            spare.unlink()

    def has_spared_log(self):
        """Whether the fault fell on a file in which nothing of the log is yet."""
        deadline = time.monotonic() + ENDED_WITHIN_S
        while not self.server.hits() and self.server.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        return any("/spare-" in each.path for each in self.server.hits())

    def expect_end(self, case):
        try:
            code = self.server.process.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{case.faults}: not ended after {ENDED_WITHIN_S} s, {len(self.server.hits())} hits, "
                                 f"{self.server.output()}") from None
        hit = self.server.hits()[-1]
        self.ends.append(Kill(hit.at, time.monotonic()))
        self.load.history.kills.append(self.ends[-1])
        told = self.server.output().splitlines()[-1]
        if code != 1 or "the log failed, nothing more is acknowledged: Cannot" not in told or case.reason not in told:
            raise AssertionError(f"{case.faults}: exit code {code}, last words: {told}")

    def expect_need(self, case):
        """The server ended for want of a file: no further frame had room, or a checkpoint was to be written."""
        journal = read(Path(self.server.data))["journal"]
        is_due = (journal.next >> 26) - (journal.checkpoint_begin >> 26) >= CHECKPOINT_AFTER_SEGMENTS
        if not journal.is_full and not is_due:
            raise AssertionError(f"{case.faults}: ended, but the log has room at {journal.next >> 26}, {journal.next % (1 << 26)}")

    def expect_service(self, case, filling, armed):
        deadline = time.monotonic() + SERVED_WITHIN_S
        while filling.is_alive() or len(self.waits(armed)) < SERVED or not self.server.hits():
            if self.server.process.poll() is not None and case.outcome == "ends if needed":
                self.expect_end(case)
                self.expect_need(case)
                return
            if self.server.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{case.faults}: not borne, {len(self.server.hits())} hits, {self.server.output()}")
            time.sleep(0.05)
        self.kill()
        if "slow" in case.faults and min(self.waits(armed)) < SLOW_MS / 1000:
            raise AssertionError(f"an answer came after {min(self.waits(armed)):.3f} s, before any sync could have ended")

    def waits(self, armed):
        """How long each fact took to be answered, of those that were asked for since then."""
        return [each.ended - each.began for each in self.facts(armed)]

    def kill(self):
        began = time.monotonic()
        code = self.server.end(signal.SIGKILL)
        if code != -signal.SIGKILL:
            raise AssertionError(f"the server had ended by itself, with exit code {code}\n{self.server.output()}")
        self.load.history.killed(began)

    def facts(self, since=0):
        """What was answered and cannot be without a write: sends of something new, purges, changes of queues."""
        for each in self.load.history.operations[since:]:
            is_fact = isinstance(each, (Send, Purge, Configure)) and not getattr(each, "is_repeated", False)
            if is_fact and each.ended is not None and each.refused is None:
                yield each

    def acknowledged_after_faults(self):
        for end in self.ends:
            for each in self.facts():
                if end.began < each.began and each.ended < end.ended:
                    yield f"{each} was acknowledged after the fault at {end.began}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--only")
    options, arguments = parser.parse_known_args()
    cases = [each for each in CASES if options.only in (None, each.faults)] * options.repeat
    chance = random.Random(options.seed)
    chance.shuffle(cases)
    began = time.monotonic()
    with FaultyServer(arguments=arguments) as server:
        load = Load(server.port, options.seed, senders=2, consumers=6, fillers=0, visibilities_s=(1, 2))
        load.create_queues()
        load.start()
        suffering = Suffering(server, load, chance)
        try:
            suffering.kill()
            for case in cases:
                suffering.of(case)
            server.start()
        finally:
            load.stop()
        load.drain()
        suffering.kill()
        server.start()
        load.look()
        left = load.left_over()
    early = list(suffering.acknowledged_after_faults())
    for each in early[:TOLD_MAX]:
        print(each)
    what = f"{len(cases)} faults under load, {len(early)} answers after one"
    code = tell(load.history, left, what, f"{time.monotonic() - began:.1f} s, seed {options.seed}")
    return 1 if early else code


if __name__ == "__main__":
    sys.exit(main())
