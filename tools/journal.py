#!/usr/bin/python3
"""Prints the queues, messages and topics in a data directory of mailrail as one JSON document: tools/journal.py DIR

A second reader of the journal, written from docs/journal-format.md, whose words it uses, to prove that the page says enough. It
holds the log in memory, and changes nothing. Exit code 1: the log or the checkpoint is not whole, and standard error says where
(`mailrail verify` says more). Exit code 2: the directory is in use, or there is no journal.
"""

import fcntl, hashlib, io, json, struct, sys, uuid
from pathlib import Path
from types import SimpleNamespace as Record
from xxhash import xxh3_64_intdigest as checksum, xxh3_128_intdigest

PAGE, HEADER, CLOSED, SEAL = 4096, 64, 2, 2
JOURNAL = ("magic version state epoch first_segment end chain segment_bytes payload_bytes checkpoint_first checkpoint_segments "
           "checkpoint_frames checkpoint_chain checkpoint_begin checkpoint_end checkpoint_time").split()
JOURNALS = {1: ("<8sIIQQQQ", JOURNAL[:7]), 2: ("<8sIIQQQQQQQQQQQQq", JOURNAL)}
VERSION_1_READS_AS = dict.fromkeys(JOURNAL, 0) | {"segment_bytes": 64 << 20, "payload_bytes": 8 << 20}
SEGMENT = "<8sIHHQQQQQ", "magic version kind before base bytes epoch salt previous".split()
FRAME = "<4sHHQQQqIIQ", "magic version kind position epoch previous time count length payload_checksum".split()
SHAPES = dict(  # The fields, name:kind, of facts, then of records, in the order of their types, then of what is in them.
    founded="at secret:bytes", queue_created="queue created name:name attributes:attributes tags:map on_poison:? subscription:?",
    queue_changed="queue changed attributes:attributes tags:map on_poison:? subscription:?", queue_deleted="queue at:?",
    purged="queue below at:?",
    sent="queue seq sent delay group:text deduplication_id:text deduplication_key:hash record:bytes",
    leased="queue seq until lease_started first_received receive_count attempt:hash", removed="queue why seqs:*",
    moved="from_queue from_seq queue seq sent position length group:text origin_queue origin_seq receive_count first_received "
          "redrives:? share:share?",
    relocated="queue seq body:bytes", damaged="queue seq position",
    move_task_started="queue task started destination:name* rate to_move pace:?",
    redriven="from_queue from_seq queue seq sent position length group:text origin_queue origin_seq redrives task moved lag share:share?",
    move_task_ended="queue task status failure",
    topic_created="topic created name:name attributes:topic_attributes tags:map",
    topic_changed="topic changed attributes:topic_attributes tags:map", topic_deleted="topic at",
    subscription_created="subscription topic since protocol endpoint:text queue_name:name* state authenticated "
                         "attributes:subscription_attributes",
    subscription_changed="subscription changed attributes:subscription_attributes",
    conversation_parked="queue group:text at", conversation_unparked="queue group:text forgiven:forgiven*",
    subscription_confirmed="subscription changed authenticated unsubscribe_authenticated",
    subscription_deleted="subscription at", published="topic deliveries:deliveries body:bytes",
    shared_body_relocated="publication body:bytes", shared_body_damaged="publication position",
    signing_key_set="made private_key:bytes certificate:bytes", subscription_deactivated="subscription changed",
    redriven_by_choice="from_queue from_seq queue seq sent position length group:text origin_queue origin_seq redrives share:share?",
    begin="secret:bytes last_seq last_queue last_topic:? last_subscription:?", queue="queue name:name attributes:attributes tags:map created changed purged_below "
                                                                                            "on_poison:? subscription:?",
    messages="queue messages:messages", swept="queue through", deduplication="ids:id*", attempt="key:hash started given:given*",
    move_task="queue task started destination:name* rate to_move moved lag status failure pace:?",
    parked="queue group:text since",
    topic="topic name:name attributes:topic_attributes tags:map created changed deleted_subscriptions",
    recent="deletions:deletion* purges:purge*",
    subscription="subscription topic protocol endpoint:text queue_name:name* state authenticated unsubscribe_authenticated since changed "
                 "attributes:subscription_attributes",
    signing_key="made private_key:bytes certificate:bytes",
    deletion="queue:name at", purge="queue at",
    topic_attributes="fifo content_based_deduplication deduplication_scope message_bytes kept:map",
    subscription_attributes="raw filter_policy:text filter_scope dead_letters:name* kept:map",
    forgiven="seq receives", share="topic publication subscription flags",
    attributes="delay message_bytes retention receive_wait visibility_timeout fifo content_based_deduplication "
               "deduplication_scope fifo_throughput_limit dead_letters:dead_letters* kept:map",  # The flag: none or one.
    dead_letters="queue:name most_receives", id="key:hash seq at", given="seq generation until",
    message="seq position length sent delay", delivery="until lease_started first_received origin_queue origin_seq receive_count",
    sqs="version md5:bytes sender:text trace_header:text attributes:attribute* body:bytes",
    sns="version region:text account:text topic_name:text endpoint:text trace_header:text subject:text attributes:attribute* "
        "texts:protocol_text* body:bytes kind:? signature_version:?",
    protocol_text="protocol text:bytes",
    attribute="name:text data_type:text carried value:bytes")
NAMES = list(SHAPES)
BEGIN = NAMES.index("begin")
FACTS, RECORDS = [None, *NAMES[:BEGIN]], [None, *NAMES[BEGIN : NAMES.index("signing_key")], None, None, "signing_key"]
NEW = dict(delay=0, until=0, lease_started=0, first_received=0, receive_count=0, forgiven=0, redrives=0, source=None,
           is_damaged=False, share=None)
TASKS_MAX = 10


class NotWhole(Exception):
    """Something in the journal is not as it was written."""


def expect(is_whole, path, offset, what):
    if not is_whole:
        raise NotWhole(f"{path}, offset {offset}: {what}")


def unpack(form, names, data, seed=0, **wanted):
    """A header; None if its checksum is wrong, or one of these fields is not as wanted."""
    if len(data) == struct.calcsize(form) + 8 and checksum(data[:-8], seed) == int.from_bytes(data[-8:], "little"):
        fields = dict(zip(names, struct.unpack(form, data[:-8])), checksum=checksum(data[:-8], seed))
        return Record(**fields) if fields | wanted == fields else None


def read_segment(directory, name, number, chain=None):
    """Its frames, up to the `end`, where there is no valid one; the last one's checksum; and whether there are more behind."""
    path, kind = directory / f"{name}-{number:012}", {"segment": 1, "checkpoint": 2}[name]
    data = memoryview(path.read_bytes() if path.exists() else b"")
    header = unpack(*SEGMENT, data[:HEADER], magic=b"mrsegmnt", version=1, kind=kind, base=number << 26)
    is_whole = header and len(data) >= header.bytes and not any(data[HEADER:PAGE]) and chain in (None, header.previous)
    expect(is_whole, path, 0, "the segment is missing, too short, without a valid header, or not the one that follows")

    def frame_at(offset):
        begin, salt = offset + HEADER, header.salt
        if frame := unpack(*FRAME, data[offset:begin], salt, magic=b"mfrm", version=1, position=header.base + begin):
            frame.payload, end = data[begin : begin + frame.length], begin + frame.length
            frame.offset, frame.end = offset, -(-end // PAGE) * PAGE
            frame.is_whole = checksum(frame.payload, salt) == frame.payload_checksum and not any(data[end : frame.end])
        return frame

    found = Record(path=path, data=data, frames=[], end=PAGE, chain=header.previous, is_sealed=False)
    while not found.is_sealed and (frame := frame_at(found.end)) and frame.is_whole:
        expect(frame.previous == found.chain, path, found.end, "this frame does not follow the one before it")
        found.frames.append(frame)
        found.end, found.chain, found.is_sealed = frame.end, frame.checksum, frame.kind == SEAL
    return Record(**vars(found), has_more=found.is_sealed or any(map(frame_at, range(found.end + PAGE, header.bytes, PAGE))))


class Fields(io.BytesIO):
    def number(self):
        byte = self.read(1)[0]
        return byte if byte < 128 else byte - 128 + (self.number() << 7)

    def record(self, shape):
        return Record(**{name: self.field(kind) for name, _, kind in (each.partition(":") for each in SHAPES[shape].split())})

    def field(self, kind):
        match kind:
            case "": return self.number()
            case "?": return self.number() if self.tell() < len(self.getvalue()) else None  # It came later.
            case "hash": return self.read(16)
            case "bytes": return self.read(self.number())
            case "text": return self.field("bytes").decode()
            case "name": return "/".join(self.field("text") for _ in range(3))
            case "map": return {self.field("text"): self.field("text") for _ in range(self.number())}
            case "messages": return list(self.messages())
            case "deliveries": return list(self.deliveries())
            case "share?": return self.share() if self.field("?") else None
        return [self.field(kind[:-1]) for _ in range(self.number())] if kind[-1] == "*" else self.record(kind)

    def share(self):
        share = self.record("share")
        return Record(**vars(share), raw=share.flags & 1, protocol=share.flags >> 1)

    def deliveries(self):  # Their seqs are counted from the publication's.
        seq = 0
        for _ in range(self.number()):
            queue, seq, subscription, flags = self.number(), seq + self.number(), self.number(), self.number()
            delay, key = self.number() if flags & 4 else 0, self.field("hash") if flags & 8 else None
            yield Record(queue=queue, seq=seq, subscription=subscription, grouped=flags & 1, raw=flags >> 1 & 1, protocol=flags >> 4,
                         delay=delay, key=key)

    def messages(self):
        message = Record(seq=0)
        for _ in range(self.number()):
            flags, before, message = self.number(), message, self.record("message")
            message.seq, message.is_damaged = before.seq + message.seq, flags & 8 != 0
            message.group = before.group if flags & 4 else self.field("text")
            vars(message).update(vars(self.record("delivery")) if flags & 1 else {})
            message.source = self.field("name") if flags & 2 else None
            message.forgiven = self.number() if flags & 16 else 0
            message.redrives = self.number() if flags & 32 else 0
            message.share = self.share() if flags & 64 else None
            message.is_body_damaged = flags & 64 and self.number()
            yield message


class State(Record):
    def replay(self, frames, types):
        """Of frames that are whole: what cannot be read in one of them is a mistake in the page, here or in the server."""
        for frame in frames:
            fields = Fields(frame.payload)
            for _ in range(frame.count):
                begin, fact = fields.tell(), Fields(fields.field("bytes"))
                name = types[fact.number()]
                self.apply(name, fact.record(name), frame.position + begin, fields.tell() - begin)

    def apply(self, name, fact, position, size):
        queue = self.queues.get(getattr(fact, "queue", None))
        message = queue and queue.messages.get(getattr(fact, "seq", None)) or Record(position=None)  # It may be gone already.
        match name:
            case "founded" | "begin": self.secret = fact.secret
            case "queue_created" | "queue": self.queues[fact.queue] = Record(
                through=0, messages={}, move_tasks=[], parked={}, **vars(fact))
            case "queue_changed" | "swept": vars(queue).update(vars(fact))
            case "queue_deleted": del self.queues[fact.queue]
            case "purged":
                queue.messages = {seq: each for seq, each in queue.messages.items() if seq >= fact.below}
                queue.parked = {}
            case "messages": [self.add(queue, each) for each in fact.messages]
            case "sent": self.add(queue, fact, position=position, length=size, record=None)
            case "published":
                sent = Fields(Fields(fact.body).field("bytes")[1:-4]).record("sent")
                self.bodies.setdefault(sent.seq, Record(position=position + size - len(fact.body), is_damaged=False))
                for each in fact.deliveries:
                    self.add(self.queues[each.queue], Record(
                        seq=sent.seq + each.seq, sent=sent.sent, delay=each.delay, group=sent.group if each.grouped else "",
                        position=position + size - len(fact.body), length=len(fact.body),
                        share=Record(topic=fact.topic, publication=sent.seq, subscription=each.subscription, raw=each.raw,
                                     protocol=each.protocol)))
            case "shared_body_relocated":
                self.bodies.setdefault(fact.publication, Record(is_damaged=False)).position = position + size - len(fact.body)
            case "shared_body_damaged":
                body = self.bodies.get(fact.publication)
                if body and body.position == fact.position:
                    body.is_damaged = True
            case "leased": vars(message).update(vars(fact))
            case "removed": [queue.messages.pop(seq, None) for seq in fact.seqs]
            case "moved":
                source = self.queues[fact.from_queue]
                source.messages.pop(fact.from_seq, None)
                self.add(queue, fact, source=None if source.subscription else source.name)
            case "move_task": queue.move_tasks.append(fact)
            case "move_task_started":
                queue.move_tasks = [*queue.move_tasks, Record(**vars(fact), moved=0, status=0)][-TASKS_MAX:]
            case "move_task_ended": vars(queue.move_tasks[self.task_at(queue, fact)]).update(vars(fact))
            case "redriven" | "redriven_by_choice":
                source = self.queues[fact.from_queue]
                source.messages.pop(fact.from_seq, None)
                if name == "redriven":
                    source.move_tasks[self.task_at(source, fact)].moved = fact.moved
                self.add(queue, fact)
            case "parked": queue.parked[fact.group] = fact.since
            case "conversation_parked": queue.parked[fact.group] = fact.at
            case "conversation_unparked":
                queue.parked.pop(fact.group, None)
                for each in fact.forgiven:
                    if message := queue.messages.get(each.seq):
                        message.forgiven = each.receives
            case "relocated": message.position = position + size - len(fact.body)
            case "damaged" if self.position_of(message) == fact.position: message.is_damaged = True
            case _: self.apply_to_topics(name, fact)

    def apply_to_topics(self, name, fact):
        match name:
            case "topic_created": self.topics[fact.topic] = Record(changed=fact.created, deleted_subscriptions=0, **vars(fact))
            case "topic": self.topics[fact.topic] = fact
            case "topic_changed": vars(self.topics[fact.topic]).update(vars(fact))
            case "topic_deleted":
                del self.topics[fact.topic]
                self.subscriptions = {key: each for key, each in self.subscriptions.items() if each.topic != fact.topic}
            case "subscription_created": self.subscriptions[fact.subscription] = Record(
                changed=fact.since, unsubscribe_authenticated=0, **vars(fact))
            case "subscription": self.subscriptions[fact.subscription] = fact
            case "subscription_changed": vars(self.subscriptions[fact.subscription]).update(vars(fact))
            case "subscription_confirmed":
                subscription = self.subscriptions[fact.subscription]
                since = subscription.since if subscription.state == 1 else fact.changed
                self.topics[subscription.topic].deleted_subscriptions -= subscription.state == 2
                vars(subscription).update(vars(fact), state=1, since=since)
            case "subscription_deactivated":
                subscription = self.subscriptions[fact.subscription]
                since = subscription.since if subscription.state == 2 else fact.changed
                self.topics[subscription.topic].deleted_subscriptions += subscription.state != 2
                vars(subscription).update(vars(fact), state=2, since=since)
            case "subscription_deleted":
                subscription = self.subscriptions.pop(fact.subscription)
                self.topics[subscription.topic].deleted_subscriptions += subscription.state != 2
            case "signing_key_set" | "signing_key": self.certificate = fact.certificate  # The newest.

    def add(self, queue, fact, **more):
        if share := getattr(fact, "share", None):
            is_damaged = bool(getattr(fact, "is_body_damaged", False))
            self.bodies.setdefault(share.publication, Record(position=fact.position, is_damaged=False)).is_damaged |= is_damaged
        if fact.seq > queue.through:  # Else the checkpoint has it, or it was gone again.
            fields = NEW | dict(origin_queue=queue.queue, origin_seq=fact.seq) | vars(fact) | more
            queue.messages.setdefault(fact.seq, Record(**fields))

    def position_of(self, message):
        share = getattr(message, "share", None)
        return self.bodies[share.publication].position if share else message.position

    def task_at(self, queue, fact):
        return [each.task for each in queue.move_tasks].index(fact.task)

    def with_body(self, queue, message, segment):
        origin, share, offset = (message.origin_queue, message.origin_seq), message.share, message.position & (1 << 26) - 1
        place = segment.path, offset, "the body of a message is not whole"
        fact = Fields(segment.data[offset : offset + message.length]).field("bytes")
        expect(fact[0] == 6 and checksum(fact[:-4]) & 0xFFFFFFFF == int.from_bytes(fact[-4:], "little"), *place)
        sent = Fields(fact[1:]).record("sent")
        expect((sent.queue, sent.seq) == ((0, share.publication) if share else origin), *place)
        is_sns = share or queue.subscription  # What asks an endpoint to confirm is no publication.
        record = Fields(sent.record).record("sns" if is_sns else "sqs")
        expect(record.version == 1 and (is_sns or record.md5 == hashlib.md5(record.body).digest()), *place)
        for each in share and record.texts or []:  # The text is its protocol's, if that has its own.
            record.body = each.text if each.protocol == share.protocol + 1 else record.body
        named = struct.pack("<IQ", *origin) + (struct.pack("<I", message.redrives) if message.redrives else b"")
        number = xxh3_128_intdigest(named, int.from_bytes(self.secret[:8], "little")) or 1
        record.id, record.deduplication_id = str(uuid.UUID(int=number, version=4)), sent.deduplication_id
        return vars(message) | vars(record) | {"body": record.body.decode()}


def read(directory):
    state, path, segments = State(queues={}, topics={}, subscriptions={}, bodies={}, certificate=None), directory / "JOURNAL", {}
    data = path.read_bytes()
    version = int.from_bytes(data[8:12], "little")
    journal = version in JOURNALS and unpack(*JOURNALS[version], data, magic=b"mailrail")
    expect(journal, path, 0, f"this is version {version}, and this reader knows 1 and 2, or its checksum is wrong")
    journal, segment = Record(**VERSION_1_READS_AS | vars(journal)), Record(path=path, end=0, chain=0)
    for number in range(journal.checkpoint_first, journal.checkpoint_first + journal.checkpoint_segments):
        segment = read_segment(directory, "checkpoint", number, segment.chain)
        state.replay(segment.frames, RECORDS)
    expect(segment.chain == journal.checkpoint_chain, segment.path, segment.end, "the checkpoint is not whole")
    last = max([journal.first_segment] + [int(each.name[-12:]) for each in directory.glob("segment-" + "[0-9]" * 12)])
    for number in range(journal.first_segment, last + 1):
        segment = segments[number] = read_segment(directory, "segment", number, segment.chain if segments else None)
        state.replay([each for each in segment.frames if each.position >= journal.checkpoint_begin], FACTS)
        if not segment.is_sealed:
            break
    journal.is_full = segment.end + -(-(HEADER + journal.payload_bytes) // PAGE) * PAGE + PAGE > journal.segment_bytes
    is_unsealed = journal.is_full and number == last - 1 and not read_segment(directory, "segment", last).frames  # By a crash.
    end = number << 26 | segment.end
    journal.next = ((number + 1) << 26 | PAGE if journal.is_full else end) + HEADER
    is_end = (number == last or is_unsealed) and not segment.has_more and journal.checkpoint_end <= journal.next
    is_end &= journal.state != CLOSED or (journal.end, journal.chain) == (end, segment.chain)
    is_end &= journal.checkpoint_begin in [0, journal.next] + [each.position for one in segments.values() for each in one.frames]
    expect(is_end, segment.path, segment.end, "the log ends here, which is too early, or not as JOURNAL says")
    for queue in state.queues.values():
        groups = {each.group for each in queue.messages.values()}
        queue.parked = {group: since for group, since in queue.parked.items() if group in groups}
        for each in queue.messages.values():
            each.position = state.position_of(each)
        queue.messages = [state.with_body(queue, each, segments[each.position >> 26]) for each in queue.messages.values()]
    return {"journal": journal, "queues": list(state.queues.values()), "topics": list(state.topics.values()),
            "subscriptions": list(state.subscriptions.values()), "certificate": state.certificate}


def main(directory):
    try:
        with open(directory / "LOCK") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            json.dump(read(directory), sys.stdout, default=lambda each: vars(each) if isinstance(each, Record) else each.hex())
    except NotWhole as error:
        return f"journal.py: {error}"
    except OSError as error:
        print(f"journal.py: {directory} is in use, or there is no journal in it: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
