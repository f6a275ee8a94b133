#!/usr/bin/python3
"""One thing after another goes wrong with two servers and their database, under mixed load on both, and the ledger says whether
anything that was promised is broken. Nobody helps them to find back.

    faults_test.py [--place alone|pair|network|disk] [--only FAULT,...] [--rounds N] [--seed N]
"""

import argparse
import random
import signal
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path += [str(here.parent / "lib"), str(here.parent / "ledger")]

from faults import FAULTS
from postgres_places import why_not
from server import SKIPPED
from sites import Site
from verdict import tell

BETWEEN_S = (0.5, 2)  # How long all is well between two faults.
OUTAGE_S_MAX = 10  # What clients with the default retries of their SDK bear.


def run(options):
    outages = defaultdict(list)
    chosen = [each for each in FAULTS[options.place] if not options.only or each.__name__ in options.only]
    with Site(options.place, options.seed, senders=2, consumers=5, visibilities_s=(4, 20)) as site:
        site.load.start()
        try:
            for _ in range(options.rounds):
                for fault in site.chance.sample(chosen, len(chosen)):
                    site.work(site.chance.uniform(*BETWEEN_S))
                    outages[fault.__name__].append(fault(site))
        finally:
            site.load.stop()
        site.load.drain()
        with site.harm():  # What was deleted stays deleted.
            for node in site.nodes.nodes:
                node.end(signal.SIGKILL)
            for node in site.nodes.nodes:
                node.spawn()
            site.await_whole()
        site.load.look()
        return site.load.history, site.load.left_over(), outages


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--place", choices=FAULTS, default="alone")
    parser.add_argument("--only", type=lambda names: names.split(","), default=[])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args()
    if options.place in ("network", "disk") and (reason := why_not()):
        print(f"skipped: {reason}")
        return SKIPPED
    began = time.monotonic()
    history, left, outages = run(options)
    for name, seconds in outages.items():
        print(f"  {name}: {len(seconds)} times, served again after {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s")
    late = {name: max(seconds) for name, seconds in outages.items() if max(seconds) > OUTAGE_S_MAX}
    if late:
        print(f"BROKEN: it took longer than {OUTAGE_S_MAX} s until somebody was served again: {late}")
    what = f"{sum(map(len, outages.values()))} faults of a database {options.place} and its servers"
    return tell(history, left, what, f"{time.monotonic() - began:.1f} s, seed {options.seed}") or int(bool(late))


if __name__ == "__main__":
    sys.exit(main())
