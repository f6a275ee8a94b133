#!/usr/bin/python3
"""What the Terraform provider says to SQS and SNS, from files: each request as it sends it, each answer as it has to be.

The provider reads attributes after a change until they were six times in a row what it had set, refreshes before each plan, and
after a deletion reads until the queue was fifteen times gone, by the code of the Query protocol. Its newer versions speak AWS
JSON, its older ones AWS Query; each file is of one of them. What it waits between reads is left out.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from replay import Player, expect, steps
from server import Server

FIXTURES = Path(__file__).resolve().parent / "fixtures"


class Terraform(unittest.TestCase):
    def test_each_answer_is_what_the_provider_needs(self):
        files = sorted(FIXTURES.iterdir())
        self.assertTrue(files)
        for path in files:
            with self.subTest(path.name), Server() as server:
                self.play(path, server)

    def play(self, path, server):
        player = Player(server.endpoint)
        self.addCleanup(player.close)
        for step in steps(path.read_text()):
            for each in range(step.times):
                try:
                    player.play(step)
                except AssertionError as error:
                    raise AssertionError(f"{path.name}, '{step.name}', time {each + 1}: {error}") from error


class TheReplayItself(unittest.TestCase):
    """A comparison that lets all pass would prove nothing."""

    def differs(self, expected, actual):
        with self.assertRaises(AssertionError):
            expect(expected, actual, "here")

    def test_what_differs_is_told(self):
        expect({"a": ["$time", "$id"]}, {"a": ["1764215000", "00000000-0000-4000-8000-000000000000"]}, "here")
        self.differs({"a": "1"}, {"a": "2"})
        self.differs({"a": "1"}, {"a": 1})
        self.differs({"a": "1"}, {"a": "1", "b": "2"})
        self.differs({"a": "1", "b": "2"}, {"a": "1"})
        self.differs(["a", "b"], ["a"])
        self.differs({"a": "$time"}, {"a": "soon"})
        self.differs({"a": True}, {"a": 1})

    def test_a_file_that_is_not_understood_is_refused(self):
        with self.assertRaises(ValueError):
            list(steps("= create\n> AmazonSQS.CreateQueue\n{}\n"))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
