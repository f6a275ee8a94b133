"""The files of a journal: JOURNAL, segments and the frames in them, verified as a start of the server does it.

Written from docs/journal-format.md, whose words it uses: *Files* to *Recovery*. For tools/journal.py.
"""

import fcntl
import mmap
import struct
from pathlib import Path
from types import SimpleNamespace as Record

import xxhash

PAGE = 4096
FRAME_HEADER = 64
PAYLOAD_MAX = 8 << 20
LOG, CHECKPOINT = 1, 2
RUNNING, CLOSED = 1, 2
FACTS, SEAL = 1, 2
NAMES = {LOG: "segment", CHECKPOINT: "checkpoint"}

JOURNAL_1 = "magic:8s version:I state:I epoch:Q first_segment:Q end:Q chain:Q checksum:Q"
JOURNAL_2 = (
    "magic:8s version:I state:I epoch:Q first_segment:Q end:Q chain:Q segment_bytes:Q payload_bytes:Q checkpoint_first:Q "
    "checkpoint_segments:Q checkpoint_frames:Q checkpoint_chain:Q checkpoint_begin:Q checkpoint_end:Q checkpoint_time:q "
    "checksum:Q")
VERSION_1_READS_AS = {
    "segment_bytes": 64 << 20, "payload_bytes": 8 << 20, "checkpoint_first": 0, "checkpoint_segments": 0,
    "checkpoint_frames": 0, "checkpoint_chain": 0, "checkpoint_begin": 0, "checkpoint_end": 0, "checkpoint_time": 0}
SEGMENT = "magic:8s version:I kind:H before:H base:Q bytes:Q epoch:Q salt:Q previous:Q checksum:Q"
FRAME = "magic:4s version:H kind:H position:Q epoch:Q previous:Q time:q count:I length:I payload_checksum:Q checksum:Q"


class Unreadable(Exception):
    """Nothing can be told about the directory."""


class Damage(Exception):
    """Something is not what was written: a sentence with the file and the offset."""

    def __init__(self, path, offset, what):
        super().__init__(f"{path}, offset {offset}: {what}")


def checksum(data, seed=0):
    return xxhash.xxh3_64_intdigest(data, seed)


def to_page_end(size):
    return -(-size // PAGE) * PAGE


def position_at(segment, offset):
    return segment << 26 | offset


def place_of(position):
    return position >> 26, position & (1 << 26) - 1


def read_struct(data, description, seed=0):
    """A struct of these names and types, the last of which is the checksum of all before it; None if that is wrong."""
    names, types = zip(*(each.split(":") for each in description.split()))
    size = struct.calcsize("<" + "".join(types))
    if len(data) < size:
        return None
    values = Record(**dict(zip(names, struct.unpack_from("<" + "".join(types), data))))
    return values if values.checksum == checksum(data[: size - 8], seed) else None


def read_journal(path):
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(f"{path} is missing: this is no data directory of mailrail, or its first start never ended") from None
    version = int.from_bytes(data[8:12], "little")
    if data[:8] != b"mailrail":
        raise Damage(path, 0, "this does not begin as a JOURNAL does")
    if version not in (1, 2):
        raise Unreadable(f"{path} is of version {version}, and this reader knows 1 and 2")
    size, description = (56, JOURNAL_1) if version == 1 else (128, JOURNAL_2)
    journal = read_struct(data, description)
    if journal is None or len(data) != size:
        raise Damage(path, 0, "its length or its checksum is wrong")
    return Record(**({} if version == 2 else VERSION_1_READS_AS) | vars(journal))


class Segment:
    """One file of frames. Once frames() has walked them, `end` is where they end, in which `chain`, and if `is_sealed`."""

    def __init__(self, directory, kind, number):
        self.path = directory / f"{NAMES[kind]}-{number:012}"
        self.number = number
        try:
            with open(self.path, "rb") as file:
                self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (FileNotFoundError, ValueError):
            raise Damage(self.path, 0, "the file is missing or empty") from None
        self.header = read_struct(self.data[:64], SEGMENT)
        if self.header is None or (self.header.magic, self.header.version) != (b"mrsegmnt", 1) or any(self.data[64:PAGE]):
            raise Damage(self.path, 0, "the segment's header is not valid")
        if (self.header.kind, self.header.base) != (kind, position_at(number, 0)):
            raise Damage(self.path, 0, "the header is that of another segment")
        if len(self.data) < self.header.bytes:
            raise Damage(self.path, len(self.data), f"the file ends here, and should have {self.header.bytes} bytes")

    def frame_header(self, offset):
        header = read_struct(self.data[offset : offset + FRAME_HEADER], FRAME, self.header.salt)
        is_valid = header and (header.magic, header.version, header.position) == (
            b"mfrm", 1, self.header.base + offset + FRAME_HEADER)
        return header if is_valid else None

    def frame(self, offset):
        """Header and payload of the frame there; None if there is no valid one."""
        header = self.frame_header(offset)
        if not header or header.kind not in (FACTS, SEAL) or not (header.kind == FACTS) <= header.length <= PAYLOAD_MAX:
            return None
        payload_end = offset + FRAME_HEADER + header.length
        end = to_page_end(payload_end)
        if end + (PAGE if header.kind == FACTS else 0) > self.header.bytes or (header.kind == SEAL and header.length):
            return None
        payload = self.data[offset + FRAME_HEADER : payload_end]
        is_whole = checksum(payload, self.header.salt) == header.payload_checksum and not any(self.data[payload_end:end])
        return (header, payload) if is_whole else None

    def frames(self, offset=PAGE):
        self.end, self.chain, self.is_sealed = offset, self.header.previous if offset == PAGE else None, False
        while not self.is_sealed and (found := self.frame(self.end)):
            header, payload = found
            if self.chain not in (None, header.previous):
                raise Damage(self.path, self.end, "this frame does not follow the one before it")
            begin, self.end = self.end, self.end + to_page_end(FRAME_HEADER + header.length)
            self.chain, self.is_sealed = header.checksum, header.kind == SEAL
            if not self.is_sealed:
                yield Record(path=self.path, offset=begin, header=header, payload=payload)

    def expect_end(self, is_closed, frame_max):
        """Behind the end there is no later frame, and after a clean stop no torn one either."""
        for page in range(self.end + PAGE, self.header.bytes, PAGE):
            if self.data[page : page + 4] == b"mfrm" and self.frame_header(page):
                raise Damage(self.path, self.end, f"there is no valid frame here, but a later one at offset {page}")
        behind = self.data[self.end : min(self.end + frame_max, self.header.bytes)]
        if is_closed and (any(behind) if self.header.before == 0 else self.frame_header(self.end)):
            raise Damage(self.path, self.end, "the log was closed and ends here, but there is something behind its end")


class Directory:
    """A journal, whose log ends at the position `next`."""

    def __init__(self, path):
        self.path = Path(path)
        self.lock()
        self.journal = read_journal(self.path / "JOURNAL")
        self.frame_max = to_page_end(FRAME_HEADER + self.journal.payload_bytes)
        first = self.journal.first_segment
        last = max((int(each.name[-12:]) for each in self.path.glob("segment-" + "[0-9]" * 12)), default=first)
        self.segments = {each: Segment(self.path, LOG, each) for each in range(first, max(first, last) + 1)}
        self.find_end()

    def close(self):
        """Lets go of the lock."""
        if self.lock_file:
            self.lock_file.close()

    def lock(self):
        self.lock_file = None
        try:
            self.lock_file = open(self.path / "LOCK", "rb")
            fcntl.flock(self.lock_file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (FileNotFoundError, NotADirectoryError):
            pass  # A copy need not have one.
        except BlockingIOError:
            self.close()
            raise Unreadable(f"{self.path} is in use: stop the server, or read a copy") from None

    def has_room(self, offset):
        return offset + self.frame_max + PAGE <= self.journal.segment_bytes

    def find_end(self):
        journal, last = self.journal, self.segments[max(self.segments)]
        is_closed = journal.state == CLOSED
        has_frames = any([True for _ in last.frames()])
        if last.is_sealed:
            raise Damage(last.path, last.end - PAGE, "the segment is sealed, but the one after it is missing")
        last.expect_end(is_closed, self.frame_max)
        before = self.segments.get(last.number - 1)
        if before and not has_frames:
            list(before.frames())
            if before.is_sealed and before.chain != last.header.previous:
                raise Damage(last.path, 48, "the segment does not follow the one before it")
            if not before.is_sealed:  # A crash came before the seal was written.
                if self.has_room(before.end):
                    raise Damage(before.path, before.end, "there is no valid frame here, but a later segment")
                before.expect_end(is_closed, self.frame_max)
                last = before
                del self.segments[last.number + 1]
        self.last, self.last_end = last, last.end
        is_full = not self.has_room(last.end)
        self.next = position_at(last.number + 1, PAGE) if is_full else position_at(last.number, last.end)
        self.next += FRAME_HEADER
        if journal.checkpoint_end > self.next:
            raise Damage(last.path, last.end, "the log ends here, before its checkpoint does")
        if is_closed and (journal.end, journal.chain) != (position_at(last.number, last.end), last.chain):
            raise Damage(last.path, last.end, "the log ends here, which is not where it was closed")

    def log(self):
        """The frames to replay, in order, up to the end that was found."""
        first, offset = place_of(self.journal.checkpoint_begin)
        if not self.journal.checkpoint_segments:
            first, offset = self.journal.first_segment, PAGE + FRAME_HEADER
        chain = None
        for number, segment in self.segments.items():
            if number < first:
                continue
            if chain not in (None, segment.header.previous):
                raise Damage(segment.path, 48, "the segment does not follow the one before it")
            yield from segment.frames(offset - FRAME_HEADER if number == first else PAGE)
            if segment is not self.last and not segment.is_sealed:
                raise Damage(segment.path, segment.end, "there is no valid frame here, and no seal")
            if segment is self.last and segment.end != self.last_end:
                raise Damage(segment.path, segment.end, f"there is no valid frame here, and the log ends at offset {self.last_end}")
            chain = segment.chain
        if first > self.last.number and position_at(first, offset) != self.next:
            raise Damage(self.last.path, self.last_end, "the log ends here, before the place where a replay begins")

    def checkpoint(self):
        """The frames of the checkpoint, in order, and all of them."""
        journal, left, chain = self.journal, self.journal.checkpoint_frames, 0
        for number in range(journal.checkpoint_first, journal.checkpoint_first + journal.checkpoint_segments):
            segment = Segment(self.path, CHECKPOINT, number)
            if segment.header.previous != chain:
                raise Damage(segment.path, 48, "the segment does not follow the one before it")
            frames = segment.frames()
            while left and (frame := next(frames, None)):
                left, chain = left - 1, frame.header.checksum
                yield frame
        if journal.checkpoint_segments and (left or chain != journal.checkpoint_chain):
            raise Damage(segment.path, segment.end, f"the checkpoint is not whole: {left} more frames should follow")

    def place_of(self, position):
        """The path of the file, and the offset in it."""
        number, offset = place_of(position)
        return self.path / f"segment-{number:012}", offset

    def read(self, position, length):
        """A record of the log, which is protected by a checksum of its own, and where it is."""
        path, offset = self.place_of(position)
        segment = self.segments.get(position >> 26)
        if segment is None:
            raise Damage(path, offset, "the file is missing, and a message lies in it")
        return segment.data[offset : offset + length], path, offset
