#!/usr/bin/python3
"""A server that has keys, asked by boto3, by `aws` and byte by byte: who holds one gets in, and nobody else."""

import base64
import datetime
import hashlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary

SEEN_WITHIN_S = 10  # Promised is one second; the machine may be busy.
VERSIONS = {"sqs": "2012-11-05", "sns": "2010-03-31"}


def key_command(*arguments, code=0):
    done = subprocess.run([binary(), "key", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def create_key(data, *arguments):
    made = json.loads(key_command("create", "--data", data, "-o", "json", *arguments).stdout)
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made.get("SessionToken"))


class Case(unittest.TestCase):
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mailrail-keys-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.data = cls.folder.name + "/data"
        cls.admin = create_key(cls.data, "--role", "admin", "--name", "root")
        cls.server = Server(data=cls.data, arguments=cls.arguments)
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()

    def client(self, service="sqs", key=None):
        key = key or self.admin
        client = boto3.client(
            service, endpoint_url=self.server.endpoint, region_name="us-east-1", aws_access_key_id=key.access_key,
            aws_secret_access_key=key.secret_key, aws_session_token=key.token,
            config=Config(retries={"total_max_attempts": 1}))
        self.addCleanup(client.close)
        return client

    def refused(self, code, status, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        self.assertEqual((code, status), (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]))
        return response["Error"]["Message"]

    def becomes(self, wanted, call):
        """Until `call` says so, or is refused so."""
        deadline = time.monotonic() + SEEN_WITHIN_S
        while True:
            try:
                call()
                told = "ok"
            except ClientError as refused:
                told = refused.response["Error"]["Code"]
            if told == wanted:
                return
            self.assertLess(time.monotonic(), deadline, f"still {told}, not {wanted}")
            time.sleep(0.02)


class RightAndWrongKeys(Case):
    def test_the_right_key_gets_in_at_both_services(self):
        url = self.client().create_queue(QueueName="right")["QueueUrl"]
        self.client().send_message(QueueUrl=url, MessageBody="a+b &=%20\n\u20ac")
        message = self.client().receive_message(QueueUrl=url, AttributeNames=["SenderId"])["Messages"][0]
        self.assertEqual("a+b &=%20\n\u20ac", message["Body"])
        self.assertEqual("root", message["Attributes"]["SenderId"])
        topic = self.client("sns").create_topic(Name="right")["TopicArn"]
        self.client("sns").publish(TopicArn=topic, Message="hello", Subject="x y")

    def test_a_wrong_secret_is_told_in_awss_words(self):
        wrong = Credentials(self.admin.access_key, "x" * 40)
        for service, call in (("sqs", "list_queues"), ("sns", "list_topics")):
            told = self.refused("SignatureDoesNotMatch", 403, getattr(self.client(service, wrong), call))
            self.assertIn("does not match the signature you provided", told)

    def test_an_unknown_key_is_told_in_awss_words(self):
        unknown = Credentials("AKIAIOSFODNN7EXAMPLE", "x" * 40)
        for service, call in (("sqs", "list_queues"), ("sns", "list_topics")):
            told = self.refused("InvalidClientTokenId", 403, getattr(self.client(service, unknown), call))
            self.assertIn("The security token included in the request is invalid", told)

    def test_a_foreign_session_token_is_refused_with_a_sentence(self):
        foreign = Credentials(self.admin.access_key, self.admin.secret_key, "IQoJb3JpZ2luX2VjEJr")
        told = self.refused("InvalidClientTokenId", 403, self.client(key=foreign).list_queues)
        self.assertIn("not one that mailrail issued", told)

    def test_nobody_learns_a_secret_from_the_server(self):
        self.refused("SignatureDoesNotMatch", 403, self.client(key=Credentials(self.admin.access_key, "y" * 40)).list_queues)
        self.assertNotIn(self.admin.secret_key, self.server.output())
        self.assertNotIn(self.admin.secret_key, key_command("ls", "--data", self.data, "-o", "json").stdout)


class ByteByByte(Case):
    """Requests that botocore signed, and that somebody changed on their way."""

    def signed(self, body=b"Action=ListQueues&Version=2012-11-05", headers=None, at=None, service="sqs"):
        request = AWSRequest(
            method="POST", url=self.server.endpoint + "/", data=body,
            headers={"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})
        signer = SigV4Auth(self.admin, service, "us-east-1")
        if at:
            # As botocore's add_auth does, with another time.
            request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
            request.headers["X-Amz-Date"] = request.context["timestamp"]
            canonical = signer.canonical_request(request)
            signature = signer.signature(signer.string_to_sign(request, canonical), request)
            signer._inject_signature_to_request(request, signature)
        else:
            signer.add_auth(request)
        return dict(request.headers.items()), body

    def ask(self, headers, body, path="/", method="POST"):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def assert_refused(self, code, told, status=403):
        self.assertEqual(status, told[0], told[1])
        self.assertIn(f"<Code>{code}</Code>", told[1])

    def test_what_was_signed_is_taken_and_what_was_changed_is_not(self):
        headers, body = self.signed()
        self.assertEqual(200, self.ask(headers, body)[0])
        self.assert_refused("SignatureDoesNotMatch", self.ask(headers, body + b"&x=1"))
        self.assert_refused("SignatureDoesNotMatch", self.ask(headers, body, "/?x=1"))
        self.assert_refused("SignatureDoesNotMatch", self.ask(headers, body, "/000000000000/q"))
        self.assert_refused("SignatureDoesNotMatch", self.ask({**headers, "Content-Type": "text/plain"}, body))
        self.assert_refused("SignatureDoesNotMatch", self.ask({**headers, "Host": "elsewhere"}, body))
        added = self.ask({**headers, "X-Amz-Target": "AmazonSQS.PurgeQueue"}, body)
        self.assertEqual(403, added[0])
        self.assertIn("'X-Amz-Target' must be a 'SignedHeader'", added[1])

    def test_a_clock_that_is_off_is_told_by_how_much_it_may_be(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        minutes = lambda count: now + datetime.timedelta(minutes=count)
        for minute in (-14, 14):
            self.assertEqual(200, self.ask(*self.signed(at=minutes(minute)))[0], minute)
        expired = self.ask(*self.signed(at=minutes(-16)))
        self.assert_refused("SignatureDoesNotMatch", expired)
        self.assertRegex(expired[1], r"Signature expired: \d{8}T\d{6}Z is now earlier than .* - 15 min\.\)")
        early = self.ask(*self.signed(at=minutes(16)))
        self.assert_refused("SignatureDoesNotMatch", early)
        self.assertIn("Signature not yet current", early[1])

    def test_a_signature_for_one_service_is_none_for_another(self):
        body = b"Action=ListTopics&Version=2010-03-31"
        self.assertEqual(200, self.ask(*self.signed(body, service="sns"))[0])
        refused = self.ask(*self.signed(body, service="s3"))
        self.assert_refused("SignatureDoesNotMatch", refused)
        self.assertIn("Credential should be scoped to correct service: 'sns'.", refused[1])

    def test_bodies_that_are_hashed_unsigned_or_streamed(self):
        body = b"Action=ListQueues&Version=2012-11-05"
        digest = hashlib.sha256(body).hexdigest()
        self.assertEqual(200, self.ask(*self.signed(body, {"X-Amz-Content-SHA256": digest}))[0])
        told = self.ask(*self.signed(body, {"X-Amz-Content-SHA256": hashlib.sha256(b"").hexdigest()}))
        self.assert_refused("SignatureDoesNotMatch", told)
        told = self.ask(*self.signed(body, {"X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}))
        self.assertIn("signed in chunks", told[1])

    def test_who_does_not_sign_gets_nothing_but_health(self):
        status, told = self.ask({"Content-Type": "application/x-www-form-urlencoded"}, b"Action=ListQueues")
        self.assertEqual(403, status, told)
        target = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "Mailrail.ListParkedConversations"}
        self.assertIn(self.ask(target, b"{}")[0], (400, 403))
        confirm = b"Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:000000000000:t&Token=x"
        self.assertIn("<Code>InvalidParameter</Code>", self.ask({"Content-Type": "application/x-www-form-urlencoded"}, confirm)[1])
        self.assertEqual(200, self.ask({}, None, "/readyz", "GET")[0])


class PresignedUrls(Case):
    def presigned(self, method="GET", lasts=60, service="sqs", path="/", **parameters):
        parameters = {"Version": VERSIONS[service], **parameters}
        request = AWSRequest(method=method, url=self.server.endpoint + path, params=parameters)
        SigV4QueryAuth(self.admin, service, "us-east-1", expires=lasts).add_auth(request)
        return request.prepare().url

    def fetch(self, url, body=None):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=30) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def test_boto3s_work_without_credentials(self):
        url = self.client().create_queue(QueueName="presigned")["QueueUrl"]
        send = self.client().generate_presigned_url("send_message", Params={"QueueUrl": url, "MessageBody": "a b+c"})
        self.assertEqual(200, self.post(send)[0])
        self.assertEqual("a b+c", self.client().receive_message(QueueUrl=url)["Messages"][0]["Body"])
        topics = self.client("sns").generate_presigned_url("list_topics")
        self.assertEqual(200, self.post(topics)[0])

    def post(self, url):
        """boto3 presigns what it would post, with all of it in the URL."""
        return self.fetch(url, b"")

    def test_a_get_works_and_nothing_can_be_added(self):
        url = self.presigned(Action="ListQueues", QueueNamePrefix="a b")
        self.assertEqual(200, self.fetch(url)[0])
        for changed in (url + "&Action=CreateQueue", url + "&X-Amz-Expires=604800", url.replace("ListQueues", "ListTopics")):
            self.assertIn(self.fetch(changed)[0], (400, 403), changed)
        self.assertEqual(403, self.fetch(url, b"Action=CreateQueue&QueueName=x")[0])

    def test_it_is_of_no_use_once_its_time_is_over(self):
        url = self.presigned(lasts=1, Action="ListQueues")
        deadline = time.monotonic() + SEEN_WITHIN_S
        while (told := self.fetch(url))[0] == 200:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.assertEqual(400, told[0])
        self.assertIn("<Code>RequestExpired</Code>", told[1])
        self.assertIn("IncompleteSignature", self.fetch(self.presigned(lasts=604_801, Action="ListQueues"))[1])


class Numbers(Case):
    """Who may scrape, and how Prometheus does."""

    def scrape(self, key=None, path="/metrics", authorization=None):
        if key:
            authorization = "Basic " + base64.b64encode(f"{key.access_key}:{key.secret_key}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers={"Authorization": authorization} if authorization else {})
        reply = connection.getresponse()
        return reply.status, reply.read().decode()

    def test_nobody_scrapes_without_a_key(self):
        self.client().create_queue(QueueName="numbers")
        for path in ("/metrics", "/metrics/detailed?queue=*"):
            status, told = self.scrape(path=path)
            self.assertEqual(403, status)
            self.assertIn("curl -u ID:SECRET", told)
            self.assertNotIn("numbers", told)
        for half in ("Basic x", "Basic", "Basic " + base64.b64encode(b":").decode(), "Bearer x"):
            self.assertIn(self.scrape(authorization=half)[0], (400, 403), half)

    def test_a_key_that_may_view_is_user_and_password(self):
        viewer = create_key(self.data, "--role", "view", "--hide-payloads")
        self.client().create_queue(QueueName="numbers")
        status, told = self.scrape(viewer)
        self.assertEqual(200, status, told)
        self.assertIn('queue="numbers"', told)
        wrong = Credentials(viewer.access_key, viewer.secret_key[:-1] + "?")
        status, told = self.scrape(wrong)
        self.assertEqual(403, status)
        self.assertNotIn(wrong.secret_key, told + self.server.output())

    def test_a_signature_does_as_well(self):
        request = AWSRequest(method="GET", url=self.server.endpoint + "/metrics")
        SigV4Auth(self.admin, "mailrail", "us-east-1").add_auth(request)
        with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers.items()))) as reply:
            self.assertEqual(200, reply.status)

    def test_a_key_for_something_less_is_refused(self):
        for options in (["--role", "send"], ["--role", "view", "--queue", "a-*"], ["--role", "admin", "--account", "111111111111"]):
            self.assertEqual(403, self.scrape(create_key(self.data, *options))[0], options)
        brief = create_key(self.data, "--role", "view", "--ttl", "1h")
        self.assertIn("short-lived", self.scrape(brief)[1])

    def test_a_password_opens_nothing_else(self):
        basic = "Basic " + base64.b64encode(f"{self.admin.access_key}:{self.admin.secret_key}".encode()).decode()
        self.assertEqual(400, self.scrape(path="/?Action=ListQueues&Version=2012-11-05", authorization=basic)[0])


class ShortLivedKeys(Case):
    def test_aws_gets_them_by_credential_process(self):
        config = Path(self.folder.name) / "config"
        config.write_text(
            "[default]\nregion = us-east-1\n"
            f"credential_process = {binary()} key create --role admin --ttl 15m --credential-process --data {self.data}\n")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        environment |= {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", "AWS_PAGER": "",
                        "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}

        def aws():
            done = subprocess.run(
                ["/usr/bin/aws", "--endpoint-url", self.server.endpoint, "sqs", "list-queues"], env=environment,
                capture_output=True, text=True, timeout=60)
            return done.returncode, done.stderr

        for _ in range(2):  # Each makes a key, and uses it at once.
            self.assertEqual((0, ""), aws())

    def test_their_token_belongs_to_them(self):
        brief = create_key(self.data, "--role", "admin", "--ttl", "1h")
        self.client(key=brief).list_queues()
        without = Credentials(brief.access_key, brief.secret_key)
        self.assertIn("its session token is missing", self.refused("InvalidClientTokenId", 403, self.client(key=without).list_queues))

    def test_they_end_by_themselves(self):
        brief = create_key(self.data, "--role", "admin", "--ttl", "3s")
        self.becomes("ExpiredToken", self.client(key=brief).list_queues)


class ChangesWhileItRuns(Case):
    def test_a_key_is_made_replaced_and_revoked(self):
        first = create_key(self.data, "--role", "admin", "--name", "app")
        self.client(key=first).list_queues()

        made = json.loads(key_command("rotate", "app", "--grace", "1h", "--data", self.data, "-o", "json").stdout)
        second = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
        self.client(key=second).list_queues()
        self.client(key=first).list_queues()

        key_command("revoke", first.access_key, "--data", self.data)
        self.becomes("InvalidClientTokenId", self.client(key=first).list_queues)
        self.client(key=second).list_queues()

    def test_a_key_calls_at_its_rate(self):
        key = create_key(self.data, "--role", "operator", "--name", "slow", "--rate", "1")
        client = self.client(key=key)
        self.becomes("ok", client.list_queues)

        for _ in range(9):
            client.list_queues()
        message = self.refused("RequestThrottled", 403, client.list_queues)
        self.assertIn("The key slow may make 1 call a second.", message)
        self.refused("Throttled", 429, self.client("sns", key).list_topics)
        self.client().list_queues()
        rows = json.loads(key_command("ls", "--data", self.data, "-o", "json").stdout)["Keys"]
        self.assertEqual([1], [row["CallsPerSecond"] for row in rows if row.get("Name") == "slow"])
        self.assertIn("RATE", key_command("ls", "--data", self.data, "-o", "table").stdout)
        refused = key_command("create", "--data", self.data, "--role", "send", "--rate", "0", code=2)
        self.assertIn("1 to 1000000 calls a second", refused.stderr)

    def test_a_file_that_is_not_right_changes_nothing(self):
        path = Path(self.data) / "keys.json"
        right = path.read_text()
        path.write_text("{")
        deadline = time.monotonic() + SEEN_WITHIN_S
        while "is not right" not in self.server.output():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.client().list_queues()
        path.write_text(right)


class Doors(unittest.TestCase):
    """Who needs a key at all."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mailrail-doors-")
        self.addCleanup(folder.cleanup)
        self.data = folder.name + "/data"

    def serve(self, *arguments, environment=None, address="127.0.0.1"):
        server = Server(data=self.data, arguments=arguments, environment=environment, address=address)
        self.addCleanup(server.__exit__)
        return server

    def client(self, server, key="any", secret="any"):
        client = boto3.client(
            "sqs", endpoint_url=f"http://127.0.0.1:{server.port}", region_name="us-east-1", aws_access_key_id=key,
            aws_secret_access_key=secret, config=Config(retries={"total_max_attempts": 1}))
        self.addCleanup(client.close)
        return client

    def becomes_said(self, server, text):
        """A server answers a little before it has said where."""
        deadline = time.monotonic() + SEEN_WITHIN_S
        while text not in server.output():
            self.assertLess(time.monotonic(), deadline, server.output())
            time.sleep(0.01)

    def test_on_loopback_anybody_until_there_is_a_key(self):
        server = self.serve()
        server.start()
        self.becomes_said(server, "credentials  any: this server listens on loopback only")
        self.client(server).list_queues()

        admin = create_key(self.data, "--role", "admin")
        deadline = time.monotonic() + SEEN_WITHIN_S
        while True:
            try:
                self.client(server).list_queues()
            except ClientError as refused:
                self.assertEqual("InvalidClientTokenId", refused.response["Error"]["Code"])
                break
            self.assertLess(time.monotonic(), deadline)
        self.client(server, admin.access_key, admin.secret_key).list_queues()

    def test_beyond_loopback_nobody_without_keys(self):
        server = self.serve(address="0.0.0.0")
        server.spawn()
        self.assertEqual(1, server.process.wait(30))
        self.assertIn("does not listen on 0.0.0.0 without keys", server.output())
        self.assertIn(f"mailrail key create --role admin --data {self.data}", server.output())

        create_key(self.data, "--role", "admin")
        server.start()
        self.becomes_said(server, "credentials  1 key")

    def test_insecure_says_so(self):
        server = self.serve("--insecure", address="0.0.0.0")
        server.start()
        self.becomes_said(server, "credentials  ANY: whoever reaches this server may do everything")
        self.client(server).list_queues()

    def test_a_key_may_come_from_the_environment(self):
        secret = "0123456789abcdef0123"
        server = self.serve(environment={"MAILRAIL_ACCESS_KEY_ID": "ops", "MAILRAIL_SECRET_ACCESS_KEY": secret})
        server.start()
        self.client(server, "ops", secret).list_queues()
        self.assertRaises(ClientError, self.client(server, "ops", secret + "x").list_queues)
        self.assertNotIn(secret, server.output())

    def refused(self, *arguments):
        server = self.serve(*arguments)
        server.spawn()
        self.assertEqual(1, server.process.wait(30))
        return server.output()

    def test_a_key_file_that_is_named_is_there(self):
        told = self.refused("--keys", self.data + ".json")
        self.assertIn("There is no key file", told)
        self.assertIn(f"mailrail key create --role admin --keys {self.data}.json", told)

    def test_a_link_to_nowhere_opens_no_door(self):
        os.makedirs(self.data, mode=0o700)
        os.symlink("/nonexistent/keys.json", self.data + "/keys.json")
        self.assertIn("is a link to a file that is not there", self.refused())

    def test_a_terminal_gets_no_escape_sequence_of_a_file(self):
        create_key(self.data, "--role", "admin", "--name", "root")
        path = Path(self.data) / "keys.json"
        path.write_text(path.read_text().replace('"root"', '"ro\\u001b[31mot"'))
        told = self.refused()
        self.assertIn("ro\\u001b[31mot", told)
        self.assertNotIn("\x1b", told)

    def test_a_key_file_that_others_could_read_is_refused(self):
        create_key(self.data, "--role", "admin")
        os.chmod(self.data + "/keys.json", 0o644)
        server = self.serve()
        server.spawn()
        self.assertEqual(1, server.process.wait(30))
        self.assertIn("chmod 600", server.output())


if __name__ == "__main__":
    unittest.main(verbosity=2)
