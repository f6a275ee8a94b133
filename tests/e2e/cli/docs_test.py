#!/usr/bin/python3
"""The examples of docs/cli.md, run in their order on a terminal: each prints what the page says it prints.

`...` stands for anything. What a command exits with is 0 unless a comment says otherwise.
"""

import os
import pty
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary

PAGE = Path(__file__).resolve().parents[3] / "docs" / "cli.md"


def examples():
    """Of each command: itself, its exit code, what it prints."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                command, _, comment = line[2:].partition("    # exits with ")
                found.append((command, int(comment or 0), []))
            else:
                found[-1][2].append(line)
    return [(command, code, "\n".join(printed)) for command, code, printed in found]


def on_a_terminal(command, environment, directory):
    """Its exit code, and what it prints; progress leaves nothing behind."""
    ours, its = pty.openpty()
    with subprocess.Popen(command, shell=True, env=environment, cwd=directory, stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        printed = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            printed += part
        code = process.wait(60)
    os.close(ours)
    text = re.sub(r"\r\x1b\[K[^\r\n]*(?=\r\x1b\[K)|\r\x1b\[K", "", printed.decode().replace("\r\n", "\n"))
    return code, text.rstrip("\n")


class Page(unittest.TestCase):
    def test_its_examples_do_what_it_says(self):
        self.assertGreater(len(examples()), 20)
        with Server() as server, tempfile.TemporaryDirectory() as directory:
            os.symlink(binary(), f"{directory}/mailrail")
            kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAILRAIL_"))}
            environment = {**kept, "HOME": directory, "AWS_ENDPOINT_URL": server.endpoint, "NO_COLOR": "1",
                           "PATH": f"{directory}:{os.environ['PATH']}"}
            for command, code, expected in examples():
                got = on_a_terminal(command, environment, directory)
                told = got[1].replace(server.endpoint, "http://127.0.0.1:4566")
                pattern = ".*".join(re.escape(part) for part in expected.split("..."))
                self.assertEqual(code, got[0], (command, told))
                self.assertRegex(told, re.compile(f"^{pattern}$", re.DOTALL), command)


if __name__ == "__main__":
    unittest.main()
