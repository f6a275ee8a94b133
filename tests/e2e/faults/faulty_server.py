"""A server whose disk fails as told; see faulty_disk.cc."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from server import Server

BINARY = "FAULTY_DISK"


@dataclass
class Hit:
    """A fault that was injected: when, on the monotonic clock, and into which of the calls of this kind."""

    at: float
    call: str
    number: int
    path: str


class FaultyServer(Server):
    def __init__(self, **options):
        super().__init__(**options)
        self.notes = tempfile.TemporaryDirectory(prefix="mailrail-faults-")
        self.report = Path(self.notes.name, "report")
        self.armed = Path(self.notes.name, "armed")

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.notes.cleanup()

    def expect(self, faults, when="at once"):
        """What the next process will suffer: from its start, or `when` is "armed" from arm() on. Nothing if `faults` is empty."""
        self.report.unlink(missing_ok=True)
        self.armed.unlink(missing_ok=True)
        self.environment = {
            "LD_PRELOAD": os.environ[BINARY],
            "DISK_FAULTS": faults,
            "DISK_FAULTS_UNDER": os.path.realpath(self.data),
            "DISK_FAULTS_REPORT": str(self.report),
        } if faults else {}
        if faults and when == "armed":
            self.environment["DISK_FAULTS_WHEN"] = str(self.armed)

    def arm(self):
        self.armed.touch()

    def hits(self):
        if not self.report.exists():
            return []
        parts = [line.split(" ", 3) for line in self.report.read_text().splitlines()]
        return [Hit(int(at) / 1e9, call, int(number), path) for at, call, number, path in parts]
