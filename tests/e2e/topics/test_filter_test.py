#!/usr/bin/python3
"""`mailrail topics test-filter` beside topics that boto3 made: what it prints, where, and what it exits with."""

import json
import os
import pty
import subprocess
import sys
import unittest
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary, free_port

FORUM = "arn:aws:sns:us-east-1:000000000000:forum"


def queue(name):
    return f"arn:aws:sqs:us-east-1:000000000000:{name}"


def setUpModule():
    global server, sns
    server = Server()
    server.start()
    sns = boto3.client("sns", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                       aws_secret_access_key="test")
    sns.create_topic(Name="forum")
    subscribe("sqs", queue("all"))
    subscribe("sqs", queue("mentions"), FilterPolicy=json.dumps({"type": ["mention"], "length": [{"numeric": ["<", 100]}]}))
    subscribe("sqs", queue("rust"), FilterPolicyScope="MessageBody", FilterPolicy=json.dumps({"channel": [{"prefix": "rust-"}]}))
    subscribe("https", "https://example.com/hook")


def tearDownModule():
    server.__exit__()


def subscribe(protocol, endpoint, topic=FORUM, **attributes):
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes)


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAILRAIL_ENDPOINT", "NO_COLOR"))}
    return {**kept, "AWS_ENDPOINT_URL": server.endpoint, **more}


def ask(*arguments, text=None, **more):
    command = [binary(), "topics", "test-filter", *arguments]
    return subprocess.run(command, env=environment(**more), input=text, capture_output=True, text=True, timeout=60)


def on_a_terminal(*arguments, **more):
    """What it prints where standard output is a terminal."""
    ours, its = pty.openpty()
    with subprocess.Popen([binary(), "topics", "test-filter", *arguments], env=environment(**more), stdout=its) as process:
        os.close(its)
        printed = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # How Linux tells that the other side is closed.
                break
            if not part:
                break
            printed += part
    os.close(ours)
    return process.returncode, printed.decode().replace("\r\n", "\n")


class Answers(unittest.TestCase):
    def rows(self, *arguments, **more):
        done = ask(*arguments, **more)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return [line.split("\t") for line in done.stdout.splitlines()]

    def verdicts(self, *arguments, **more):
        return [row[3] for row in self.rows(*arguments, **more)]

    def test_each_subscription_has_a_line_with_its_verdict_and_reason(self):
        rows = self.rows("forum", "--attribute", "type=String:mention", "--attribute", "length=Number:140",
                         "--message", '{"channel": "go-nuts"}')

        arns = [each["SubscriptionArn"] for each in sns.list_subscriptions_by_topic(TopicArn=FORUM)["Subscriptions"]]
        self.assertEqual(arns[:3], [row[0] for row in rows[:3]])
        self.assertEqual(
            [
                ["sqs", queue("all"), "yes", ""],
                ["sqs", queue("mentions"), "no", 'length is 140, and the policy asks for [{"numeric":["<",100]}]'],
                ["sqs", queue("rust"), "no", 'channel is "go-nuts", and the policy asks for [{"prefix":"rust-"}]'],
                ["https", "https://example.com/hook", "pending", "not confirmed yet"],
            ],
            [row[1:] for row in rows])

    def test_it_says_what_a_publish_does(self):
        sqs = boto3.client("sqs", endpoint_url=server.endpoint, region_name="us-east-1", aws_access_key_id="test",
                           aws_secret_access_key="test")
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("all", "mentions", "rust")]
        for kind, body in (("mention", '{"channel": "rust-help"}'), ("reply", '{"channel": "rust-help"}'), ("mention", "text")):
            told = self.verdicts("forum", "--attribute", f"type=String:{kind}", "--attribute", "length=Number:9", "--message", body)

            self.assertEqual([[], [], []], [sqs.receive_message(QueueUrl=url).get("Messages", []) for url in urls])
            sns.publish(TopicArn=FORUM, Message=body, MessageAttributes={
                "type": {"DataType": "String", "StringValue": kind}, "length": {"DataType": "Number", "StringValue": "9"}})
            got = [sqs.receive_message(QueueUrl=url).get("Messages", []) for url in urls]
            for url, messages in zip(urls, got):
                for each in messages:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            self.assertEqual(told[:3], ["yes" if messages else "no" for messages in got], (kind, body))

    def test_the_message_may_be_a_file_or_standard_input(self):
        path = Path(server.data).parent / f"{Path(server.data).name}-message"
        path.write_text('{"channel": "rust-help"}')
        self.addCleanup(path.unlink)

        self.assertEqual(["yes", "no", "yes", "pending"], self.verdicts(FORUM, "--message", f"@{path}"))
        self.assertEqual(["yes", "no", "yes", "pending"], self.verdicts(FORUM, "--message", "-", text=path.read_text()))

    def test_json_is_one_document_of_all_pages(self):
        topic = sns.create_topic(Name="many")["TopicArn"]
        for number in range(205):
            subscribe("sqs", queue(f"q-{number}"), topic, FilterPolicy=json.dumps({"n": [{"numeric": ["=", number % 5]}]}))
        done = ask("many", "--attribute", "n=Number:3", "--output", "json")

        answer = json.loads(done.stdout)
        self.assertEqual({"TopicArn", "Subscriptions"}, set(answer))
        self.assertEqual([queue(f"q-{number}") for number in range(205)], [each["Endpoint"] for each in answer["Subscriptions"]])
        self.assertEqual(41, sum(each["Matches"] for each in answer["Subscriptions"]))

    def test_a_terminal_gets_a_table(self):
        table = (
            f"MATCHES  PROTOCOL  ENDPOINT                                     REASON\n"
            f"yes      sqs       {queue('all')}\n"
            f'no       sqs       {queue("mentions")}  type is "reply", and the policy asks for ["mention"]\n'
            f"no       sqs       {queue('rust')}      the body is not a JSON object\n"
            f"pending  https     https://example.com/hook                     not confirmed yet\n"
            f"\n"
            f"1 of 4 subscriptions of {FORUM} would get the message.\n")

        self.assertEqual((0, table), on_a_terminal("forum", "--attribute", "type=String:reply", NO_COLOR="1"))
        coloured = table.replace("\nyes ", "\n\x1b[32myes\x1b[0m ").replace("\npending ", "\n\x1b[33mpending\x1b[0m ")
        self.assertEqual((0, coloured), on_a_terminal("forum", "--attribute", "type=String:reply"))
        self.assertEqual(table, ask("forum", "--attribute", "type=String:reply", "-o", "table").stdout)


class Refusals(unittest.TestCase):
    def refused(self, code, sentence, *arguments, **more):
        done = ask(*arguments, **more)
        self.assertEqual((code, "", f"mailrail: {sentence}\n"), (done.returncode, done.stdout, done.stderr))

    def test_a_topic_that_is_not_there(self):
        self.refused(3, "The topic arn:aws:sns:us-east-1:000000000000:none does not exist.", "none")
        self.refused(3, "The topic arn:aws:sns:eu-west-1:000000000000:forum does not exist.", "forum", "--region", "eu-west-1")
        self.refused(3, "The topic arn:aws:sns:eu-west-1:000000000000:forum does not exist.", "forum", AWS_REGION="eu-west-1")

    def test_a_server_that_is_not_there(self):
        port = free_port()
        self.refused(
            6,
            f"No connection to 127.0.0.1:{port}: Connection refused. Start a server there with mailrail serve, or name another "
            "one with --endpoint-url.",
            "forum", MAILRAIL_ENDPOINT_URL=f"http://127.0.0.1:{port}")

    def test_a_command_that_is_wrong(self):
        self.refused(
            2, "--attribute mention: it must be NAME=VALUE, like store=fans, or NAME=TYPE:VALUE, like price=Number:9.",
            "forum", "--attr", "mention")
        self.refused(
            2, "--endpoint-url is localhost:4566, which is no URL: it must begin with http:// or https://, like "
            "http://127.0.0.1:4566.", "forum", "--endpoint-url", "localhost:4566")
        self.assertEqual(2, ask().returncode)
        self.assertEqual(2, ask("forum", "--output", "xml").returncode)

    def test_what_sns_would_not_publish(self):
        self.refused(
            1, "Invalid message attribute name starting with character '.' was found.", "forum", "--attribute", ".a=x")
        self.refused(
            1, "Invalid parameter: Message Structure - No default entry in JSON message body",
            "forum", "--structure", "json", "--message", "{}")


if __name__ == "__main__":
    unittest.main()
