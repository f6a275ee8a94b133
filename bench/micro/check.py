#!/usr/bin/env python3
"""Counts the instructions of small pieces of work under callgrind, and compares them with bench/micro/instructions.json.

    bench/micro/check.py            fails if a case takes over 3 % more than is recorded, or is not recorded
    bench/micro/check.py --record   records what is counted

Counts don't depend on how busy the machine is. Libraries choose their code by what a processor can do, so each is told to take one
path that every machine of the last ten years has.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RECORD = Path(__file__).resolve().parent / "instructions.json"
ALLOWED_PERCENT = 3
COUNT = 400
# glibc's string functions, simdjson's parser and OpenSSL's digests without AVX.
FIXED = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM:"
                      "glibc.malloc.tcache_count=7",
    "SIMDJSON_FORCE_IMPLEMENTATION": "westmere",
    "OPENSSL_ia32cap": "0x078bfbfd:0x0",
}


def instructions(binary, case):
    """Of the work once."""
    with tempfile.TemporaryDirectory() as place:
        command = ["setarch", "--addr-no-randomize", "valgrind", "--tool=callgrind", "--toggle-collect=counted_work",
                   f"--callgrind-out-file={place}/out", binary, "--work", case, str(COUNT)]
        done = subprocess.run(command, env={**os.environ, **FIXED}, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        sys.exit(f"{case}: callgrind ended with {done.returncode}: {done.stderr}")
    return round(int(collected[1]) / COUNT)


def compiler(build):
    """Whose code it is: another one's counts are not comparable."""
    cache = (Path(build) / "CMakeCache.txt").read_text()
    path = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.M)[1]
    return subprocess.run([path, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]


def compared(recorded, counted):
    """Lines for people, and whether all is well."""
    lines, is_well = [], True
    for case in sorted({*recorded, *counted}):
        before, now = recorded.get(case), counted.get(case)
        if before is None or now is None:
            lines.append(f"{case}: {'is not recorded' if before is None else 'is recorded, and there is no such case'}")
            is_well = False
            continue
        is_more = now * 100 > before * (100 + ALLOWED_PERCENT)
        is_less = now * 100 < before * (100 - ALLOWED_PERCENT)
        is_well = is_well and not is_more
        verdict = "  MORE" if is_more else "  less: record it" if is_less else ""
        lines.append(f"{case:38} {before:>10,} {now:>10,} {now / before - 1:>+8.1%}{verdict}")
    return lines, is_well


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release", help="a release build with the target micro")
    parser.add_argument("--record", action="store_true", help="write what is counted")
    arguments = parser.parse_args()

    binary = Path(arguments.build) / "bench" / "micro" / "micro"
    cases = subprocess.run([binary, "--list"], check=True, capture_output=True, text=True).stdout.split()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        counted = dict(zip(cases, threads.map(lambda case: instructions(str(binary), case), cases)))
    made_by = compiler(arguments.build)
    if arguments.record:
        RECORD.write_text(json.dumps({"compiler": made_by, "instructions": counted}, indent=2) + "\n")
        print(f"Recorded {len(counted)} cases in {RECORD}.")
        return
    record = json.loads(RECORD.read_text())
    if record["compiler"] != made_by:
        sys.exit(f"The record is of {record['compiler']}, this build of {made_by}: their counts cannot be compared. "
                 "Record the base with this compiler first: --record.")
    lines, is_well = compared(record["instructions"], counted)
    print("\n".join(lines))
    if not is_well:
        sys.exit(f"Some work takes over {ALLOWED_PERCENT} % more instructions than is recorded, or is not recorded. If that is meant: --record.")


if __name__ == "__main__":
    main()
