#!/usr/bin/python3
"""The container images, made as a release makes them: what is in them, what they say of themselves, and that they work.

Nothing is fetched and no daemon asked. What runs, runs in namespaces of its own over what was unpacked from the image.
"""

import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from server import READY_WITHIN_S, SKIPPED, binary, free_port

BUILD = Path(__file__).resolve().parents[3] / "packaging" / "container" / "build"
IMAGE_MB_MAX = 45
NOBODY = 65532
SECRET = {"MAILRAIL_ACCESS_KEY_ID": "AKIDCONTAINER", "MAILRAIL_SECRET_ACCESS_KEY": "a secret of this test"}

# The image's files read-only, a directory for its volume, and nothing else of the machine; then it is process 1.
INTO_IT = """
mount --bind "$1" "$1" && mount --bind "$2" "$1/data" && mount -t proc proc "$1/proc" && mount -o remount,bind,ro "$1" || exit 125
shift 2
exec "$CHROOT" "$ROOT" "$@"
"""


def can_make_namespaces():
    return subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode == 0


def as_ours(member):
    """The same, owned by who unpacks it."""
    ours = copy.copy(member)
    ours.uid, ours.gid = os.getuid(), os.getgid()
    return ours


class Image:
    """What `docker load` would read of an archive."""

    def __init__(self, archive, directory):
        self.path = archive
        with tarfile.open(archive) as tar:
            manifest = json.load(tar.extractfile("manifest.json"))[0]
            self.config = json.load(tar.extractfile(manifest["Config"]))["config"]
            self.layers = manifest["Layers"]  # Named after their digests.
            self.members = {}
            self.root = Path(directory)
            for name in manifest["Layers"]:
                with tarfile.open(fileobj=tar.extractfile(name)) as layer:
                    self.members |= {member.name: member for member in layer.getmembers()}
                    layer.extractall(self.root, [as_ours(member) for member in layer.getmembers()], numeric_owner=True)

    def environment(self):
        return dict(each.split("=", 1) for each in self.config["Env"])


class Container:
    """A process 1 in the unpacked image."""

    def __init__(self, image, arguments=(), **environment):
        self.image = image
        self.data = tempfile.mkdtemp(prefix="mailrail-volume-")
        self.port = free_port()
        self.output = tempfile.TemporaryFile("w+")
        self.environment = {**image.environment(), "ROOT": str(image.root), "CHROOT": shutil.which("chroot"),
                            "MAILRAIL_LISTEN": f"127.0.0.1:{self.port}", **environment}
        command = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", INTO_IT, "sh",
                   image.root, self.data, *image.config["Entrypoint"], *(arguments or image.config.get("Cmd") or [])]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output, env=self.environment)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.output.close()
        shutil.rmtree(self.data, ignore_errors=True)

    def printed(self):
        self.output.seek(0)
        return self.output.read()

    def wait_until_printed(self, text):
        """It is printed once the server answers, and not before."""
        deadline = time.monotonic() + READY_WITHIN_S
        while text not in self.printed():
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} is not in {self.printed()!r}")
            time.sleep(0.01)

    def process_1(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
            return int(children.read().split()[0])

    def wait_until_ready(self):
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1):
                    return
            except OSError:
                time.sleep(0.01)
        raise AssertionError(f"not ready, exit code {self.process.poll()}\n{self.printed()}")

    def enter(self, *command):
        """Runs a command of the machine's beside process 1, in its namespaces."""
        enter = ["nsenter", f"--target={self.process_1()}", "--user", "--mount", "--pid", "--preserve-credentials", *command]
        return subprocess.run(enter, capture_output=True, text=True, timeout=30, env=self.environment)

    def stop(self):
        os.kill(self.process_1(), signal.SIGTERM)
        return self.process.wait(30)


def build(directory):
    subprocess.run([BUILD, binary(), directory], check=True, capture_output=True, text=True)


def setUpModule():
    directory = Path(tempfile.mkdtemp(prefix="mailrail-container-"))
    unittest.addModuleCleanup(shutil.rmtree, directory)
    build(directory / "out")
    Images.plain = Image(directory / "out" / "mailrail.tar", directory / "plain")
    Images.compat = Image(directory / "out" / "mailrail-compat.tar", directory / "compat")


class Images(unittest.TestCase):
    plain = None
    compat = None

    def run_in(self, image, *arguments, **environment):
        container = Container(image, arguments, **environment)
        self.addCleanup(container.close)
        return container


class WhatIsInThem(Images):
    def test_they_are_small(self):
        for image in (self.plain, self.compat):
            self.assertLess(image.path.stat().st_size, IMAGE_MB_MAX << 20)

    def test_they_say_how_to_run_them(self):
        config = self.plain.config

        self.assertEqual(f"{NOBODY}:{NOBODY}", config["User"])
        self.assertEqual({"/data": {}}, config["Volumes"])
        self.assertEqual(["CMD", "/usr/bin/mailrail", "healthcheck"], config["Healthcheck"]["Test"])
        self.assertEqual((["/usr/bin/mailrail"], ["serve"]), (config["Entrypoint"], config["Cmd"]))
        self.assertEqual({"4566/tcp": {}}, config["ExposedPorts"])
        self.assertEqual("SIGTERM", config["StopSignal"])

    def test_there_is_no_shell_and_only_the_volume_is_its_user_s(self):
        owned = {name for name, member in self.plain.members.items() if member.uid != 0}

        self.assertEqual({"data"}, {name.strip("./") for name in owned})
        self.assertEqual([], [name for name in self.plain.members if name.endswith(("/sh", "/bash", "/busybox"))])
        self.assertEqual([], [name for name, member in self.plain.members.items() if member.mode & 0o6000])

    def test_the_same_binary_makes_the_same_layers(self):
        again = Path(tempfile.mkdtemp(prefix="mailrail-container-"))
        self.addCleanup(shutil.rmtree, again)
        build(again / "out")

        self.assertEqual(self.plain.layers, Image(again / "out" / "mailrail.tar", again / "root").layers)


@unittest.skipUnless(can_make_namespaces(), "namespaces cannot be made here without privileges")
class ThatTheyWork(Images):
    def test_it_serves_as_process_1_from_a_read_only_image_and_stops_in_order(self):
        container = self.run_in(self.plain, **SECRET)
        container.wait_until_ready()
        self.assertEqual(0, container.enter(f"{self.plain.root}/usr/bin/mailrail", "healthcheck", "--endpoint-url",
                                            f"http://127.0.0.1:{container.port}").returncode)

        self.assertEqual(0, container.stop(), container.printed())
        self.assertIn("JOURNAL", os.listdir(container.data))

    def test_without_keys_it_does_not_start_where_others_could_reach_it(self):
        container = self.run_in(self.plain, MAILRAIL_LISTEN=f"0.0.0.0:{free_port()}")

        self.assertNotEqual(0, container.process.wait(30))
        self.assertIn("key", container.printed())

    def test_children_that_nobody_waits_for_leave_nothing_behind(self):
        container = self.run_in(self.plain, **SECRET)
        container.wait_until_ready()
        first = container.process_1()
        orphaned = container.enter("/bin/sh", "-c", "(exec /bin/true) & exec /bin/true")
        self.assertEqual(0, orphaned.returncode, orphaned.stderr)

        deadline = time.monotonic() + 5
        while children := Path(f"/proc/{first}/task/{first}/children").read_text():
            self.assertLess(time.monotonic(), deadline, f"{children} are left")

    def test_the_compatible_one_serves_without_arguments_and_says_ready_as_localstack_does(self):
        container = self.run_in(self.compat)
        container.environment.pop("MAILRAIL_LISTEN")
        container.wait_until_ready()

        container.wait_until_printed("\nReady.\n")
        call = Connection(container.port)
        self.addCleanup(call.close)
        self.assertIn("/000000000000/q", call.call("CreateQueue", QueueName="q")["QueueUrl"])
        self.assertEqual(0, container.stop(), container.printed())

    def test_it_heeds_what_localstack_s_environment_says_of_queues(self):
        container = self.run_in(self.compat, GATEWAY_LISTEN=f"127.0.0.1:{(port := free_port())},127.0.0.1:443",
                                SQS_ENDPOINT_STRATEGY="path", DEFAULT_REGION="eu-west-1")
        container.port = port
        container.wait_until_ready()
        call = Connection(port)
        self.addCleanup(call.close)

        self.assertTrue(call.call("CreateQueue", QueueName="q")["QueueUrl"].endswith("/queue/eu-west-1/000000000000/q"))


if __name__ == "__main__":
    for needed in ("buildah", "busybox"):
        if shutil.which(needed) is None:
            print(f"skipped: there is no {needed} here")
            sys.exit(SKIPPED)
    unittest.main()
