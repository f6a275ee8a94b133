#!/usr/bin/python3
"""Prints what is in a data directory of mailrail: its queues, and the messages in them.

    tools/journal.py DIR          for people
    tools/journal.py DIR --json   for programs

A second reader of the journal, written from docs/journal-format.md, whose words it uses. It changes nothing and takes the
directory's lock shared, so it refuses a directory that a server uses. Exit code 0: all of it was whole; 1: something is
damaged, and standard error says which file, which offset and what; 2: there is no journal that could be read.
"""

import argparse
import base64
import hashlib
import json
import sys
from contextlib import closing
from datetime import datetime, timezone
from types import SimpleNamespace as Record
from uuid import UUID

import xxhash

from journal_facts import FACTS, NEVER_RECEIVED, RECORDS, Fields, read_fact, read_facts
from journal_files import CLOSED, Damage, Directory, Unreadable

SHOWN_MAX = 72  # Characters of a body, for people.
REMEMBERED_MS = 5 * 60 * 1000
SEQUENCE_NUMBERS_FROM = 10**19

# --- Replay: what they lead to.


class State:
    """Facts whose own position is below `exact_from` may tell what a checkpoint knows better."""

    def __init__(self, exact_from):
        self.exact_from = exact_from
        self.secret, self.newest, self.queues, self.ids, self.attempts = bytes(32), 0, {}, {}, {}

    def apply(self, fact):
        try:
            getattr(self, "on_" + fact.type)(fact)
        except LookupError as error:
            raise Damage(*fact.place, f"{fact.type} has {error.args[0]}") from None

    def queue(self, number):
        if number not in self.queues:
            raise LookupError(f"queue {number}, which is not there")
        return self.queues[number]

    def find(self, fact, queue, seq):
        """The message, or None if it may be gone."""
        message = self.queue(queue).messages.get(seq)
        if message is None and fact.own_position >= self.exact_from:
            raise LookupError(f"seq {seq} of queue {queue}, which is not there")
        return message

    def add(self, queue, message):
        if message.seq in queue.messages:
            raise LookupError(f"seq {message.seq} of queue {queue.queue}, which is there already")
        queue.messages[message.seq] = message

    def add_new(self, fact, **values):
        queue = self.queue(fact.queue)
        self.newest = max(self.newest, fact.seq)
        if fact.own_position >= self.exact_from or (fact.seq > queue.through and fact.seq not in queue.messages):
            self.add(queue, Record(seq=fact.seq, group=fact.group, **NEVER_RECEIVED | {"is_damaged": False, "forgiven": 0} | values))

    # Records of a checkpoint.

    def on_begin(self, record):
        self.secret, self.newest = record.secret, record.last_seq

    def on_queue(self, record):
        self.queues[record.queue] = Record(**vars(record), through=0, messages={}, parked={})

    def on_messages(self, record):
        for each in record.messages:
            if each.is_new_here:
                each.origin_queue, each.origin_seq = record.queue, each.seq
            self.add(self.queue(record.queue), each)

    def on_swept(self, record):
        self.queue(record.queue).through = record.through

    def on_parked(self, record):
        if self.conversation(record.queue, record.group):
            self.queue(record.queue).parked[record.group] = record.since

    def on_deduplication(self, record):
        self.ids.update({each.key: each.at for each in record.ids})

    def on_attempt(self, record):
        self.attempts[record.attempt] = record.started

    # Facts.

    def on_founded(self, fact):
        self.secret = fact.secret

    def on_queue_created(self, fact):
        self.queues[fact.queue] = Record(
            queue=fact.queue, name=fact.name, created=fact.at, purged_below=0, through=0, messages={}, parked={})
        self.on_queue_changed(fact)

    def on_queue_changed(self, fact):
        queue = self.queue(fact.queue)
        queue.attributes, queue.tags, queue.changed, queue.on_poison = fact.attributes, fact.tags, fact.at, fact.on_poison

    def on_queue_deleted(self, fact):
        self.queue(fact.queue)
        del self.queues[fact.queue]

    def on_purged(self, fact):
        queue = self.queue(fact.queue)
        queue.purged_below, queue.parked = fact.below, {}
        queue.messages = {seq: each for seq, each in queue.messages.items() if seq >= fact.below}

    def on_sent(self, fact):
        if any(fact.key):
            self.ids[fact.key] = fact.at
        self.add_new(
            fact, position=fact.own_position, length=fact.own_length, sent=fact.at, delay=fact.delay, origin_queue=fact.queue,
            origin_seq=fact.seq, source=None)

    def on_leased(self, fact):
        if any(fact.attempt):
            self.attempts[fact.attempt] = fact.lease_started
        if message := self.find(fact, fact.queue, fact.seq):
            vars(message).update({name: getattr(fact, name) for name in NEVER_RECEIVED})

    def on_removed(self, fact):
        for seq in fact.seqs:
            if self.find(fact, fact.queue, seq):
                del self.queue(fact.queue).messages[seq]

    def on_moved(self, fact):
        if self.find(fact, fact.from_queue, fact.from_seq):
            del self.queue(fact.from_queue).messages[fact.from_seq]
        self.add_new(
            fact, position=fact.position, length=fact.length, sent=fact.sent, delay=0, origin_queue=fact.origin_queue,
            origin_seq=fact.origin_seq, receive_count=fact.receive_count, first_received=fact.first_received,
            source=self.queue(fact.from_queue).name)

    def on_relocated(self, fact):
        if message := self.find(fact, fact.queue, fact.seq):
            message.position = fact.own_position + fact.own_length - len(fact.sent)

    def on_damaged(self, fact):
        message = self.queue(fact.queue).messages.get(fact.seq)
        if message and message.position == fact.position:
            message.is_damaged = True

    def conversation(self, queue, group):
        return [each for each in self.queue(queue).messages.values() if each.group == group]

    def on_conversation_parked(self, fact):
        if self.conversation(fact.queue, fact.group):
            self.queue(fact.queue).parked[fact.group] = fact.at
        elif fact.own_position >= self.exact_from:
            raise LookupError(f"a conversation of queue {fact.queue} that is not there")

    def on_conversation_unparked(self, fact):
        self.queue(fact.queue).parked.pop(fact.group, None)
        for each in fact.forgiven:
            if message := self.find(fact, fact.queue, each.seq):
                message.forgiven = each.receive_count


# --- What is shown.


def message_id(secret, queue, seq):
    place = queue.to_bytes(4, "little") + seq.to_bytes(8, "little")
    number = xxhash.xxh3_128_intdigest(place, int.from_bytes(secret[:8], "little")) or 1
    return str(UUID(int=number & ~(0xF << 76) & ~(3 << 62) | 4 << 76 | 2 << 62))


def read_body(directory, message):
    """The message's Sent fact and the record in it."""
    data, path, offset = directory.read(message.position, message.length)
    try:
        fields = Fields(data)
        sent = read_fact(fields.string(), FACTS)
        if sent.type != "sent" or fields.at < len(data) or (sent.queue, sent.seq) != (message.origin_queue, message.origin_seq):
            raise ValueError("it is another fact")
        fields = Fields(sent.record)
        if (version := fields.u8()) != 1:
            raise ValueError(f"its record is of version {version}, and this reader knows 1")
        record = fields.read("md5:string sender:text trace_header:text attributes:message_attributes body:string")
        if record.md5 != hashlib.md5(record.body).digest():
            raise ValueError("the MD5 of its body is wrong")
        return sent, record
    except ValueError as error:
        raise Damage(path, offset, f"the body of the message with seq {message.seq} cannot be read: {error}") from None


def shown_attribute(attribute):
    value = attribute.value.decode() if attribute.carried == "string" else base64.b64encode(attribute.value).decode()
    return {"data_type": attribute.data_type, attribute.carried: value}


def shown_message(directory, state, message, damages):
    shown = {
        "seq": message.seq,
        "sequence_number": str(SEQUENCE_NUMBERS_FROM + message.seq),
        "message_id": message_id(state.secret, message.origin_queue, message.origin_seq),
        "group": message.group,
        **{name: getattr(message, name) for name in ("sent", "delay", *NEVER_RECEIVED, "forgiven", "source")},
    }
    if message.is_damaged:
        path, offset = directory.place_of(message.position)
        damages.append(Damage(path, offset, f"a server found the body of the message with seq {message.seq} damaged"))
        return shown | {"damaged": "a server found its body damaged"}
    try:
        sent, record = read_body(directory, message)
    except Damage as damage:
        damages.append(damage)
        return shown | {"damaged": str(damage)}
    return shown | {
        "deduplication_id": sent.deduplication_id,
        "sender": record.sender,
        "trace_header": record.trace_header,
        "attributes": {each.name: shown_attribute(each) for each in record.attributes},
        "body": record.body.decode("utf-8", "backslashreplace"),
    }


def read_directory(directory, damages):
    """All that is shown, as plain values. Bodies that cannot be read are added to `damages`."""
    journal = directory.journal
    state, now = State(journal.checkpoint_end), journal.checkpoint_time
    for frame in directory.checkpoint():
        for record in read_facts(frame, RECORDS):
            state.apply(record)
    for frame in directory.log():
        now = max(now, frame.header.time)
        for fact in read_facts(frame, FACTS):
            state.apply(fact)
    remembered = [sum(now - at < REMEMBERED_MS for at in each.values()) for each in (state.ids, state.attempts)]
    queues = [
        {name: getattr(queue, name) for name in ("queue", "name", "created", "changed", "attributes", "tags", "on_poison", "parked")}
        | {"messages": [shown_message(directory, state, queue.messages[seq], damages) for seq in sorted(queue.messages)]}
        for _, queue in sorted(state.queues.items())
    ]
    return {
        "version": journal.version,
        "closed": journal.state == CLOSED,
        "epoch": journal.epoch,
        "segments": list(directory.segments),
        "segment_bytes": journal.segment_bytes,
        "checkpoint_frames": journal.checkpoint_frames,
        "time": now,
        "newest_seq": state.newest,
        "deduplication_ids": remembered[0],
        "receive_attempts": remembered[1],
        "queues": queues,
    }


def instant(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def shortened(text):
    return json.dumps(text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "...", ensure_ascii=False)


def print_message(message, now):
    parts = [f"  seq {message['seq']}", f"sent {instant(message['sent'])}", f"id {message['message_id']}"]
    if message["group"]:
        parts.append(f"group {shortened(message['group'])}")
    if message["receive_count"]:
        parts.append(f"received {message['receive_count']} times")
    if message["forgiven"]:
        parts.append(f"of which {message['forgiven']} do not count")
    if message["until"] > now:
        parts.append(f"leased until {instant(message['until'])}")
    if message["source"]:
        parts.append(f"moved from {message['source']}")
    print(", ".join(parts))
    if "damaged" in message:
        print(f"      DAMAGED: {message['damaged']}")
        return
    for name, value in message["attributes"].items():
        print(f"      attribute {shortened(name)}: " + ", ".join(shortened(each) for each in value.values()))
    print(f"      {len(message['body'].encode())} bytes: {shortened(message['body'])}")


def print_for_people(path, found):
    how = "closed" if found["closed"] else "not closed"
    print(f"{path}: version {found['version']}, {how}, epoch {found['epoch']}, "
          f"segments {found['segments'][0]} to {found['segments'][-1]} of {found['segment_bytes'] >> 20} MiB, "
          f"checkpoint of {found['checkpoint_frames']} frames")
    print(f"newest seq {found['newest_seq']}, time {instant(found['time'])} UTC, of the last five minutes "
          f"{found['deduplication_ids']} deduplication ids and {found['receive_attempts']} receive attempts")
    for queue in found["queues"]:
        count = len(queue["messages"])
        print(f"\nqueue {queue['queue']}: {queue['name']}, {count} messages, created {instant(queue['created'])}")
        print("  " + ", ".join(f"{name} {value}" for name, value in queue["attributes"].items() if value not in (None, {})))
        for name, value in queue["tags"].items():
            print(f"  tag {shortened(name)}: {shortened(value)}")
        for group, since in queue["parked"].items():
            print(f"  conversation {shortened(group)} parked since {instant(since)}")
        for message in queue["messages"]:
            print_message(message, found["time"])


def main():
    parser = argparse.ArgumentParser(description="Prints what is in a data directory of mailrail.")
    parser.add_argument("directory")
    parser.add_argument("--json", action="store_true", help="one JSON document; durations and instants are milliseconds")
    options = parser.parse_args()
    damages = []
    try:
        with closing(Directory(options.directory)) as directory:
            found = read_directory(directory, damages)
    except (Unreadable, OSError) as error:
        print(f"journal.py: {error}", file=sys.stderr)
        return 2
    except Damage as damage:
        print(f"journal.py: damaged: {damage}", file=sys.stderr)
        return 1
    if options.json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print_for_people(options.directory, found)
    for each in damages:
        print(f"journal.py: damaged: {each}", file=sys.stderr)
    return 1 if damages else 0


if __name__ == "__main__":
    sys.exit(main())
