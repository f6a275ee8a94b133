"""A queue service in memory that breaks one promise, as often as a test says: what `mailrail bench` must notice.

It speaks as much of SQS as the bench asks. `fault` is one of FAULTS; with None it keeps all promises. `tells_use` has metrics as mailrail's,
where each send has taken a second.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENDS = ("go_away", "go_deaf")  # What happens with send number UNTIL: it is gone, or it knows only those yet who are connected and do not receive.
FAULTS = ("lose", "repeat", "repeat_in_flight", "reorder", "overlap", "invent", "refuse", "hang_up", "stall", "chunk", *ENDS)
EVERY = 20  # One of so many messages or requests meets the fault; an overlap is wherever there can be one.
UNTIL = 100  # Nothing has come out by then.


class Queue:
    def __init__(self, is_fifo, fault):
        self.is_fifo, self.fault = is_fifo, fault
        self.waiting, self.in_flight = [], {}  # Messages in their order; by receipt handle.
        self.sent = self.received = 0

    def send(self, entry):
        self.sent += 1
        message = {"Body": entry["MessageBody"], "Group": entry.get("MessageGroupId", "")}
        if self.fault == "lose" and self.sent % EVERY == 0:
            return
        place = len(self.waiting)
        if self.fault == "reorder" and self.sent % EVERY == 0:
            place = next((i for i, each in enumerate(self.waiting) if each["Group"] == message["Group"]), place)
        self.waiting.insert(place, message)

    def receive(self, count_max):
        taken = []
        if self.fault in ENDS:
            return taken
        held = {each["Group"] for each in self.in_flight.values()} if self.is_fifo else set()
        for message in list(self.waiting):
            is_held = message["Group"] in held and self.fault != "overlap"
            if len(taken) < count_max and not is_held:
                self.waiting.remove(message)
                taken.append(self.hand_out(message))
        if taken and self.fault == "invent" and self.received % EVERY == 0:
            taken.append({"Body": "from elsewhere", "ReceiptHandle": "none"})
        return taken

    def hand_out(self, message):
        self.received += 1
        handle = f"h{self.received}"
        self.in_flight[handle] = message
        if self.fault == "repeat_in_flight" and self.received % EVERY == 0:
            self.waiting.append(message)
        return {"Body": message["Body"], "ReceiptHandle": handle}

    def delete(self, handle):
        message = self.in_flight.pop(handle, None)
        if message and self.fault == "repeat" and int(handle[1:]) % EVERY == 0:
            self.waiting.insert(0, message)


class Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # All connections of a run come at once.

    def handle_error(self, *_):
        pass  # A client may go away at any time.


class OddService:
    """Use as a context: `with OddService("lose") as service`, and `service.endpoint` for the client."""

    def __init__(self, fault=None, tells_use=False):
        assert fault is None or fault in FAULTS
        self.fault, self.queues, self.sends, self.is_closed = fault, {}, 0, False
        self.changed = threading.Condition()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.answer(self, self.headers["X-Amz-Target"].rpartition(".")[2], asked)

            def do_GET(self):
                is_told = tells_use and self.path == "/metrics"
                reply_with(self, 200 if is_told else 404, f'mailrail_cpu_seconds_total{{thread="http"}} {service.sends}\n'.encode())

            def log_message(self, *_):
                pass

        self.http = Http(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def answer(self, http, action, asked):
        if action in ("SendMessage", "SendMessageBatch"):
            with self.changed:
                self.sends += 1
                number = self.sends
            if self.fault == "stall" and number == 10:
                time.sleep(1)
            if self.fault == "refuse" and number % EVERY == 0:
                return reply(http, 503, {"__type": "ServiceUnavailable", "message": "Too much."})
            if self.fault == "hang_up" and number % EVERY == 0:
                return hang_up(http)
            if self.fault in ENDS and number == UNTIL:
                self.close()
        with self.changed:
            told = getattr(self, action)(asked)
            self.changed.notify_all()
        if self.is_closed and (self.fault == "go_away" or action == "ReceiveMessage"):
            return hang_up(http)
        return reply(http, 200, told, is_chunked=self.fault == "chunk" and action == "SendMessage")

    def close(self):
        """Nobody connects any more, and who waits for a message waits no longer."""
        self.http.shutdown()
        self.http.server_close()
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()

    def CreateQueue(self, asked):
        name = asked["QueueName"]
        self.queues[name] = Queue(name.endswith(".fifo"), self.fault)
        return {"QueueUrl": f"{self.endpoint}/{name}"}

    def queue(self, asked):
        return self.queues[asked["QueueUrl"].rpartition("/")[2]]

    def DeleteQueue(self, asked):
        del self.queues[asked["QueueUrl"].rpartition("/")[2]]
        return {}

    def GetQueueAttributes(self, asked):
        queue = self.queue(asked)
        return {"Attributes": {"ApproximateNumberOfMessages": str(len(queue.waiting)),
                               "ApproximateNumberOfMessagesNotVisible": str(len(queue.in_flight)),
                               "ApproximateNumberOfMessagesDelayed": "0"}}

    def SendMessage(self, asked):
        self.queue(asked).send(asked)
        return {"MessageId": "x"}

    def SendMessageBatch(self, asked):
        for each in asked["Entries"]:
            self.queue(asked).send(each)
        return {"Successful": [{"Id": each["Id"]} for each in asked["Entries"]]}

    def ReceiveMessage(self, asked):
        queue, taken = self.queue(asked), []
        deadline = time.monotonic() + asked["WaitTimeSeconds"]
        while not (taken := queue.receive(asked["MaxNumberOfMessages"])) and time.monotonic() < deadline and not self.is_closed:
            self.changed.wait(deadline - time.monotonic())
        return {"Messages": taken}

    def DeleteMessageBatch(self, asked):
        for each in asked["Entries"]:
            self.queue(asked).delete(each["ReceiptHandle"])
        return {"Successful": [{"Id": each["Id"]} for each in asked["Entries"]]}


def hang_up(http):
    http.close_connection = True
    http.connection.close()


def reply(http, status, told, is_chunked=False):
    reply_with(http, status, json.dumps(told).encode(), is_chunked)


def reply_with(http, status, body, is_chunked=False):
    http.send_response(status)
    if is_chunked:
        http.send_header("Transfer-Encoding", "chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    else:
        http.send_header("Content-Length", str(len(body)))
    http.end_headers()
    http.wfile.write(body)
