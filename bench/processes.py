"""What a server uses, of all its processes: Erlang and PostgreSQL have several."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def stat_of(process):
    """The fields of its stat behind the name, or nothing if it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def tree_of(roots):
    """These processes and all that they started, in turn."""
    children = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and (fields := stat_of(each.name)):
            children.setdefault(int(fields[1]), []).append(int(each.name))
    found, next_ones = [], list(roots)
    while next_ones:
        found.append(next_ones.pop())
        next_ones += children.get(found[-1], [])
    return found


def cpu_seconds(roots):
    """So far, with the children that have ended."""
    ticks = 0
    for each in tree_of(roots):
        if fields := stat_of(each):
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS_PER_SECOND


def cpu_seconds_by_thread(process):
    """So far, by the name of the thread; names that differ by a number behind a hyphen are one."""
    seconds = {}
    for each in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # It has just ended.
            name = (each / "comm").read_text().strip()
            head, _, number = name.rpartition("-")
            name = head if number.isdigit() else name
            # Finer than the ticks of its stat, which are a hundredth of a second.
            seconds[name] = seconds.get(name, 0) + int((each / "schedstat").read_text().split()[0]) / 1e9
    return seconds


def resident_bytes(roots):
    """A page that several share counts once: what one has of it is its share."""
    total = 0
    for each in tree_of(roots):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def pin(roots, processor):
    """All their threads, and those that these will start, to one processor; None: to all that we may use."""
    where = {processor} if processor is not None else os.sched_getaffinity(0)
    for each in tree_of(roots):
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{each}/task"):
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(thread), where)


def is_running(process):
    fields = stat_of(process)
    return fields is not None and fields[0] not in "ZX"


class CannotRun(Exception):
    """Why a server is not measured, in a sentence."""


class Process:
    """One server with what it started, ended by their process ids."""

    def __init__(self, command, log, environment=None, directory=None):
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env={**os.environ, **(environment or {})}, cwd=directory)
        self.pid = self.process.pid

    def await_ready(self, is_ready, patience_s=60):
        began = time.monotonic()
        while not is_ready():
            if self.process.poll() is not None:
                raise CannotRun(f"it ended at its start ({self.process.returncode}): {self.last_words()}")
            if time.monotonic() - began > patience_s:
                raise CannotRun(f"it was not ready within {patience_s} s: {self.last_words()}")
            time.sleep(0.02)

    def last_words(self):
        return Path(self.log).read_text(errors="replace").strip()[-300:]

    def end(self):
        processes = tree_of([self.pid]) if self.process.poll() is None else []
        for each in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.process.wait()
        while any(is_running(each) for each in processes):
            time.sleep(0.005)
