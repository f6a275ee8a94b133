#!/usr/bin/python3
"""Do the tests' own PostgreSQLs do what the tests believe they do?"""

import select
import socket
import sys
import unittest
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "lib"))

from postgres import ROLE, DatabaseFailed, Postgres, until
from postgres_places import CuttablePostgres, FillablePostgres, why_not


class TestPostgres(unittest.TestCase):
    def test_what_was_committed_survives_a_kill_of_all_its_processes(self):
        with Postgres() as database:
            database.query("create table kept as select 7 as number")
            database.kill()
            self.assertFalse(database.is_ready())

            database.start()

            self.assertEqual(database.value("select number from kept"), "7")
            self.assertEqual(database.value("show fsync"), "on")

    def test_a_paused_one_answers_again_after_its_pause(self):
        with Postgres() as database, database.session() as session:
            database.pause()
            session.begin("select 1")
            with self.assertRaises(OSError), socket.create_connection((database.address, database.port), 5) as connection:
                connection.settimeout(0.3)
                connection.sendall(b"\0\0\0\x08\x04\xd2\x16\x2f")  # Asks whether it speaks TLS.
                connection.recv(1)

            database.resume()

            self.assertEqual(session.run("select 2"), ["1", "2"])

    def test_nothing_committed_is_missing_on_a_promoted_standby(self):
        with Postgres() as primary, Postgres(copy_of=primary) as standby:
            primary.follow_synchronously(standby)
            primary.query("create table kept (number int)")
            for number in range(20):
                primary.query(f"insert into kept values ({number})")
            primary.kill()

            standby.promote()

            self.assertEqual(standby.value("select count(*) from kept"), "20")
            self.assertEqual(standby.value("show synchronous_standby_names"), "")

    def test_two_take_turns_as_often_as_is_wanted(self):
        with Postgres() as first, Postgres(copy_of=first) as second:
            first.query("create table kept (number int)")
            for number in range(3):
                first.follow_synchronously(second)
                first.query(f"insert into kept values ({number})")
                first.kill()
                second.promote()
                first.become_copy_of(second)
                first, second = second, first

            self.assertEqual(first.value("select count(*) from kept"), "3")
            self.assertEqual(second.value("select pg_is_in_recovery()"), "t")

    def test_no_commit_is_answered_that_the_standby_does_not_have(self):
        with Postgres() as primary, Postgres(copy_of=primary) as standby:
            primary.follow_synchronously(standby)
            standby.pause()
            with primary.session() as session:
                session.begin("create table late (number int)")
                waiting = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
                until(lambda: primary.value(waiting, database="postgres") == "1", "the commit waits")

                standby.resume()

                self.assertEqual(session.run("select count(*) from late"), ["0"])


@unittest.skipIf(why_not(), why_not())
class TestPlaces(unittest.TestCase):
    def test_a_cut_loses_what_is_sent_without_telling(self):
        with CuttablePostgres() as database:
            with socket.create_connection((database.address, database.port), 5) as connection:
                connection.settimeout(0.3)
                database.cut()
                connection.sendall(b"\0\0\0\x08\x04\xd2\x16\x2f")
                with self.assertRaises(TimeoutError):
                    connection.recv(1)
                self.assertEqual(database.value("select 1"), "1")

                database.mend()

                connection.settimeout(10)
                self.assertEqual(connection.recv(1), b"N")

    def test_answers_alone_can_be_lost(self):
        with CuttablePostgres() as database, database.session(database.address, ROLE) as session:
            session.run("select 1")
            database.cut_answers()
            session.begin("create schema arrived")
            arrived = "select count(*) from pg_namespace where nspname = 'arrived'"
            until(lambda: database.value(arrived) == "1", "what was asked is done")
            heard, _, _ = select.select([session.process.stdout], [], [], 0.3)
            self.assertEqual(heard, [])

            database.mend()

            self.assertEqual(session.run("select 2"), ["2"])

    def test_a_full_disk_refuses_and_takes_again_when_there_is_room(self):
        with FillablePostgres() as database:
            database.query("create table kept (content text)")
            database.fill()
            with self.assertRaisesRegex(DatabaseFailed, "No space left|terminating|server closed|connection"):
                for _ in range(100):
                    database.query("insert into kept select repeat(md5(random()::text), 1000) from generate_series(1, 100)")

            database.empty()
            if database.process.poll() is not None:
                database.start()
            until(database.is_ready, "PostgreSQL takes connections again")

            database.query("insert into kept values ('room')")
            self.assertEqual(database.value("select count(*) from kept where content = 'room'"), "1")


if __name__ == "__main__":
    unittest.main()
