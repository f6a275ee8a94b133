"""What the clients of a server saw, and when: the ledger from which the judge says whether promises were kept.

A history is a list of operations. Each is noted when its request begins to leave and completed when its answer is there, in
seconds of the machine's monotonic clock. A request whose answer never arrived keeps `ended` as None: the server may have done
what it asks for, at some time before the next kill, or not. One that was refused had no effect, and says so in `refused`.
"""

import bisect
import itertools
import json
import time
from dataclasses import asdict, dataclass, field

NEVER = float("inf")


@dataclass
class Queue:
    """What the judge must know of a queue."""

    name: str
    is_fifo: bool = False
    delay_s: float = 0
    dead_letters: str | None = None  # The queue that they go to,
    receives_max: int | None = None  # after as many receives.


@dataclass(kw_only=True)
class Operation:
    queue: str
    client: str = ""
    began: float = 0
    ended: float | None = None
    refused: str | None = None  # The error's code.


@dataclass(kw_only=True)
class Send(Operation):
    """`key` names what is sent. On a FIFO queue it is what duplicates are known by as well."""

    key: str
    group: str | None = None
    delay_s: float = 0
    is_repeated: bool = False  # The same was asked for before.
    message_id: str | None = None
    sequence: int | None = None


@dataclass(kw_only=True)
class Delivery:
    """A message as a receive was given it. Not intact: its body or MD5 is not what belongs to its key."""

    message_id: str
    key: str
    group: str | None = None
    sequence: int | None = None
    receive_count: int = 1
    is_intact: bool = True


@dataclass(kw_only=True)
class Receive(Operation):
    lease: int = 0
    visibility_s: float
    deliveries: list[Delivery] = field(default_factory=list)


@dataclass(kw_only=True)
class Delete(Operation):
    """By the handle of that lease, as `Change` is."""

    message_id: str
    lease: int


@dataclass(kw_only=True)
class Change(Operation):
    message_id: str
    lease: int
    timeout_s: float


@dataclass(kw_only=True)
class Purge(Operation):
    pass


@dataclass(kw_only=True)
class Configure(Operation):
    """A queue made or changed so that its visibility timeout is `value`; None: deleted."""

    value: int | None


@dataclass(kw_only=True)
class Look(Operation):
    """A queue's visibility timeout was seen to be `value`; None: there is no such queue."""

    value: int | None = None


@dataclass
class Kill:
    """Between these the process was there no more; afterwards another one recovers what was on disk."""

    began: float
    ended: float


class History:
    """Clients in several threads add to it; the judge reads it when all have ended."""

    def __init__(self, queues):
        self.queues = {queue.name: queue for queue in queues}
        self.operations = []
        self.kills = []
        self.checkpoints = None  # The numbers of those met by kills, and None if one met none; not looked at if there is no set.
        self.leases = itertools.count(1)

    def now(self):
        return time.monotonic()

    def begin(self, operations):
        """Notes down what is about to be asked, by one request."""
        now = self.now()
        for operation in operations:
            operation.began = now
        self.operations += operations

    def end(self, operations):
        now = self.now()
        for operation in operations:
            operation.ended = now

    def killed(self, began):
        self.kills.append(Kill(began, self.now()))

    def of(self, kind):
        return [each for each in self.operations if isinstance(each, kind)]

    def latest(self, operation):
        """When it was done at the latest, if it was done."""
        if operation.ended is not None:
            return operation.ended
        next_kill = bisect.bisect_right(self.kills, operation.began, key=lambda kill: kill.ended)
        return self.kills[next_kill].ended if next_kill < len(self.kills) else NEVER

    def is_killed_between(self, begin, end):
        return any(kill.ended > begin and kill.began < end for kill in self.kills)

    def unknown(self):
        return [each for each in self.operations if each.ended is None]

    def save(self, path):
        with open(path, "w") as file:
            for each in [*self.queues.values(), *self.kills, *self.operations]:
                file.write(json.dumps({"type": type(each).__name__, **asdict(each)}) + "\n")
