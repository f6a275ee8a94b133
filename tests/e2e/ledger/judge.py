"""The judge: were the promises kept, by what clients saw? Each rule yields what it found; none of them may err."""

import collections
from dataclasses import dataclass

from book import SLACK_S, Book
from history import Change, Configure, Delete, Look

DEDUPLICATION_WINDOW_S = 300
LEASE_OVER = ("InvalidParameterValue", "InvalidParameterValueException")  # In a batch and alone.


@dataclass
class Violation:
    rule: str
    where: str
    text: str


def violations(history):
    """[Violation], empty if every promise was kept."""
    book = Book(history)
    return [Violation(rule.__name__, where, text) for rule in RULES for where, text in rule(book)]


def name(entry):
    return f"{entry.queue} {entry.key}"


def nothing_lost(book):
    """What was acknowledged is there until somebody deletes or purges it: whoever drains all queues has deleted all."""
    for entry in book.entries.values():
        if not entry.is_acknowledged or book.may_be_purged(entry):
            continue
        if not any(each.deletes for each in book.entries_of_id[entry.message_id]):
            yield name(entry), f"was acknowledged as {entry.message_id} and is gone"


def nothing_foreign(book):
    origins_of = {queue: {queue, *book.sources_of(queue)} for queue in book.queues}
    for receive in book.receives:
        for each in receive.deliveries:
            sends = [send for queue in origins_of[receive.queue] for send in book.sends_of_key.get((queue, each.key), [])]
            where = f"{receive.queue} {each.key}"
            if not any(send.began < receive.ended for send in sends):
                yield where, "was never sent there"
            elif not each.is_intact:
                yield where, "is not what was sent"
            elif all(send.group != each.group for send in sends):
                yield where, f"came as of group {each.group}"


def nothing_doubled(book):
    """One entry for each send; on a FIFO queue, for each deduplication id within the window."""
    ids = collections.defaultdict(set)
    for entry in book.entries.values():
        if not book.is_dead_letter_queue(entry.queue):
            ids[entry.queue, entry.key].add(entry.message_id)
    for (queue, key), of_key in ids.items():
        sends = book.sends_of_key.get((queue, key), [])
        if not sends or len(of_key) == 1:
            continue
        if not book.queues[queue].is_fifo:
            if len(of_key) > len(sends):
                yield f"{queue} {key}", f"was sent {len(sends)} times and is there {len(of_key)} times"
            continue
        first, last = min(each.began for each in sends), max(book.history.latest(each) for each in sends)
        is_cleared = any(each.began < last and book.history.latest(each) > first for each in book.purges[queue])
        is_in_window = max(each.began for each in sends) < first + DEDUPLICATION_WINDOW_S - 1
        if is_in_window and not is_cleared:
            yield f"{queue} {key}", f"is there more than once: as {', '.join(sorted(of_key))}"


def names_are_for_one(book):
    """A message id and a sequence number belong to one message, and stay."""
    for message_id, entries in book.entries_of_id.items():
        keys = {entry.key for entry in entries}
        keys.update(delivery.key for entry in entries for _, delivery in entry.deliveries)
        if len(keys) > 1:
            yield name(entries[0]), f"has its message id {message_id} in common with {', '.join(sorted(keys))}"
        for entry in entries:
            for _, delivery in entry.deliveries:
                if delivery.sequence != entry.sequence:
                    yield name(entry), f"has the sequence numbers {entry.sequence} and {delivery.sequence}"
    for send in book.sends:
        if send.message_id is not None:
            entry = book.entries[send.queue, send.message_id]
            if entry.sequence != send.sequence or entry.key != send.key:
                yield name(entry), f"was answered {send.sequence} for {send.key}, and {entry.sequence} for {entry.key}"


def sequences_grow(book):
    """Over all FIFO queues of the server: what was sent after an answer has a higher number than what that answer told."""
    sent = [each for each in book.entries.values() if each.is_acknowledged and each.sequence is not None]
    by_answer = sorted(sent, key=lambda each: each.acknowledged_at)
    highest, answered = None, 0
    for entry in sorted(sent, key=lambda each: each.began):
        while answered < len(by_answer) and by_answer[answered].acknowledged_at < entry.began:
            if highest is None or by_answer[answered].sequence > highest.sequence:
                highest = by_answer[answered]
            answered += 1
        if highest is not None and entry.sequence <= highest.sequence:
            yield name(entry), f"has number {entry.sequence}, and what was acknowledged before has {highest.sequence}"


def deleted_for_good(book):
    for entry in book.entries.values():
        deleted = min((each for each in entry.deletes if each.ended is not None), key=lambda each: each.ended, default=None)
        for receive, _ in entry.deliveries if deleted else ():
            if receive.began > deleted.ended:
                yield name(entry), f"came back {receive.ended - deleted.ended:.3f} s after its delete was acknowledged"


def purged_for_good(book):
    for entry in book.entries.values():
        seen = [receive.ended for receive, _ in entry.deliveries]
        there_from = min([entry.acknowledged_at, *seen])
        for purge in book.purges[entry.queue]:
            if purge.ended is not None and there_from < purge.began and any(
                    receive.began > purge.ended for receive, _ in entry.deliveries):
                yield name(entry), "came back after the purge of its queue was acknowledged"


def in_order_within_an_answer(book):
    for (queue, group), holds in book.holds.items():
        for hold in holds if book.queues[queue].is_fifo else ():
            numbers = [each.sequence for each in hold.deliveries]
            if numbers != sorted(set(numbers)):
                yield f"{queue} {group}", f"came in the order {numbers}"


def nothing_overtaken(book):
    """A message of a conversation is handed out with everything before it that is still there, or not at all."""
    conversations = collections.defaultdict(list)
    for entry in book.entries.values():
        if book.queues[entry.queue].is_fifo:
            conversations[entry.queue, entry.group].append(entry)
    holds = book.holds
    for (queue, group), entries in conversations.items():
        entries.sort(key=lambda each: each.sequence)
        gone_from = [book.may_be_gone_from(each) for each in entries]
        gone_below = 0  # All entries before this one may have been gone at the time of the current hold.
        for hold in holds.get((queue, group), ()):
            while gone_below < len(entries) and gone_from[gone_below] < hold.receive.ended:
                gone_below += 1
            handed = {each.message_id for each in hold.deliveries}
            last = max(each.sequence for each in hold.deliveries)
            for at in range(gone_below, len(entries)):
                if entries[at].sequence >= last:
                    break
                if entries[at].message_id not in handed and gone_from[at] >= hold.receive.ended:
                    yield f"{queue} {group}", f"number {last} was handed out while {name(entries[at])} was there before it"


def one_holder_at_a_time(book):
    """Nobody is handed what another one holds, nor what is behind it in its conversation. On a standard queue a crash may
    end a lease."""
    for (queue, _), holds in book.holds.items():
        for index, hold in enumerate(holds):
            longest = max([hold.receive.visibility_s, *(
                change.began + change.timeout_s - hold.receive.began
                for each in hold.deliveries for change in book.entries[queue, each.message_id].changes)])
            for other in holds[index + 1:]:
                if other.receive.ended > hold.receive.began + longest:
                    break
                if not hold.is_fifo and book.history.is_killed_between(hold.receive.began, other.receive.ended):
                    break
                held = next((each for each in hold.deliveries if is_taken(book, hold, each, other)), None)
                if held:
                    until = book.held_until(hold.receive, held.message_id, other.receive)
                    yield (f"{queue} {held.key}", f"or what is behind it was handed to {other.receive.client} while "
                           f"{hold.receive.client} held it for {until - other.receive.ended:.3f} s more")


def is_taken(book, hold, delivery, other):
    # A lower count was given out before, however late its answer came: on a standard queue somebody whose lease a crash
    # ended may have shown the message again since.
    is_same = any(each.message_id == delivery.message_id and each.receive_count >= delivery.receive_count
                  for each in other.deliveries)
    is_behind = hold.is_fifo and any(each.sequence > delivery.sequence for each in other.deliveries)
    return (is_same or is_behind) and book.is_held_for_certain(
        hold.receive, delivery.message_id, other.receive, comes_back=is_same)


def holders_are_heard(book):
    """Who holds a message of a conversation may delete it or change its visibility, also after a crash."""
    for each in [*book.deletes, *book.changes]:
        receive = book.leases[each.lease]
        if each.refused not in LEASE_OVER or not book.queues[each.queue].is_fifo or book.is_late(receive):
            continue
        if book.is_held_for_certain(receive, each.message_id, each, comes_back=False):
            yield (name(book.entries[each.queue, each.message_id]),
                   f"could not be touched by {each.client}, who held it: {each.refused}")


def nothing_refused(book):
    """Clients ask for nothing that may be refused, but for what they do under a lease that is over."""
    for each in book.history.operations:
        if each.refused is not None and not (isinstance(each, (Delete, Change)) and each.refused in LEASE_OVER):
            yield each.queue, f"{type(each).__name__} by {each.client} was refused: {each.refused}"


def nothing_early(book):
    """A delay is kept, also over a crash."""
    for entry in book.entries.values():
        for receive, _ in entry.deliveries:
            if receive.ended < entry.began + entry.delay_s - SLACK_S:
                early_s = entry.began + entry.delay_s - receive.ended
                yield name(entry), f"came {early_s:.3f} s before its delay of {entry.delay_s} s was over"
                break


def receives_are_counted(book):
    """On a FIFO queue, where a receive is durable, each has a higher count than any that was answered before it began."""
    for entry in book.entries.values():
        if not book.queues[entry.queue].is_fifo:
            continue
        for index, (receive, delivery) in enumerate(entry.deliveries):
            for earlier, counted in entry.deliveries[:index]:
                if earlier.ended < receive.began and delivery.receive_count <= counted.receive_count:
                    yield name(entry), f"had receive count {delivery.receive_count} after {counted.receive_count}"


def dead_letters_stay_dead(book):
    """A message moves after as many receives as its queue says, not before, and is in one queue at a time."""
    for entry in book.entries.values():
        receives_max = book.queues[entry.queue].receives_max
        for _, delivery in entry.deliveries:
            if receives_max and delivery.receive_count > receives_max:
                yield name(entry), f"was received {delivery.receive_count} times, and {receives_max} are the most"
        dead = book.dead_letter_of(entry)
        for receive, delivery in dead.deliveries if dead else ():
            if delivery.receive_count <= receives_max:
                yield name(dead), f"is a dead letter with receive count {delivery.receive_count}"
            if any(later.began > receive.ended for later, _ in entry.deliveries):
                yield name(entry), "was received again after it had become a dead letter"


def queues_kept(book):
    """What a queue is seen to be is what the last answer said, or what may have been done since."""
    configured = collections.defaultdict(list)
    for each in book.history.of(Configure):
        if each.refused is None:
            configured[each.queue].append(each)
    for look in book.history.of(Look):
        if look.ended is None:
            continue
        possible = [None]
        for each in configured[look.queue]:  # By one client, one after the other.
            if each.ended is not None and each.ended < look.began:
                possible = [each.value]
            elif each.began < look.ended:
                possible.append(each.value)
        if look.value not in possible:
            yield look.queue, f"has visibility timeout {look.value}, not {' or '.join(map(str, possible))}"


RULES = (
    nothing_lost,
    nothing_foreign,
    nothing_doubled,
    names_are_for_one,
    sequences_grow,
    deleted_for_good,
    purged_for_good,
    in_order_within_an_answer,
    nothing_overtaken,
    one_holder_at_a_time,
    holders_are_heard,
    nothing_refused,
    nothing_early,
    receives_are_counted,
    dead_letters_stay_dead,
    queues_kept,
)
