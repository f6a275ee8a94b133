"""A history sorted by message, by conversation and by lease, with the questions that the judge's rules ask of it.

An answer says only that the server acted at some time between request and answer, so each question is put such that its answer
holds for every such time: what *may* be gone, what *must* still be held.
"""

import collections
from dataclasses import dataclass, field

from history import NEVER, Change, Configure, Delete, Purge, Receive, Send

SLACK_S = 0.1  # By which the clocks of clients and server may differ over the length of a lease.


@dataclass
class Entry:
    """A message in a queue. A dead letter is another entry in another queue, with the same message id."""

    queue: str
    message_id: str
    key: str
    group: str | None
    sequence: int | None
    began: float = NEVER  # It was not there before,
    acknowledged_at: float = NEVER  # and was from then on at the latest.
    delay_s: float = 0
    deliveries: list = field(default_factory=list)  # (receive, delivery), by arrival.
    deletes: list = field(default_factory=list)
    changes: list = field(default_factory=list)

    @property
    def is_acknowledged(self):
        return self.acknowledged_at < NEVER


@dataclass
class Hold:
    """What one answer handed over of one conversation; of a standard queue, a single message."""

    receive: Receive
    deliveries: list
    is_fifo: bool


class Book:
    def __init__(self, history):
        self.history = history
        self.queues = history.queues
        self.sends = history.of(Send)
        self.receives = sorted((each for each in history.of(Receive) if each.ended is not None), key=lambda each: each.ended)
        self.deletes = history.of(Delete)
        self.changes = history.of(Change)
        self.leases = {each.lease: each for each in self.receives}
        self.purges = collections.defaultdict(list)
        for each in [*history.of(Purge), *history.of(Configure)]:
            if each.refused is None and (isinstance(each, Purge) or each.value is None):
                self.purges[each.queue].append(each)
        self.sends_of_key = collections.defaultdict(list)
        for each in self.sends:
            if each.refused is None:
                self.sends_of_key[each.queue, each.key].append(each)
        self.entries = {}
        self.entries_of_id = collections.defaultdict(list)
        self._read_sends()
        self._read_receives()
        for each in [*self.deletes, *self.changes]:
            entry = self.entries.get((each.queue, each.message_id))
            if entry and each.refused is None:
                (entry.deletes if isinstance(each, Delete) else entry.changes).append(each)
        self.dead_letter_queues = {each.dead_letters for each in self.queues.values()}
        self.holds = self._sorted_holds()

    def _entry(self, queue, message):
        place = (queue, message.message_id)
        entry = self.entries.get(place)
        if entry is None:
            entry = Entry(queue, message.message_id, message.key, message.group, message.sequence)
            sends = self.sends_of_key.get((queue, message.key), [])
            entry.began = min((send.began for send in sends), default=0)
            entry.delay_s = max([self.queues[queue].delay_s, *(send.delay_s for send in sends)])
            self.entries[place] = entry
            self.entries_of_id[message.message_id].append(entry)
        return entry

    def _read_sends(self):
        for send in self.sends:
            if send.message_id is not None:
                entry = self._entry(send.queue, send)
                entry.acknowledged_at = min(entry.acknowledged_at, send.ended)

    def _read_receives(self):
        for receive in self.receives:
            for delivery in receive.deliveries:
                self._entry(receive.queue, delivery).deliveries.append((receive, delivery))

    def is_late(self, receive):
        """Took longer than its leases last. It proves nothing: they may have ended before it arrived."""
        return receive.ended >= receive.began + receive.visibility_s - SLACK_S

    def is_dead_letter_queue(self, queue):
        return queue in self.dead_letter_queues

    def sources_of(self, queue):
        """The queues whose dead letters it takes."""
        return {each.name for each in self.queues.values() if each.dead_letters == queue}

    def dead_letter_of(self, entry):
        target = self.queues[entry.queue].dead_letters
        return self.entries.get((target, entry.message_id)) if target else None

    def may_be_purged(self, entry, before=NEVER):
        """Whether a purge that was asked for before that time may have removed it."""
        return any(each.began < before and self.history.latest(each) > entry.began for each in self.purges[entry.queue])

    def first_purge_after(self, entry):
        return min((each.began for each in self.purges[entry.queue] if self.history.latest(each) > entry.began), default=NEVER)

    def may_be_gone_from(self, entry):
        """The first moment at which it may have been deleted, purged or moved to the dead letters."""
        moments = [each.began for each in entry.deletes]
        moments.append(self.first_purge_after(entry))
        if self.dead_letter_of(entry):
            moments.append(max((receive.began for receive, _ in entry.deliveries), default=entry.began))
        return min(moments)

    def _sorted_holds(self):
        """Per conversation or standard message, by arrival."""
        holds = collections.defaultdict(list)
        for receive in self.receives:
            if self.is_late(receive):
                continue
            is_fifo = self.queues[receive.queue].is_fifo
            parts = collections.defaultdict(list)
            for delivery in receive.deliveries:
                parts[delivery.group if is_fifo else delivery.message_id].append(delivery)
            for name, deliveries in parts.items():
                holds[receive.queue, name].append(Hold(receive, deliveries, is_fifo))
        return holds

    def held_until(self, receive, message_id, at):
        """Until when this lease lasts at least, as far as the server could know it during the operation `at`."""
        until = receive.began + receive.visibility_s
        for change in self.entries[receive.queue, message_id].changes:
            if change.began >= at.ended or self.history.latest(change) <= receive.began:
                continue
            ends_at = change.began + change.timeout_s
            is_certain = change.lease == receive.lease and change.ended is not None and change.ended < at.began
            until = ends_at if is_certain else min(until, ends_at)
        return until - SLACK_S

    def is_held_for_certain(self, receive, message_id, at, comes_back):
        """Whether the lease must have been there when `at` was decided. What comes back was not deleted before."""
        if at.ended >= self.held_until(receive, message_id, at):
            return False
        entry = self.entries[receive.queue, message_id]
        is_released = any(delete.began < at.ended for delete in entry.deletes) or any(
            each.began < at.ended and self.history.latest(each) > receive.began for each in self.purges[receive.queue])
        return comes_back or not is_released
