"""What is in the frames of a journal: facts and records, and the fields of both.

Written from docs/journal-format.md, whose words it uses: *Facts* to *SQS's record*. For tools/journal.py.
"""

from types import SimpleNamespace as Record

from journal_files import FRAME_HEADER, Damage, checksum

NEVER_RECEIVED = {"until": 0, "lease_started": 0, "first_received": 0, "receive_count": 0}


class Fields:
    """Reads fields one behind the other. What cannot be read is a ValueError."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def read(self, description):
        """`name:type ...`, each type being one of the methods below."""
        return Record(**{name: getattr(self, kind)() for name, kind in (each.split(":") for each in description.split())})

    def take(self, count):
        if count > len(self.data) - self.at:
            raise ValueError("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def u8(self):
        return self.take(1)[0]

    def hash(self):
        return self.take(16)

    def varint(self, bits=64):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            if byte < 0x80 and value >> bits == 0:
                return value
        raise ValueError(f"a number has more than ten bytes or {bits} bits")

    def instant(self):
        return self.varint(47)

    def duration(self):
        return self.varint(46)

    def seq(self):
        return self.varint(47)

    def queue(self):
        return self.varint(31)

    def varint16(self):
        return self.varint(16)

    def varint32(self):
        return self.varint(32)

    def string(self, size_max=None):
        size = self.varint()
        if size_max is not None and size > size_max:
            raise ValueError(f"a string has {size} bytes, and at most {size_max} are possible")
        return self.take(size)

    def text(self, size_max=None):
        return self.string(size_max).decode("utf-8", "backslashreplace")

    def group(self):
        return self.text(255)

    def secret(self):
        if len(secret := self.string()) != 32:
            raise ValueError("the secret has not 32 bytes")
        return secret

    def name(self):
        return "/".join(self.text() for _ in range(3))

    def map(self):
        return {self.text(): self.text() for _ in range(self.varint())}

    def list_of(self, description):
        return [self.read(description) for _ in range(self.varint())]

    def seqs(self):
        return [self.seq() for _ in range(self.varint())]

    def ids(self):
        return self.list_of("key:hash seq:seq at:instant")

    def given(self):
        return self.list_of("seq:seq generation:varint32 until:instant")

    def message_attributes(self):
        return self.list_of("name:text data_type:text carried:carried value:string")

    def one_of(self, *meanings):
        number = self.u8()
        if number >= len(meanings) or meanings[number] is None:
            raise ValueError(f"{number} means nothing where it is")
        return meanings[number]

    def flag(self):
        return self.one_of(False, True)

    def why(self):
        return self.one_of("deleted", "expired")

    def carried(self):
        return self.one_of(None, "string", "binary")

    def scope(self):
        return self.one_of("queue", "message group")

    def throughput(self):
        return self.one_of("per queue", "per message group")

    def poison(self):
        return "dead letter" if self.at == len(self.data) else self.one_of("dead letter", "park")

    def forgiven(self):
        return self.list_of("seq:seq receive_count:varint32")

    def dead_letters(self):
        return vars(self.read("queue:name most_receives:varint32")) if self.flag() else None

    def attributes(self):
        return vars(self.read(
            "delay:duration message_bytes:varint32 retention:duration receive_wait:duration visibility_timeout:duration fifo:flag "
            "content_based_deduplication:flag deduplication_scope:scope fifo_throughput_limit:throughput "
            "dead_letters:dead_letters kept:map"))

    def messages(self):
        messages = []
        for _ in range(self.varint()):
            flags = self.u8()
            if flags > 31 or flags & 3 == 2 or flags & 17 == 16 or (flags & 4 and not messages):
                raise ValueError(f"a message cannot have the flags {flags}")
            message = self.read("seq:seq position:varint length:varint32 sent:instant delay:varint16")
            if messages and message.seq == 0:
                raise ValueError("a message has the seq of the one before it")
            message.seq += messages[-1].seq if messages else 0
            message.group = messages[-1].group if flags & 4 else self.group()
            vars(message).update(vars(self.read(DELIVERY)) if flags & 1 else NEVER_RECEIVED)
            message.source = self.name() if flags & 2 else None
            message.forgiven = self.varint32() if flags & 16 else 0
            if flags & 16 and not message.forgiven:
                raise ValueError("a message has no receives that are forgiven, and the flag that says so")
            message.is_damaged = flags & 8 != 0
            message.is_new_here = not flags & 1
            messages.append(message)
        return messages


DELIVERY = (
    "until:instant lease_started:instant first_received:instant origin_queue:queue origin_seq:seq receive_count:varint32")
FACTS = {
    1: ("founded", "at:instant secret:secret"),
    2: ("queue_created", "queue:queue at:instant name:name attributes:attributes tags:map on_poison:poison"),
    3: ("queue_changed", "queue:queue at:instant attributes:attributes tags:map on_poison:poison"),
    4: ("queue_deleted", "queue:queue"),
    5: ("purged", "queue:queue below:seq"),
    6: ("sent", "queue:queue seq:seq at:instant delay:varint16 group:group deduplication_id:text key:hash record:string"),
    7: ("leased", "queue:queue seq:seq until:instant lease_started:instant first_received:instant receive_count:varint32 "
        "attempt:hash"),
    8: ("removed", "queue:queue why:why seqs:seqs"),
    9: ("moved", "from_queue:queue from_seq:seq queue:queue seq:seq sent:instant position:varint length:varint32 "
        "group:group origin_queue:queue origin_seq:seq receive_count:varint32 first_received:instant"),
    10: ("relocated", "queue:queue seq:seq sent:string"),
    11: ("damaged", "queue:queue seq:seq position:varint"),
    20: ("conversation_parked", "queue:queue group:group at:instant"),
    21: ("conversation_unparked", "queue:queue group:group forgiven:forgiven"),
}
RECORDS = {
    1: ("begin", "secret:secret last_seq:seq last_queue:queue"),
    2: ("queue", "queue:queue name:name attributes:attributes tags:map created:instant changed:instant purged_below:seq "
        "on_poison:poison"),
    3: ("messages", "queue:queue messages:messages"),
    4: ("swept", "queue:queue through:seq"),
    5: ("deduplication", "ids:ids"),
    6: ("attempt", "attempt:hash started:instant given:given"),
    8: ("parked", "queue:queue group:group since:instant"),
}


def read_fact(data, types):
    """One fact or record, without its length in front."""
    kind = data[0] if data else 0
    if kind not in types:
        raise ValueError(f"there is no type {kind}")
    name, description = types[kind]
    if name == "sent":
        data, expected = data[:-4], data[-4:]
        if checksum(data) & 0xFFFFFFFF != int.from_bytes(expected, "little"):
            raise ValueError("the checksum of a message is wrong")
    return Record(type=name, **vars(Fields(data[1:]).read(description)))


def read_facts(frame, types):
    """All of a frame, and of each the place where it is."""
    fields, count = Fields(frame.payload), 0
    while fields.at < len(frame.payload):
        begin, count = fields.at, count + 1
        place = frame.path, frame.offset + FRAME_HEADER + begin
        try:
            fact = read_fact(fields.string(), types)
        except ValueError as error:
            raise Damage(*place, f"this cannot be read: {error}") from None
        fact.place, fact.own_position, fact.own_length = place, frame.header.position + begin, fields.at - begin
        yield fact
    if count != frame.header.count:
        raise Damage(frame.path, frame.offset, f"there are {count} facts in the frame, which says {frame.header.count}")
