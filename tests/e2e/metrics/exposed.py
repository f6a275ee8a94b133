"""What a server's /metrics say, as values, and what promtool says of them."""

import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def promtool(*arguments, text=None):
    """None if it is not installed."""
    program = shutil.which("promtool") or str(ROOT / ".tools/promtool/promtool")
    if not Path(program).exists():
        return None
    return subprocess.run([program, *arguments], input=text, capture_output=True, text=True, timeout=60)


def scrape(server, path="/metrics"):
    with urllib.request.urlopen(server.endpoint + path, timeout=30) as response:
        return Exposed(response.read().decode(), response.headers["Content-Type"])


class Exposed:
    def __init__(self, text, content_type):
        self.text = text
        self.content_type = content_type
        self.types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
        self.samples = {}
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = SAMPLE.match(line).groups()
            key = name, tuple(sorted(LABEL.findall(labels or "")))
            assert key not in self.samples, f"twice: {line}"
            self.samples[key] = float(value)

    def value(self, name, **labels):
        """The sum of the series that have these labels; None if there is none."""
        wanted = set(labels.items())
        found = [value for (each, has), value in self.samples.items() if each == name and wanted <= set(has)]
        return sum(found) if found else None

    def counters(self):
        """Whatever may only grow."""
        def grows(name):
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            return self.types.get(name) == "counter" or self.types.get(family) == "histogram"
        return {key: value for key, value in self.samples.items() if grows(key[0])}
