#!/usr/bin/python3
"""What keys may do, by an SDK that signs with them: roles, patterns, accounts, policies, and who did not sign."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import boto3
import botocore.exceptions

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from server import Server, binary


def make_key(file, *options):
    made = subprocess.run([binary(), "key", "create", "--keys", file, "-o", "json", *options],
                          check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


class Holder:
    """Who has a key."""

    def __init__(self, server, key):
        self.session = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"],
                        "region_name": "us-east-1", "endpoint_url": server.endpoint}
        self.sqs = boto3.client("sqs", **self.session)
        self.sns = boto3.client("sns", **self.session)
        self.sts = boto3.client("sts", **self.session)


def refusal_of(call, **arguments):
    try:
        answer = call(**arguments)
    except botocore.exceptions.ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError(f"it was allowed: {answer}")


def unsigned(server, **parameters):
    try:
        with urllib.request.urlopen(server.endpoint, urllib.parse.urlencode(parameters).encode()) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def check(server, keys):
    boss, web, worker, theirs = (Holder(server, each) for each in keys)
    orders = boss.sqs.create_queue(QueueName="orders")["QueueUrl"]
    bills = boss.sqs.create_queue(QueueName="bills")["QueueUrl"]
    news = boss.sns.create_topic(Name="news")["TopicArn"]

    assert web.sts.get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:user/web"
    assert theirs.sts.get_caller_identity()["Account"] == "111111111111"

    web.sqs.send_message(QueueUrl=orders, MessageBody="hi")
    assert [each["Body"] for each in worker.sqs.receive_message(QueueUrl=orders)["Messages"]] == ["hi"]
    code, message = refusal_of(web.sqs.receive_message, QueueUrl=orders)
    assert code == "AccessDenied", code
    assert message == (
        "User: arn:aws:iam::000000000000:user/web is not authorized to perform: sqs:ReceiveMessage on resource: "
        "arn:aws:sqs:us-east-1:000000000000:orders because no identity-based policy allows the sqs:ReceiveMessage action. "
        "The key may send; it takes receive, operator or admin."), message
    code, message = refusal_of(web.sqs.send_message, QueueUrl=bills, MessageBody="hi")
    assert message.endswith("The key is for the queues orders* alone."), message
    assert web.sqs.list_queues()["QueueUrls"] == [orders]
    code, message = refusal_of(web.sns.publish, TopicArn=news, Message="hi")
    assert code == "AuthorizationError" and "SNS:Publish" in message, (code, message)

    refusal_of(theirs.sqs.send_message, QueueUrl=orders, MessageBody="theirs")
    boss.sqs.add_permission(QueueUrl=orders, Label="them", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    theirs.sqs.send_message(QueueUrl=orders, MessageBody="theirs")
    refusal_of(theirs.sqs.delete_queue, QueueUrl=orders)

    status, body = unsigned(server, Action="SendMessage", Version="2012-11-05", QueueUrl=bills, MessageBody="nobody's")
    assert status == 403 and "User: anonymous is not authorized" in body, body
    boss.sqs.set_queue_attributes(QueueUrl=bills, Attributes={"Policy": json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*",
         "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.1"}, "Bool": {"aws:SecureTransport": "false"}}}]})})
    status, body = unsigned(server, Action="SendMessage", Version="2012-11-05", QueueUrl=bills, MessageBody="nobody's")
    assert status == 200, body
    assert boss.sqs.receive_message(QueueUrl=bills)["Messages"][0]["Body"] == "nobody's"


def main():
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "keys.json")
        keys = [make_key(file, "--name", "boss", "--role", "admin"),
                make_key(file, "--name", "web", "--role", "send", "--queue", "orders*"),
                make_key(file, "--name", "worker", "--role", "receive"),
                make_key(file, "--name", "theirs", "--role", "send", "--account", "111111111111")]
        with Server(arguments=["--keys", file]) as server:
            check(server, keys)
            server.stop()
    print("keys may do what they may, and nothing else")


if __name__ == "__main__":
    main()
