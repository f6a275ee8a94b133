#!/usr/bin/python3
"""That the judge can condemn: for each promise a history that breaks it, beside one that nearly does."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from coverage import coverage
from history import Change, Configure, Delete, Delivery, History, Kill, Look, Purge, Queue, Receive, Send
from judge import violations

QUEUES = (
    Queue("plain", dead_letters="dead", receives_max=2),
    Queue("dead"),
    Queue("chat", is_fifo=True, dead_letters="dead-chat", receives_max=2),
    Queue("dead-chat", is_fifo=True),
    Queue("slow", is_fifo=True, delay_s=5),
)
VISIBILITY_S = 10


class Story(History):
    """Tells a history. Unless told otherwise an operation takes a tenth of a second, and one that ends at None is unknown.

    The message sent as `n` to a FIFO queue has that key, the id "id-n", the sequence number 100 + n and the group "g".
    """

    def __init__(self):
        super().__init__(QUEUES)
        self.handles = {}

    def add(self, operation, at, ended=0.1):
        operation.began, operation.ended = at, None if ended is None else at + ended
        self.operations.append(operation)
        return operation

    def sent(self, n, at, queue="chat", ended=0.1, message_id=None, sequence=None, **members):
        send = Send(queue=queue, client="sender", key=str(n), group="g" if self.queues[queue].is_fifo else None, **members)
        if ended is not None:
            send.message_id = message_id or f"id-{n}"
            send.sequence = self.sequence(queue, n) if sequence is None else sequence
        return self.add(send, at, ended)

    def sequence(self, queue, n):
        return 100 + n if self.queues[queue].is_fifo else None

    def received(self, numbers, at, queue="chat", client="one", ended=0.1, count=1, **members):
        deliveries = [
            Delivery(**{
                "message_id": f"id-{n}", "key": str(n), "group": "g" if self.queues[queue].is_fifo else None,
                "sequence": self.sequence(queue, n), "receive_count": count, **members})
            for n in numbers]
        lease = next(self.leases)
        return self.add(
            Receive(queue=queue, client=client, visibility_s=VISIBILITY_S, lease=lease, deliveries=deliveries), at, ended)

    def deleted(self, receive, n, at, ended=0.1, refused=None):
        members = {"queue": receive.queue, "client": receive.client, "message_id": f"id-{n}", "lease": receive.lease}
        return self.add(Delete(refused=refused, **members), at, ended)

    def changed(self, receive, n, timeout_s, at, ended=0.1, refused=None):
        members = {"queue": receive.queue, "client": receive.client, "message_id": f"id-{n}", "lease": receive.lease}
        return self.add(Change(timeout_s=timeout_s, refused=refused, **members), at, ended)

    def purged(self, queue, at, ended=0.1):
        return self.add(Purge(queue=queue), at, ended)

    def crashed(self, at):
        self.kills.append(Kill(at, at + 0.5))

    def handled(self, numbers, at, **members):
        """Received and deleted."""
        receive = self.received(numbers, at, **members)
        for n in numbers:
            self.deleted(receive, n, at + 0.2)
        return receive


class Case(unittest.TestCase):
    def setUp(self):
        self.story = Story()

    def broken(self):
        return sorted({each.rule for each in violations(self.story)})

    def assert_kept(self):
        self.assertEqual([], violations(self.story))

    def assert_broken(self, *rules):
        self.assertEqual(sorted(rules), self.broken())


class Losses(Case):
    def test_a_history_that_keeps_every_promise_is_passed(self):
        self.story.sent(1, 0)
        self.story.sent(2, 1)
        self.story.crashed(2)
        self.story.handled([1, 2], 3)
        self.assert_kept()

    def test_an_acknowledged_message_that_nobody_deleted_is_found(self):
        self.story.sent(1, 0)
        self.assert_broken("nothing_lost")

    def test_one_that_was_received_before_a_crash_and_is_gone_after_it_is_found(self):
        self.story.sent(1, 0)
        self.story.received([1], 1)
        self.story.crashed(2)
        self.assert_broken("nothing_lost")

    def test_one_whose_send_was_not_answered_may_be_there_or_not(self):
        self.story.sent(1, 0, ended=None)
        self.story.sent(2, 0, ended=None)
        self.story.crashed(1)
        self.story.handled([2], 2)
        self.assert_kept()

    def test_one_whose_delete_was_not_answered_may_be_there_or_not(self):
        for n in (1, 2):
            self.story.sent(n, n / 10, queue="plain")
            self.story.deleted(self.story.received([n], 1, queue="plain"), n, 2, ended=None)
        self.story.crashed(3)
        self.story.handled([2], 20, queue="plain", count=2)
        self.assert_kept()

    def test_one_that_a_purge_may_have_removed_is_not_missed(self):
        self.story.sent(1, 0)
        self.story.purged("chat", 1, ended=None)
        self.story.crashed(2)
        self.assert_kept()

    def test_one_that_was_sent_after_a_purge_that_was_lost_in_a_crash_is_missed(self):
        self.story.purged("chat", 0, ended=None)
        self.story.crashed(1)
        self.story.sent(1, 2)
        self.assert_broken("nothing_lost")

    def test_one_whose_delete_was_refused_is_missed(self):
        self.story.sent(1, 0)
        self.story.deleted(self.story.received([1], 1), 1, 12, refused="InvalidParameterValue")
        self.assert_broken("nothing_lost")


class Names(Case):
    def test_a_message_that_was_never_sent_is_found(self):
        self.story.handled([1], 0)
        self.assert_broken("nothing_foreign")

    def test_a_message_received_before_it_was_sent_is_found(self):
        self.story.handled([1], 0)
        self.story.sent(1, 1)
        self.assertIn("nothing_foreign", self.broken())

    def test_an_altered_body_is_found(self):
        self.story.sent(1, 0)
        self.story.handled([1], 1, is_intact=False)
        self.assert_broken("nothing_foreign")

    def test_another_group_is_found(self):
        self.story.sent(1, 0)
        self.story.handled([1], 1, group="another")
        self.assertIn("nothing_foreign", self.broken())

    def test_a_repeated_send_with_another_answer_is_found_also_over_a_crash(self):
        self.story.sent(1, 0)
        self.story.crashed(1)
        self.story.sent(1, 2, message_id="id-2", sequence=102)
        self.story.handled([1], 3)
        self.story.handled([2], 4, key="1")
        self.assert_broken("nothing_doubled")

    def test_a_repeated_send_after_a_purge_may_be_a_new_message(self):
        self.story.sent(1, 0)
        self.story.purged("chat", 1)
        self.story.sent(1, 2, message_id="id-2", sequence=102)
        self.story.handled([2], 3, key="1")
        self.assert_kept()

    def test_a_repeated_send_after_the_window_may_be_a_new_message(self):
        self.story.sent(1, 0)
        self.story.handled([1], 1)
        self.story.sent(1, 299.5, message_id="id-2", sequence=102)
        self.story.handled([2], 301, key="1")
        self.assert_kept()

    def test_a_message_of_a_standard_queue_that_is_there_twice_is_found(self):
        self.story.sent(1, 0, queue="plain")
        self.story.handled([1], 1, queue="plain")
        self.story.handled([2], 2, queue="plain", key="1")
        self.assert_broken("nothing_doubled")

    def test_a_message_id_of_two_messages_is_found(self):
        self.story.sent(1, 0, queue="plain")
        self.story.sent(2, 1, queue="plain", message_id="id-1")
        self.story.handled([1], 2, queue="plain")
        self.assert_broken("names_are_for_one")

    def test_a_sequence_number_that_changes_is_found(self):
        self.story.sent(1, 0)
        self.story.handled([1], 1, sequence=105)
        self.assert_broken("names_are_for_one")

    def test_a_repeated_send_answered_with_another_number_is_found(self):
        self.story.sent(1, 0)
        self.story.sent(1, 1, sequence=105)
        self.story.handled([1], 2)
        self.assert_broken("names_are_for_one")

    def test_a_sequence_number_used_again_after_a_crash_is_found(self):
        self.story.sent(2, 0)
        self.story.handled([2], 1)
        self.story.crashed(2)
        self.story.sent(1, 3)
        self.story.handled([1], 4)
        self.assertIn("sequences_grow", self.broken())

    def test_sends_at_the_same_time_may_be_numbered_either_way(self):
        self.story.sent(2, 0)
        self.story.sent(1, 0.05)
        self.story.handled([1, 2], 1)
        self.assert_kept()


class Removals(Case):
    def test_a_message_that_comes_back_after_its_delete_was_acknowledged_is_found(self):
        self.story.sent(1, 0)
        self.story.handled([1], 1)
        self.story.crashed(2)
        self.story.received([1], 20, count=2)
        self.assert_broken("deleted_for_good")

    def test_a_message_that_comes_back_after_a_purge_was_acknowledged_is_found(self):
        self.story.sent(1, 0)
        self.story.purged("chat", 1)
        self.story.crashed(2)
        self.story.handled([1], 3)
        self.assert_broken("purged_for_good")

    def test_a_message_sent_during_the_purge_may_stay(self):
        self.story.sent(1, 0.95)
        self.story.purged("chat", 1)
        self.story.handled([1], 3)
        self.assert_kept()


class Order(Case):
    def setUp(self):
        super().setUp()
        self.story.sent(1, 0)
        self.story.sent(2, 1)

    def test_the_wrong_order_within_an_answer_is_found(self):
        self.story.handled([2, 1], 2)
        self.assert_broken("in_order_within_an_answer")

    def test_a_message_handed_out_before_an_earlier_one_is_found(self):
        self.story.handled([2], 2)
        self.story.handled([1], 15)
        self.assert_broken("nothing_overtaken")

    def test_a_message_may_be_handed_out_once_the_earlier_one_may_be_deleted(self):
        first = self.story.received([1], 2)
        self.story.deleted(first, 1, 3, ended=None)
        self.story.handled([2], 3.5)
        self.assert_kept()

    def test_an_earlier_message_that_comes_back_behind_a_later_one_is_found(self):
        self.story.crashed(2)
        self.story.handled([2], 3)
        self.story.handled([1], 15)
        self.assert_broken("nothing_overtaken")

    def test_a_message_may_be_handed_out_once_the_earlier_one_became_a_dead_letter(self):
        self.story.received([1], 2)
        self.story.received([1], 13, count=2)
        self.story.handled([2], 25)
        self.story.handled([1], 26, queue="dead-chat", count=3)
        self.assert_kept()

    def test_a_dead_letter_that_was_still_received_later_is_no_excuse(self):
        self.story.handled([2], 2)
        self.story.received([1], 13)
        self.story.received([1], 25, count=2)
        self.story.handled([1], 40, queue="dead-chat", count=3)
        self.assert_broken("nothing_overtaken")


class Holders(Case):
    def setUp(self):
        super().setUp()
        self.story.sent(1, 0)
        self.story.sent(2, 0.5)

    def test_a_message_handed_out_twice_within_its_lease_is_found_also_over_a_crash(self):
        self.story.received([1, 2], 1)
        self.story.crashed(2)
        self.story.handled([1, 2], 10, client="two", count=2)
        self.assert_broken("one_holder_at_a_time")

    def test_it_may_be_handed_out_again_when_the_lease_may_be_over(self):
        self.story.received([1, 2], 1)
        self.story.crashed(2)
        self.story.handled([1, 2], 10.95, client="two", count=2)
        self.assert_kept()

    def test_the_next_message_handed_to_another_while_one_is_held_is_found(self):
        first = self.story.received([1], 1)
        self.story.handled([2], 2, client="two")
        self.story.deleted(first, 1, 3)
        self.assertIn("one_holder_at_a_time", self.broken())

    def test_a_lease_that_was_extended_holds_longer(self):
        first = self.story.received([1, 2], 1)
        for n in (1, 2):
            self.story.changed(first, n, 20, 2)
        self.story.crashed(3)
        self.story.handled([1, 2], 15, client="two", count=2)
        self.assert_broken("one_holder_at_a_time")

    def test_an_extension_without_answer_promises_nothing(self):
        first = self.story.received([1, 2], 1)
        for n in (1, 2):
            self.story.changed(first, n, 20, 2, ended=None)
        self.story.crashed(3)
        self.story.handled([1, 2], 15, client="two", count=2)
        self.assert_kept()

    def test_what_was_given_back_may_be_handed_out_at_once(self):
        first = self.story.received([1, 2], 1)
        self.story.changed(first, 1, 0, 2)
        second = self.story.received([1], 3, client="two", count=2)
        self.story.deleted(second, 1, 4)
        self.story.deleted(first, 2, 5)
        self.assert_kept()

    def test_what_is_behind_it_may_not(self):
        first = self.story.received([1, 2], 1)
        self.story.changed(first, 1, 0, 2)
        self.story.handled([1, 2], 3, client="two", count=2)
        self.assert_broken("one_holder_at_a_time")

    def test_who_was_answered_late_did_not_come_after(self):
        self.story.sent(1, 0, queue="plain")
        lost, _ = self.story.received([1], 1, queue="plain"), self.story.crashed(2)
        self.story.received([1], 3, queue="plain", client="two", ended=2)
        self.story.changed(lost, 1, 0, 4)
        self.story.handled([1], 4.5, queue="plain", client="three", count=2)
        self.story.handled([1, 2], 7)
        self.assert_kept()

    def test_a_delete_without_answer_that_did_not_happen_leaves_the_lease(self):
        first = self.story.received([1], 1)
        self.story.deleted(first, 1, 2, ended=None)
        self.story.crashed(3)
        self.story.handled([1, 2], 5, client="two", count=2)
        self.assert_broken("one_holder_at_a_time")

    def test_an_answer_that_took_longer_than_its_lease_proves_nothing(self):
        self.story.received([1, 2], 1, ended=10)
        self.story.handled([1, 2], 11.05, client="two", count=2)
        self.assert_kept()

    def test_a_delete_refused_to_a_holder_is_found(self):
        first = self.story.received([1, 2], 1)
        self.story.crashed(2)
        self.story.deleted(first, 1, 5, refused="InvalidParameterValue")
        self.story.handled([1, 2], 12, count=2)
        self.assert_broken("holders_are_heard")

    def test_a_change_refused_to_a_holder_is_found(self):
        first = self.story.received([1, 2], 1)
        self.story.changed(first, 1, 5, 5, refused="InvalidParameterValueException")
        self.story.handled([1, 2], 12, count=2)
        self.assert_broken("holders_are_heard")

    def test_who_gave_it_back_may_be_refused(self):
        first = self.story.received([1], 1)
        self.story.changed(first, 1, 0, 2, ended=None)
        self.story.crashed(3)
        self.story.deleted(first, 1, 5, refused="InvalidParameterValue")
        self.story.handled([1, 2], 12, count=2)
        self.assert_kept()


class Leases(Case):
    """Of standard queues, which a crash may end."""

    def test_a_message_handed_out_twice_without_a_crash_is_found(self):
        self.story.sent(1, 0, queue="plain")
        self.story.received([1], 1, queue="plain")
        self.story.handled([1], 5, queue="plain", client="two", count=2)
        self.assert_broken("one_holder_at_a_time")

    def test_after_a_crash_it_may_be(self):
        self.story.sent(1, 0, queue="plain")
        self.story.received([1], 1, queue="plain")
        self.story.crashed(2)
        self.story.handled([1], 5, queue="plain", client="two")
        self.assert_kept()


class OtherPromises(Case):
    def test_a_refusal_that_nothing_explains_is_found(self):
        self.story.add(Send(queue="chat", key="1", refused="QueueDoesNotExist"), 0)
        self.assert_broken("nothing_refused")

    def test_a_message_before_its_delay_is_over_is_found_also_over_a_crash(self):
        self.story.sent(1, 0, queue="plain", delay_s=5)
        self.story.sent(2, 0, queue="slow")
        self.story.crashed(1)
        self.story.handled([1], 4, queue="plain")
        self.story.handled([2], 4.95, queue="slow")
        self.assert_broken("nothing_early")

    def test_a_receive_that_is_not_counted_is_found(self):
        self.story.sent(1, 0)
        self.story.received([1], 1)
        self.story.crashed(2)
        self.story.handled([1], 12, count=1)
        self.assert_broken("receives_are_counted")

    def test_a_dead_letter_before_its_time_is_found(self):
        self.story.sent(1, 0, queue="plain")
        self.story.handled([1], 1, queue="dead", count=2)
        self.assert_broken("dead_letters_stay_dead")

    def test_a_receive_too_many_is_found(self):
        self.story.sent(1, 0, queue="plain")
        self.story.handled([1], 1, queue="plain", count=3)
        self.assert_broken("dead_letters_stay_dead")

    def test_a_dead_letter_that_is_received_where_it_was_is_found(self):
        self.story.sent(1, 0, queue="plain")
        self.story.handled([1], 1, queue="dead", count=3)
        self.story.crashed(2)
        self.story.handled([1], 3, queue="plain", count=2)
        self.assert_broken("dead_letters_stay_dead")

    def test_a_dead_letter_that_is_gone_is_missed(self):
        self.story.sent(1, 0, queue="plain")
        self.story.received([1], 1, queue="dead", count=3)
        self.assert_broken("nothing_lost")


class Queues(Case):
    def setUp(self):
        super().setUp()
        self.story.add(Configure(queue="q", value=1), 0)

    def look(self, value):
        self.story.add(Look(queue="q", value=value), 10)

    def test_a_queue_that_is_gone_is_found(self):
        self.look(None)
        self.assert_broken("queues_kept")

    def test_a_change_that_is_gone_is_found(self):
        self.story.add(Configure(queue="q", value=2), 1)
        self.look(1)
        self.assert_broken("queues_kept")

    def test_a_deleted_queue_that_is_there_is_found(self):
        self.story.add(Configure(queue="q", value=None), 1)
        self.look(1)
        self.assert_broken("queues_kept")

    def test_a_change_without_answer_may_be_there_or_not(self):
        self.story.add(Configure(queue="q", value=2), 1, ended=None)
        self.look(1)
        self.look(2)
        self.assert_kept()


class Coverage(Case):
    def test_what_a_crash_put_to_the_test_is_counted(self):
        self.story.sent(1, 0)
        self.story.received([1], 1)
        self.story.crashed(2)
        self.story.sent(1, 3)
        self.story.handled([1], 12, count=2)

        covered = coverage(self.story)

        self.assertEqual((1, 1), (covered.leases_over_a_crash, covered.duplicates_over_a_crash))

    def test_what_was_over_before_a_crash_is_not(self):
        self.story.sent(1, 0)
        self.story.sent(1, 0.5)
        self.story.handled([1], 1)
        self.story.crashed(2)

        covered = coverage(self.story)

        self.assertEqual((0, 0), (covered.leases_over_a_crash, covered.duplicates_over_a_crash))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
