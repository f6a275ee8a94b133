"""A database, the nodes on it, and mixed load on both nodes at once, for faults to happen to."""

import contextlib
import random
import time

from load import Load
from nodes import Nodes, is_told_to_wait
from postgres import Postgres, until
from postgres_places import CuttablePostgres, FillablePostgres


REFUSED_WITHIN_S = 10


class LoadOnBoth(Load):
    """Each client connects to any node, also to one that stands by."""

    @property
    def port(self):
        return random.choice(self.ports)

    @port.setter
    def port(self, ports):
        self.ports = ports


class Site:
    """Use as a context. `place` says where the database is."""

    arguments = ("--disk-limit", "1GiB")  # The least, so that checkpoints and trimming happen.

    def __init__(self, place, seed, **load):
        self.place = place
        self.chance = random.Random(seed)
        self.seed = seed
        self.load_options = load
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with self.stack as stack:
            self.databases = self.PLACES[self.place](stack)
            self.nodes = stack.enter_context(Nodes(*self.databases, arguments=self.arguments))
            self.load = LoadOnBoth(self.nodes.ports, self.seed, **self.load_options)
            self.load.create_queues()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *details):
        self.stack.__exit__(*details)

    @property
    def database(self):
        """The one that takes writes."""
        return self.databases[0]

    @contextlib.contextmanager
    def harm(self):
        """Whatever is not answered from its begin to its end was done by then, if at all."""
        began = self.load.history.now()
        yield
        self.load.history.killed(began)

    def work(self, seconds):
        """The load goes on for so long."""
        until_then = time.monotonic() + seconds
        until(lambda: time.monotonic() > until_then or any(each.error for each in self.load.clients), "time passes", seconds + 60)

    def await_refusals(self):
        """Who asks is told to ask again later, by every node."""
        for node in self.nodes.nodes:
            until(lambda: is_told_to_wait(node), self.nodes.telling(f"{node.port} answers 503"), REFUSED_WITHIN_S)

    def await_whole(self):
        """Service at every node, each as it should be."""
        self.nodes.await_whole()
        for node in self.nodes.nodes:
            self.nodes.await_service([node])

    @staticmethod
    def alone(stack):
        return [stack.enter_context(Postgres())]

    @staticmethod
    def pair(stack):
        primary = stack.enter_context(Postgres())
        standby = stack.enter_context(Postgres(copy_of=primary))
        primary.follow_synchronously(standby)
        return [primary, standby]

    @staticmethod
    def network(stack):
        return [stack.enter_context(CuttablePostgres())]

    @staticmethod
    def disk(stack):
        return [stack.enter_context(FillablePostgres(disk="1536m"))]

    PLACES = {"alone": alone, "pair": pair, "network": network, "disk": disk}
