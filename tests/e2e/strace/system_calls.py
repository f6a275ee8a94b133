"""What strace saw of a server: calls in the order in which they began and returned."""

import re
from dataclasses import dataclass

BEGIN = re.compile(r"^(?P<thread>\d+) +(?P<name>\w+)\((?P<text>.*)$")
RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<text>.*)$")
READS = ("read", "readv", "recvfrom", "recvmsg")
STRING = re.compile(r'"([^"]*)"')
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


def is_zeros(text):
    return not any(string.replace("\\0", "") for string in STRING.findall(text))


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
        # To files. What is only zeros is written ahead and means nothing.
        self.writes = [call for call in self.calls if call.name.startswith("pwrite") and not is_zeros(call.text)]
        self.replies = [call for call in self.calls if call.name not in READS and "HTTP/1.1 " in call.text]

    def write_of(self, marker):
        """The call that wrote `marker` to a file."""
        return next(call for call in self.writes if marker in call.text)

    def sync_of(self, write):
        """The first sync of that file that began after the write had returned, and returned without error."""
        return next((sync for sync in self.syncs if sync.file == write.file and sync.began > write.returned), None)

    def reply_with(self, text):
        """The first call in which any part of this reply left the process."""
        return next(call for call in self.replies if text in call.text)

    def request_of(self, reply):
        """The call that read the end of the request that this answers."""
        reads = [call for call in self.calls if call.name in READS and call.file == reply.file and (call.result or 0) > 0]
        return [call for call in reads if call.returned < reply.began][-1]

    def sync_for(self, request, reply):
        """A sync of something that was written after the request had come, which returned before the reply left; or None."""
        for write in self.writes:
            if write.began > request.returned:
                sync = self.sync_of(write)
                return sync if sync is not None and sync.returned < reply.began else None
        return None
