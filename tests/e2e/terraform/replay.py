"""Calls and answers written down in a file, sent over plain HTTP and compared.

A file has steps. Each has a line that says what a client is about, the request and the answer:

    = read it, 6 times
    > AmazonSQS.GetQueueAttributes
    {"QueueUrl": "$endpoint/000000000000/orders", "AttributeNames": ["All"]}
    < 200
    {"Attributes": {"CreatedTimestamp": "$time", ...}}

After `>` comes the target of AWS JSON and below it the body; `> Query` has a line `name=value` for each parameter instead, and so
has `> SNS`, whose answers are XML, too. After
`<` come the status and, of an error on AWS JSON, the header x-amzn-query-error. `again: read it` stands for the request and the
answer of an earlier step. `$endpoint` is the server's, `$time` any time in seconds, `$id` any request id, `$subscription` the ARN
of the first subscription that was made. An answer has to be
all that is written, and no more; the order of members, and of attributes and tags in XML, is free.
"""

import http.client
import json
import re
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SOME = {"$time": re.compile(r"\d{10}"), "$id": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")}
SUBSCRIPTION = re.compile(r"arn:aws:sns:us-east-1:000000000000:[\w.-]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FORMS = {"Query": "sqs", "SNS": "sns"}  # Targets of AWS Query, and what their requests are signed for.
STEP = re.compile(r"^= (?P<name>.+?)(, (?P<times>\d+) times)?\n(?P<content>(?:(?!= ).*\n?)*)", re.MULTILINE)
EXCHANGE = re.compile(
    r"> (?P<target>\S+)\n(?P<request>.*?)^< (?P<status>\d+) ?(?P<error>\S*)\n?(?P<answer>.*)", re.MULTILINE | re.DOTALL)


@dataclass
class Step:
    name: str
    times: int
    target: str
    request: str
    status: int
    error: str  # The header x-amzn-query-error.
    answer: str


def steps(text):
    """The steps of a file's text, in their order."""
    by_name = {}
    for found in STEP.finditer(text):
        name, times, content = found["name"], int(found["times"] or 1), found["content"].strip()
        if content.startswith("again: "):
            content = by_name[content.removeprefix("again: ")]
        by_name[name] = content
        exchange = EXCHANGE.fullmatch(content)
        if exchange is None:
            raise ValueError(f"the step '{name}' is not a request and an answer")
        yield Step(name, times, exchange["target"], exchange["request"].strip(), int(exchange["status"]), exchange["error"],
                   exchange["answer"].strip())


class Player:
    """Plays steps against one server, over one connection."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=60)

        self.subscription = None

    def close(self):
        self.connection.close()

    def play(self, step):
        """Raises AssertionError where the answer is not what is written."""
        answer, content = self.send(step)
        expect(step.status, answer.status, f"the status of {content}")
        expect(step.error or None, answer.getheader("x-amzn-query-error"), "x-amzn-query-error")
        if self.subscription is None and (made := SUBSCRIPTION.search(content)):
            self.subscription = made[0]
        if step.target in FORMS:
            expect("text/xml", answer.getheader("Content-Type"), "the content type")
            expect(tree(xml.fromstring(self.filled(step.answer))), tree(xml.fromstring(content)), "the answer")
        else:
            expect("application/x-amz-json-1.0", answer.getheader("Content-Type"), "the content type")
            expect(json.loads(self.filled(step.answer) or "{}"), json.loads(content or "{}"), "the answer")

    def send(self, step):
        request = AWSRequest("POST", self.endpoint + "/", {"User-Agent": "APN/1.0 HashiCorp/1.0 Terraform"}, self.body(step))
        if step.target in FORMS:
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        else:
            request.headers["Content-Type"] = "application/x-amz-json-1.0"
            request.headers["X-Amz-Target"] = step.target
            request.headers["X-Amzn-Query-Mode"] = "true"
        SigV4Auth(Credentials("test", "test"), FORMS.get(step.target, "sqs"), "us-east-1").add_auth(request)
        self.connection.request("POST", "/", request.data, dict(request.headers.items()))
        answer = self.connection.getresponse()
        return answer, answer.read().decode()

    def body(self, step):
        text = self.filled(step.request)
        if step.target in FORMS:
            return urlencode([tuple(line.split("=", 1)) for line in text.splitlines()]).encode()
        return json.dumps(json.loads(text), separators=(",", ":")).encode()

    def filled(self, text):
        return text.replace("$endpoint", self.endpoint).replace("$subscription", self.subscription or "$subscription")


def tree(element):
    """An XML element as lists and dictionaries. What maps names to values in XML, too, becomes a dictionary."""
    children = list(element)
    if not children:
        return {element.tag: element.text or ""}
    content = []
    maps = {}
    for child in children:
        pairs = [(child.find("{*}" + key), child.find("{*}" + value))
                 for key, value in (("Name", "Value"), ("Key", "Value"), ("key", "value"))]
        name, value = next((pair for pair in pairs if pair[0] is not None), (None, None))
        if name is None or value is None:
            content.append(tree(child))
        else:
            maps.setdefault(child.tag, {})[name.text] = value.text or ""
    return {element.tag: [*content, maps] if maps else content}


def expect(expected, actual, where):
    if isinstance(expected, dict) and isinstance(actual, dict):
        if expected.keys() != actual.keys():
            raise AssertionError(f"{where}: expected {sorted(expected)}, and there is {sorted(actual)}")
        for name in expected:
            expect(expected[name], actual[name], f"{where}, {name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, each in enumerate(expected):
            expect(each, actual[index], f"{where}, {index}")
    elif isinstance(expected, str) and expected in SOME:
        if not (isinstance(actual, str) and SOME[expected].fullmatch(actual)):
            raise AssertionError(f"{where}: expected {expected}, and it is {actual!r}")
    elif expected != actual or type(expected) is not type(actual):
        raise AssertionError(f"{where}: expected {expected!r}, and it is {actual!r}")
