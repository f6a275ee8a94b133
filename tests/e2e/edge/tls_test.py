#!/usr/bin/python3
"""TLS as clients and operators meet it: boto3 by https, a certificate renewed under load, clients that are slow or forgot TLS."""

import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from plain import Plain, ask, call, request
from server import Server, binary

RENEWED_WITHIN_S = 20


class TlsServer(Server):
    def __init__(self, arguments=()):
        self.directory = tempfile.TemporaryDirectory(prefix="mailrail-tls-")
        self.certificate = f"{self.directory.name}/tls.crt"
        self.key = f"{self.directory.name}/tls.key"
        self.certify()
        super().__init__(arguments=["--tls-certificate", self.certificate, "--tls-key", self.key, *arguments])
        self.endpoint = f"https://localhost:{self.port}"

    def __exit__(self, *_):
        super().__exit__()
        self.directory.cleanup()

    def certify(self):
        """A new certificate with a new key, as those who renew them put them in place."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{self.key}.new",
                        "-out", f"{self.certificate}.new"], check=True, capture_output=True)
        os.rename(f"{self.key}.new", self.key)
        os.rename(f"{self.certificate}.new", self.certificate)

    def context(self):
        return ssl.create_default_context(cafile=self.certificate)

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.endpoint + "/readyz", timeout=1, context=self.context()):
                return True
        except OSError:
            return False

    def shown_certificate(self):
        return ssl.get_server_certificate(("127.0.0.1", self.port))


def holds(condition):
    deadline = time.monotonic() + RENEWED_WITHIN_S
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Tls(unittest.TestCase):
    def setUp(self):
        self.server = TlsServer(getattr(self, "arguments", ()))
        self.addCleanup(self.server.__exit__)
        self.server.start()
        self.port = self.server.port

    def test_an_sdk_sends_and_receives(self):
        sqs = boto3.client("sqs", endpoint_url=self.server.endpoint, verify=self.server.certificate, region_name="us-east-1",
                           aws_access_key_id="test", aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        body = "x" * 200_000
        sqs.send_message(QueueUrl=url, MessageBody=body)

        self.assertEqual(f"https://localhost:{self.port}/000000000000/q", url)
        self.assertEqual(body, sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])

    def test_versions_before_1_2_are_refused(self):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with self.assertRaises(OSError):
            Plain(self.port, old)

    def test_a_client_that_forgot_it_is_told(self):
        answer = ask(self.port, call("ListQueues"))

        self.assertEqual(400, answer.status)
        self.assertIn("https", answer.body)

    def test_a_certificate_is_renewed_while_connections_go_on(self):
        context = self.server.context()
        with Plain(self.port, context) as before:
            self.assertEqual(200, before.ask(call("ListQueues")).status)
            first = self.server.shown_certificate()
            self.server.certify()

            self.assertTrue(holds(lambda: self.server.shown_certificate() != first), self.server.output())
            self.assertEqual(200, before.ask(call("ListQueues")).status)
        self.assertTrue(self.server.is_ready())

    def test_a_bad_certificate_is_told_and_the_one_before_stays(self):
        first = self.server.shown_certificate()
        Path(self.server.key).write_text("no key")

        self.assertTrue(holds(lambda: "still get the certificate before" in self.server.output()), self.server.output())
        self.assertEqual(first, self.server.shown_certificate())
        self.server.process.send_signal(signal.SIGHUP)
        self.assertTrue(holds(lambda: self.server.output().count("still get the certificate before") == 2), self.server.output())
        self.assertEqual(first, self.server.shown_certificate())

    def test_sighup_has_it_read_again(self):
        self.server.process.send_signal(signal.SIGHUP)

        self.assertTrue(holds(lambda: "the certificate that was read again" in self.server.output()), self.server.output())
        self.assertTrue(self.server.is_ready())

    def test_handshakes_that_never_end_hold_up_nobody(self):
        silent = [Plain(self.port) for _ in range(200)]
        try:
            for each in silent[:100]:
                each.send(b"\x16\x03\x01\x02\x00\x01")
            self.assertEqual(200, ask(self.port, call("ListQueues"), context=self.server.context()).status)
            self.assertTrue(all(each.is_closed() for each in silent))
        finally:
            for each in silent:
                each.socket.close()

    def test_limits_hold_as_without_it(self):
        context = self.server.context()
        long_header = ask(self.port, request("GET", headers=["A: " + "x" * 20_000]), context=context)
        long_body = ask(self.port, request(headers=["Content-Length: 100000000"]), context=context)
        two_lengths = ask(self.port, request(headers=["Content-Length: 1", "Transfer-Encoding: chunked"]), context=context)

        self.assertEqual([431, 413, 400], [each.status for each in (long_header, long_body, two_lengths)])

    def test_its_own_health_is_checked_without_its_name(self):
        checked = subprocess.run([binary(), "healthcheck", "--endpoint-url", f"https://127.0.0.1:{self.port}"], capture_output=True,
                                 text=True, timeout=60)

        self.assertEqual((0, "ready\n"), (checked.returncode, checked.stdout), checked.stderr)


class Starts(unittest.TestCase):
    def test_a_certificate_that_is_none_is_told_in_one_sentence(self):
        with tempfile.TemporaryDirectory() as data, tempfile.NamedTemporaryFile() as empty:
            refused = subprocess.run([binary(), "serve", "--listen", "127.0.0.1:0", "--data", data, "--tls-certificate", empty.name,
                                      "--tls-key", empty.name], capture_output=True, text=True, timeout=60)

        self.assertEqual(1, refused.returncode)
        self.assertEqual(1, len(refused.stderr.splitlines()), refused.stderr)
        self.assertIn(empty.name, refused.stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
