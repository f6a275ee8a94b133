"""Mixed load on one server: its queues, its clients in their threads, and the drain that leaves every queue empty."""

import json
import threading
import time

from calls import Connection, Refused
from clients import FILLED, SENT_TO, Administrator, Client, Consumer, Filler, Sender, message_counts
from history import Configure, Delete, History, Look, Queue

ACCOUNT_ARN = "arn:aws:sqs:us-east-1:000000000000"
QUEUES = (  # Dead-letter queues first: they must be there when another one names them.
    Queue("plain-dead"),
    Queue("plain", dead_letters="plain-dead", receives_max=3),
    Queue("later"),
    Queue("cleared"),
    Queue("chat-dead.fifo", is_fifo=True),
    Queue("chat.fifo", is_fifo=True, dead_letters="chat-dead.fifo", receives_max=3),
    Queue("slow.fifo", is_fifo=True, delay_s=1),
    Queue("cleared.fifo", is_fifo=True),
    Queue(FILLED),
)
ATTRIBUTES = {
    "slow.fifo": {"ContentBasedDeduplication": "true"},
    "cleared.fifo": {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"},
}
DEFAULT_VISIBILITY_S = 30
DRAINERS = 4
DRAIN_VISIBILITY_S = 30
DRAINED_WITHIN_S = 60


class Load:
    """Also what its clients call their site. Start and stop it on the thread that starts servers."""

    def __init__(self, port, seed, senders=3, consumers=8, fillers=1, administrators=1, visibilities_s=(2, 3)):
        self.port = port
        self.seed = seed
        self.history = History(QUEUES)
        self.urls = {}
        self.visibilities_s = visibilities_s
        self.received_from = [each.name for each in QUEUES for _ in range(2 * SENT_TO.count(each.name) or 1)]
        self.backlog = 0  # In all queues, a moment ago.
        self.stopping = threading.Event()
        kinds = (Sender, senders), (Consumer, consumers), (Filler, fillers), (Administrator, administrators)
        self.clients = [
            kind(f"{kind.__name__.lower()}-{number}", self) for kind, count in kinds for number in range(1, count + 1)]
        self.threads = []

    def is_content_based(self, queue):
        return "ContentBasedDeduplication" in ATTRIBUTES.get(queue, {})

    def create_queues(self):
        connection = Connection(self.port)
        for queue in QUEUES:
            attributes = dict(ATTRIBUTES.get(queue.name, {}))
            if queue.is_fifo:
                attributes["FifoQueue"] = "true"
            if queue.delay_s:
                attributes["DelaySeconds"] = str(queue.delay_s)
            if queue.dead_letters:
                policy = {"deadLetterTargetArn": f"{ACCOUNT_ARN}:{queue.dead_letters}", "maxReceiveCount": queue.receives_max}
                attributes["RedrivePolicy"] = json.dumps(policy)
            created = Configure(queue=queue.name, value=DEFAULT_VISIBILITY_S)
            self.history.begin([created])
            answer = connection.call("CreateQueue", QueueName=queue.name, Attributes=attributes)
            self.history.end([created])
            self.urls[queue.name] = answer["QueueUrl"]
        connection.close()

    def start(self):
        self.threads = [threading.Thread(target=each.run, name=each.name) for each in self.clients]
        for each in self.threads:
            each.start()

    def stop(self):
        """Ends the clients after the request that each is in."""
        self.stopping.set()
        for each in self.threads:
            each.join()
        self.stopping.clear()
        for each in self.clients:
            if each.error:
                raise each.error

    def drain(self):
        """Receives and deletes whatever there is, until every queue says that it is empty."""
        clients = self.clients
        queues = self.queues_there()
        self.clients = [Drainer(f"drainer-{number}", self, queues[number::DRAINERS]) for number in range(DRAINERS)]
        self.start()
        deadline = time.monotonic() + DRAINED_WITHIN_S
        while (left := self.left_over()) and time.monotonic() < deadline and not any(each.error for each in self.clients):
            time.sleep(0.05)
        self.stop()
        self.clients = clients
        if left:
            raise AssertionError(f"the queues were not empty after {DRAINED_WITHIN_S} s: {left}")

    def queues_there(self):
        connection = Connection(self.port)
        urls = {url.rpartition("/")[2]: url for url in connection.call("ListQueues").get("QueueUrls", ())}
        connection.close()
        self.urls.update(urls)
        return list(urls)

    def left_over(self):
        """How many messages there are in the queues that have any."""
        connection = Connection(self.port)
        urls = connection.call("ListQueues").get("QueueUrls", ())
        left = {url.rpartition("/")[2]: sum(message_counts(connection, url)) for url in urls}
        connection.close()
        return {queue: count for queue, count in left.items() if count}

    def look(self):
        """Notes down what became of the queues that administrators made."""
        looker = Looker("looker", self)
        for queue in self.history.queues:
            looker.look(queue)
        looker.disconnect()


class Drainer(Client):
    def __init__(self, name, site, queues):
        super().__init__(name, site)
        self.queues = queues

    def work(self):
        received = 0
        for queue in self.queues:
            receive, handles = self.receive(queue, DRAIN_VISIBILITY_S, wait_s=0)
            received += len(handles)
            self.by_handle([Delete(queue=queue, message_id=each, lease=receive.lease) for each in handles], handles)
        self.pause(0 if received else 0.05)


class Looker(Client):
    def look(self, queue):
        operation = Look(queue=queue)
        self.connect()
        self.history.begin([operation])
        try:
            url = self.connection.call("GetQueueUrl", QueueName=queue)["QueueUrl"]
            answer = self.connection.call("GetQueueAttributes", QueueUrl=url, AttributeNames=["VisibilityTimeout"])
            operation.value = int(answer["Attributes"]["VisibilityTimeout"])
        except Refused as refused:
            if refused.code != "QueueDoesNotExist":
                raise
        self.history.end([operation])
