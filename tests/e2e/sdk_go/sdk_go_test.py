#!/usr/bin/python3
"""Builds sdk_go_test.go with Debian's Go and its Go SDK v2, without network and modules, and runs it against a server."""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import SKIPPED, Server

GO = "/usr/bin/go"
PACKAGES = Path("/usr/share/gocode")
SDK = PACKAGES / "src/github.com/aws/aws-sdk-go-v2/service/sqs"


def main():
    if not (os.access(GO, os.X_OK) and SDK.is_dir()):
        print(f"skipped: there is no {GO} or no {SDK}. Debian's golang-go and golang-github-aws-aws-sdk-go-v2-dev are "
              "needed; tools/setup installs them.")
        return SKIPPED
    offline = {"GO111MODULE": "off", "GOFLAGS": "", "GOPATH": str(PACKAGES), "GOTOOLCHAIN": "local"}
    with Server() as server:
        environment = {**os.environ, **offline, "MAILRAIL_ENDPOINT": server.endpoint}
        command = [GO, "test", "-count=1", "-v", "."]
        return subprocess.run(command, cwd=Path(__file__).parent, env=environment, timeout=300).returncode


if __name__ == "__main__":
    sys.exit(main())
