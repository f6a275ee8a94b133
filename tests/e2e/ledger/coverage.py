"""How much a history puts to the test: a run in which nothing could have been broken proves nothing."""

from dataclasses import dataclass

from book import Book
from history import Purge


@dataclass
class Coverage:
    messages: int  # That were acknowledged.
    answers: int
    unknown: int
    leases_over_a_crash: int  # Of conversations, that nobody had touched before it.
    duplicates_over_a_crash: int
    deletes: int
    dead_letters: int
    purges: int
    checkpoints: int | None  # After which it died, and no other was taken. None: nobody looked.

    def __str__(self):
        return (
            f"{self.messages} messages, {self.answers} answers, {self.unknown} unknown; over a crash: "
            f"{self.leases_over_a_crash} leases held, {self.duplicates_over_a_crash} sends repeated; {self.deletes} deletes, "
            f"{self.dead_letters} dead letters, {self.purges} purges"
            + ("" if self.checkpoints is None else f", {self.checkpoints} checkpoints"))


def coverage(history):
    book = Book(history)
    answered = [each for each in history.operations if each.ended is not None]
    return Coverage(
        messages=sum(each.is_acknowledged for each in book.entries.values()),
        answers=len({(each.client, each.began) for each in answered}),
        unknown=len({(each.client, each.began) for each in history.unknown()}),
        leases_over_a_crash=sum(is_held_over_a_crash(book, hold) for holds in book.holds.values() for hold in holds),
        duplicates_over_a_crash=sum(is_repeated_over_a_crash(book, sends) for sends in book.sends_of_key.values()),
        deletes=sum(each.ended is not None and each.refused is None for each in book.deletes),
        dead_letters=sum(book.is_dead_letter_queue(each.queue) for each in book.entries.values()),
        purges=sum(each.ended is not None for each in history.of(Purge)),
        checkpoints=None if history.checkpoints is None else len(history.checkpoints - {None}))


def is_held_over_a_crash(book, hold):
    if not hold.is_fifo:
        return False
    for kill in book.history.kills:
        if hold.receive.ended < kill.began and any(
                book.is_held_for_certain(hold.receive, each.message_id, kill, comes_back=False) for each in hold.deliveries):
            return True
    return False


def is_repeated_over_a_crash(book, sends):
    acknowledged = [each for each in sends if each.ended is not None]
    return len(acknowledged) > 1 and book.history.is_killed_between(acknowledged[0].began, acknowledged[-1].ended)
