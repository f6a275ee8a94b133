#!/usr/bin/python3
"""Whoever is asked says who answers: an owner that it owns the log, a standby whom it asked, also after they changed places."""

import sys
import unittest
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "lib"))

from calls import Connection
from nodes import Nodes
from postgres import Postgres


def described(node):
    connection = Connection(node.port)
    try:
        return connection.call("Mailrail.DescribeServer")
    finally:
        connection.close()


class Roles(unittest.TestCase):
    def check(self, nodes):
        owner, standby = described(nodes.owner()), described(nodes.standby())
        self.assertEqual(("owner", None), (owner["Role"], owner.get("AskedNode")))
        self.assertEqual("standby", standby["Role"])
        self.assertEqual(owner["Node"], standby["Node"], "the owner answered")
        self.assertNotEqual(owner["Node"], standby["AskedNode"], "the standby was asked")
        return owner["Node"], standby["AskedNode"]

    def test_the_owner_answers_and_the_standby_says_that_it_was_asked(self):
        with Postgres() as database, Nodes(database) as nodes:
            before = self.check(nodes)
            nodes.promote(nodes.standby())
            nodes.await_whole()
            self.assertEqual(before[::-1], self.check(nodes))


if __name__ == "__main__":
    unittest.main()
