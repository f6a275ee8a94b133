"""Careful clients that note down everything in a history.

Senders repeat what was not answered where a deduplication id makes that safe. Consumers delete, extend, give back or forget
what they receive, and try again what was not answered for as long as their lease lasts.
"""

import collections
import hashlib
import http.client
import random
import time
import zlib

from calls import Connection, Refused
from history import NEVER, Change, Configure, Delete, Delivery, Purge, Queue, Receive, Send

BATCH_MAX = 10
BACKLOG_MAX = 1500
SLOWED_S = 0.1  # Between sends, while consumers are behind.
REQUEST_TIMEOUT_S = 60
CONNECT_AGAIN_AFTER_S = 0.005
ASK_AGAIN_AFTER_S = 0.02  # Of a server that can't answer now.
SENT_TO = ("plain", "plain", "later", "cleared", "chat.fifo", "chat.fifo", "chat.fifo", "slow.fifo", "cleared.fifo")
CLEARED = ("cleared", "cleared.fifo")
CONVERSATIONS = 12
CONVERSATION_MESSAGES = 40  # Then it ends and another begins, as chats do.
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
FILLED = "filled"  # The queue of Filler, whose bodies are nearly as long as a message may be.
FILLED_BYTES = 900_000
BY_HANDLE = {
    Delete: ("DeleteMessage", "DeleteMessageBatch"),
    Change: ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch"),
}


class Stopped(Exception):
    pass


def body_of(key):
    """The body that belongs to a key: mostly short, now and then long enough to fill a frame."""
    checksum = zlib.crc32(key.encode())
    kind, size = checksum % 1000, checksum >> 10
    size = size % 400 if kind < 850 else size % 20_000 if kind < 950 else size % 100_000
    if key.startswith(FILLED):
        size = FILLED_BYTES
    filler = hashlib.sha256(key.encode()).hexdigest()
    return f"{key} {(filler * (size // len(filler) + 1))[:size]}"


def is_poison(key):
    """Whether consumers fail at it, so that it becomes a dead letter."""
    return zlib.crc32(b"poison" + key.encode()) % 15 == 0


def delivery_of(message):
    attributes, body = message["Attributes"], message["Body"]
    key = body.partition(" ")[0]
    sequence = attributes.get("SequenceNumber")
    return Delivery(
        message_id=message["MessageId"],
        key=key,
        group=attributes.get("MessageGroupId"),
        sequence=None if sequence is None else int(sequence),
        receive_count=int(attributes["ApproximateReceiveCount"]),
        is_intact=body == body_of(key) and message["MD5OfBody"] == hashlib.md5(body.encode()).hexdigest())


def message_counts(connection, url):
    """Visible, in flight and delayed."""
    attributes = connection.call("GetQueueAttributes", QueueUrl=url, AttributeNames=list(COUNTS))["Attributes"]
    return [int(attributes[each]) for each in COUNTS]


class Client:
    """One connection, one call at a time. `site` is what all clients share: port, history, urls, and when to stop."""

    def __init__(self, name, site):
        self.name = name
        self.site = site
        self.history = site.history
        self.random = random.Random(f"{site.seed} {name}")
        self.connection = None
        self.error = None

    def run(self):
        try:
            while True:
                self.work()
        except Stopped:
            pass
        except Exception as error:  # The main thread tells it: a client that has died quietly tests nothing.
            self.error = error
        finally:
            self.disconnect()

    def pause(self, seconds):
        if self.site.stopping.wait(seconds):
            raise Stopped

    def connect(self):
        """Waits for a server that is not there: what it was never asked for needs no entry in the ledger."""
        while self.connection is None:
            connection = Connection(self.site.port, REQUEST_TIMEOUT_S)
            try:
                connection.connect()
                self.connection = connection
            except OSError:
                connection.close()
                self.pause(CONNECT_AGAIN_AFTER_S)
        self.pause(0)

    def disconnect(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask(self, operations, action, **members):
        """The answer, or None where the operations were refused or there was no answer."""
        self.connect()
        for each in operations:
            each.client = self.name
        self.history.begin(operations)
        try:
            answer = self.connection.call(action, **members)
        except Refused as refused:
            if refused.status >= 500:
                self.pause(ASK_AGAIN_AFTER_S)
                return None
            self.history.end(operations)
            for each in operations:
                each.refused = refused.code
            return None
        except (OSError, http.client.HTTPException):
            self.disconnect()
            return None
        self.history.end(operations)
        return answer

    def ask_batch(self, operations, action, entries, **members):
        """As `ask`, with one entry for each operation. Yields those that succeeded, with what the answer says of them."""
        for number, entry in enumerate(entries):
            entry["Id"] = str(number)
        answer = self.ask(operations, action, Entries=entries, **members)
        for each in (answer or {}).get("Failed", ()):
            operations[int(each["Id"])].refused = each["Code"]
        for each in (answer or {}).get("Successful", ()):
            yield operations[int(each["Id"])], each

    def receive(self, queue, visibility_s, wait_s, count_max=BATCH_MAX):
        """What was received, or None, with handles by message id."""
        receive = Receive(queue=queue, visibility_s=visibility_s, lease=next(self.history.leases))
        answer = self.ask(
            [receive], "ReceiveMessage", QueueUrl=self.site.urls[queue], MaxNumberOfMessages=count_max,
            WaitTimeSeconds=wait_s, VisibilityTimeout=visibility_s, MessageSystemAttributeNames=["All"])
        messages = (answer or {}).get("Messages", ())
        receive.deliveries = [delivery_of(each) for each in messages]
        return receive, {each["MessageId"]: each["ReceiptHandle"] for each in messages}

    def by_handle(self, operations, handles):
        """Deletes or changes, all of one kind; alone or in a batch. Returns those that got no answer."""
        if not operations:
            return []
        url = self.site.urls[operations[0].queue]
        action, batch_action = BY_HANDLE[type(operations[0])]
        entries = [{"ReceiptHandle": handles[each.message_id]} for each in operations]
        for entry, each in zip(entries, operations):
            if isinstance(each, Change):
                entry["VisibilityTimeout"] = each.timeout_s
        if len(operations) == 1:
            self.ask(operations, action, QueueUrl=url, **entries[0])
        else:
            collections.deque(self.ask_batch(operations, batch_action, entries, QueueUrl=url), maxlen=0)
        return [each for each in operations if each.ended is None]


class Sender(Client):
    def __init__(self, name, site):
        super().__init__(name, site)
        self.count = 0
        self.recent = collections.defaultdict(lambda: collections.deque(maxlen=50))  # Per queue, what may be sent again.

    def work(self):
        self.pause(SLOWED_S if self.site.backlog > BACKLOG_MAX else 0)
        queue = self.random.choice(SENT_TO)
        count = 1 if self.random.random() < 0.6 else self.random.randint(2, BATCH_MAX)
        sends = [self.draft(queue) for _ in range(count)]
        self.send(sends)
        self.recent[queue] += sends
        while self.history.queues[queue].is_fifo and sends[0].ended is None and self.random.random() < 0.9:
            sends = [self.again(each) for each in sends]
            self.send(sends)

    def draft(self, queue):
        traits = self.history.queues[queue]
        if traits.is_fifo and self.recent[queue] and self.random.random() < 0.06:
            return self.again(self.random.choice(self.recent[queue]))
        self.count += 1
        send = Send(queue=queue, key=f"{queue}/{self.name}/{self.count}")
        if traits.is_fifo:
            conversation = self.random.randrange(CONVERSATIONS)
            send.group = f"{self.name}-{conversation}-{self.count // (CONVERSATIONS * CONVERSATION_MESSAGES)}"
        elif self.random.random() < 0.3:
            send.group = f"tenant-{self.random.randrange(5)}"
        if queue == "later":
            send.delay_s = self.random.randint(0, 2)
        return send

    def again(self, send):
        return Send(queue=send.queue, key=send.key, group=send.group, is_repeated=True)

    def send(self, sends):
        url = self.site.urls[sends[0].queue]
        entries = [self.members(each) for each in sends]
        if len(sends) > 1:
            answered = self.ask_batch(sends, "SendMessageBatch", entries, QueueUrl=url)
        else:
            answer = self.ask(sends, "SendMessage", QueueUrl=url, **entries[0])
            answered = [(sends[0], answer)] if answer else []
        for send, answer in answered:
            send.message_id = answer["MessageId"]
            send.sequence = int(answer["SequenceNumber"]) if "SequenceNumber" in answer else None

    def members(self, send):
        members = {"MessageBody": body_of(send.key)}
        if send.group is not None:
            members["MessageGroupId"] = send.group
        if self.history.queues[send.queue].is_fifo and not self.site.is_content_based(send.queue):
            members["MessageDeduplicationId"] = send.key
        if send.delay_s:
            members["DelaySeconds"] = send.delay_s
        return members


class Filler(Sender):
    """Makes the log grow by long messages, at most `left` of them."""

    left = NEVER
    pauses_s = (0.05, 0.2)

    def work(self):
        if self.left <= 0:
            raise Stopped
        self.left -= 1
        self.send([self.draft(FILLED)])
        self.pause(self.random.uniform(*self.pauses_s))


class Consumer(Client):
    def work(self):
        queue = self.random.choice(self.site.received_from)
        visibility_s = self.random.choice(self.site.visibilities_s)
        wait_s = 1 if self.random.random() < 0.1 else 0
        count_max = self.random.choice((1, 3, BATCH_MAX, BATCH_MAX))
        receive, handles = self.receive(queue, visibility_s, wait_s, count_max)
        if receive.deliveries:
            self.treat(receive, handles)

    def treat(self, receive, handles):
        """Works on what was received, as long as the lease lasts."""
        until = receive.began + receive.visibility_s
        ids = [each.message_id for each in receive.deliveries]
        is_redriven = self.history.queues[receive.queue].receives_max is not None
        poison = {each.message_id for each in receive.deliveries if is_redriven and is_poison(each.key)}
        fate = self.random.random()
        if fate < 0.05:  # Forgets them.
            return
        if fate < 0.15:  # Needs longer.
            until += receive.visibility_s
            self.persist(Change, receive, handles, ids, receive.began + receive.visibility_s, timeout_s=receive.visibility_s * 2)
        self.pause(self.random.choice((0, 0, 0, 0.01, 0.03, 0.3)))
        if fate > 0.9:  # Gives some back.
            poison |= set(self.random.sample(ids, self.random.randint(1, len(ids))))
        self.persist(Change, receive, handles, [each for each in ids if each in poison], until, timeout_s=0)
        self.persist(Delete, receive, handles, [each for each in ids if each not in poison], until)

    def persist(self, kind, receive, handles, ids, until, **members):
        """Repeats what was not answered until the lease is over."""
        parts = [[each] for each in ids] if self.random.random() < 0.4 else [ids]
        for part in parts:
            left = part
            while left and time.monotonic() < until:
                operations = [
                    kind(queue=receive.queue, message_id=each, lease=receive.lease, **members) for each in left]
                left = [each.message_id for each in self.by_handle(operations, handles)]


class Administrator(Client):
    """Makes, changes and deletes queues, purges others, and sees how much the senders are ahead."""

    count = 0

    def work(self):
        self.pause(self.random.uniform(0.02, 0.15))
        self.measure()
        self.count += 1
        if self.count % 10 == 1:
            queue = self.random.choice(CLEARED)
            self.ask([Purge(queue=queue)], "PurgeQueue", QueueUrl=self.site.urls[queue])
        else:
            self.try_queue(f"churn-{self.name}-{self.count}")

    def measure(self):
        self.connect()
        try:
            self.site.backlog = sum(sum(message_counts(self.connection, self.site.urls[each])) for each in set(SENT_TO))
        except Refused:  # Those who ask for more than numbers note it down.
            pass
        except (OSError, http.client.HTTPException):
            self.disconnect()

    def try_queue(self, queue):
        """From one step to the next as long as each is answered, so that what must be there is known."""
        self.history.queues[queue] = Queue(queue)
        answer = self.ask(
            [Configure(queue=queue, value=self.count)], "CreateQueue", QueueName=queue,
            Attributes={"VisibilityTimeout": str(self.count)})
        if answer is None:
            return
        url = self.site.urls[queue] = answer["QueueUrl"]
        send = Send(queue=queue, key=f"{queue}/1")
        if answer := self.ask([send], "SendMessage", QueueUrl=url, MessageBody=body_of(send.key)):
            send.message_id = answer["MessageId"]
        if answer and self.random.random() < 0.5:
            answer = self.ask(
                [Configure(queue=queue, value=10_000 + self.count)], "SetQueueAttributes", QueueUrl=url,
                Attributes={"VisibilityTimeout": str(10_000 + self.count)})
        if answer and self.random.random() < 0.5:
            self.ask([Configure(queue=queue, value=None)], "DeleteQueue", QueueUrl=url)
