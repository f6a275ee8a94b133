"""What strace saw of a server: calls in the order in which they began and returned."""

import re
from dataclasses import dataclass

BEGIN = re.compile(r"^(?P<thread>\d+) +(?P<name>\w+)\((?P<text>.*)$")
RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<text>.*)$")
RESULT = re.compile(r"\) += (-?\d+)[^=]*$")


@dataclass
class Call:
    name: str
    text: str
    began: int  # Line numbers, so that one moment can be compared with another.
    returned: int | None = None
    result: int | None = None

    @property
    def file(self):
        """The file descriptor, which every call that is traced has first."""
        return int(re.match(r"\d+", self.text)[0])


def read(lines):
    """The calls of `lines`, by when they began."""
    calls, open_calls = [], {}
    for number, line in enumerate(lines):
        if match := BEGIN.match(line):
            call = Call(match["name"], match["text"], number)
            calls.append(call)
            if "<unfinished ...>" in line:
                open_calls[match["thread"], match["name"]] = call
                continue
        elif match := RESUMED.match(line):
            call = open_calls.pop((match["thread"], match["name"]))
        else:
            continue
        if result := RESULT.search(line):
            call.returned, call.result = number, int(result[1])
    return calls


class Trace:
    def __init__(self, lines):
        self.calls = read(lines)
        self.syncs = [call for call in self.calls if call.name == "fdatasync" and call.result == 0]
        self.replies = [call for call in self.calls if "HTTP/1.1 200" in call.text]

    def write_of(self, marker):
        """The call that wrote `marker` to a file; the replies don't contain it."""
        return next(call for call in self.calls if marker in call.text and "write" in call.name and call not in self.replies)

    def sync_of(self, write):
        """The first sync of that file that began after the write had returned, and returned without error."""
        return next((sync for sync in self.syncs if sync.file == write.file and sync.began > write.returned), None)

    def reply_with(self, text):
        """The first call in which any part of this reply left the process."""
        return next(call for call in self.replies if text in call.text)
