#!/usr/bin/python3
"""`serve --compat`: what harnesses and clients of the tools that mailrail replaces look for is there, with Debian's boto3."""

import json
import random
import re
import sys
import time
import unittest
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server


def own_address():
    """An address of this machine's that nobody else listens at, so that the tools' ports are free there."""
    return f"127.{random.randrange(1, 250)}.{random.randrange(1, 250)}.{random.randrange(2, 250)}"


def client(endpoint, region="us-east-1", key="any"):
    return boto3.client(
        "sqs", endpoint_url=endpoint, region_name=region, aws_access_key_id=key, aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}))


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


class Compat(unittest.TestCase):
    def start(self, *arguments):
        server = Server(address=own_address(), arguments=arguments)
        self.addCleanup(server.__exit__)
        server.start()
        return server

    def expect_ready_line(self, server, pattern):
        """It answers a moment before it says so."""
        deadline = time.monotonic() + 5
        while not re.search(f"^{pattern}$", server.output(), re.MULTILINE):
            self.assertLess(time.monotonic(), deadline, server.output())

    def test_harnesses_and_clients_of_localstack_find_what_they_look_for(self):
        server = self.start("--compat", "localstack")
        endpoint = f"http://{server.address}:4566"

        self.expect_ready_line(server, r"Ready\.")
        self.assertIn('"sqs": "running"', get(f"{endpoint}/_localstack/health"))
        url = client(endpoint).create_queue(QueueName="q")["QueueUrl"]
        self.assertEqual(f"{endpoint}/000000000000/q", url)
        client(server.endpoint).send_message(QueueUrl=url, MessageBody="by the other port")
        received = client(endpoint).receive_message(QueueUrl=f"http://sqs.us-east-1.localhost.localstack.cloud:4566/000000000000/q")
        self.assertEqual("by the other port", received["Messages"][0]["Body"])
        own = client(endpoint, key="112233445566").create_queue(QueueName="q")["QueueUrl"]
        self.assertEqual(f"{endpoint}/112233445566/q", own)

    def test_those_of_elasticmq_do(self):
        server = self.start("--compat", "elasticmq")
        endpoint = f"http://{server.address}:9324"

        self.expect_ready_line(server, "Started SQS rest server, bind address .*")
        self.assertEqual("ready\n", get(f"{endpoint}/health"))
        sqs = client(endpoint, region="elasticmq")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        self.assertEqual(f"{endpoint}/000000000000/q", url)
        sqs.send_message(QueueUrl=f"{endpoint}/queue/q", MessageBody="by the older URL")
        self.assertEqual("by the older URL", sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.assertEqual("arn:aws:sqs:elasticmq:000000000000:q", arn)

    def test_those_of_moto_do(self):
        server = self.start("--compat", "moto")
        endpoint = f"http://{server.address}:5000"

        self.expect_ready_line(server, r" \* Running on http://.*")
        self.assertEqual("ready\n", get(f"{endpoint}/moto-api/"))
        self.assertEqual(f"{endpoint}/123456789012/q", client(endpoint).create_queue(QueueName="q")["QueueUrl"])

    def test_queue_urls_are_written_as_told_and_lead_back(self):
        for style, expected in (("path", "http://{}/queue/eu-west-1/210987654321/q"),
                                ("standard", "http://sqs.eu-west-1.localhost:4566/210987654321/q")):
            with self.subTest(style):
                server = self.start("--url-style", style, "--account", "210987654321", "--region", "eu-west-1")
                host = f"{server.address}:{server.port}" if style == "path" else "localhost:4566"
                # As an SDK does that was not given credentials: the server says where it is at home.
                request = urllib.request.Request(
                    server.endpoint, b'{"QueueName": "q"}',
                    {"X-Amz-Target": "AmazonSQS.CreateQueue", "Content-Type": "application/x-amz-json-1.0", "Host": host})
                with urllib.request.urlopen(request, timeout=10) as response:
                    url = json.load(response)["QueueUrl"]

                self.assertEqual(expected.format(host), url)
                sqs = client(server.endpoint, region="eu-west-1")
                sqs.send_message(QueueUrl=url, MessageBody="found")
                self.assertEqual("found", sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
