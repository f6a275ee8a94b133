"""A directory whose file system loses what was not synced when its power is cut; see forgetful_fs.cc."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

from server import SKIPPED

PROGRAM = "FORGETFUL_FS"
MOUNTED_WITHIN_S = 30
ENDED_WITHIN_S = 30
NOT_PERMITTED = ("Operation not permitted", "Permission denied", "fusermount")


def skip_where_impossible():
    """Ends the test as skipped, and says why, where this machine mounts nothing of ours."""
    reason = None
    if not os.environ.get(PROGRAM):
        reason = "libfuse3-dev was not there when this was built"
    elif not os.access("/dev/fuse", os.R_OK | os.W_OK):
        reason = "there is no /dev/fuse that we may use"
    elif not shutil.which("fusermount3"):
        reason = "fusermount3 is not installed"
    else:
        try:
            ForgetfulDisk().close()
        except NotPermitted as refused:
            reason = str(refused)
    if reason:
        print(f"Skipped: {reason}.")
        sys.exit(SKIPPED)


class NotPermitted(Exception):
    pass


class ForgetfulDisk:
    """Use as a context, and on the thread that lives longest: the file system ends with who mounted it."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="mailrail-forgetful-")
        self.log = tempfile.TemporaryFile("w+")
        command = ["setpriv", "--pdeathsig", "TERM", os.environ[PROGRAM], "-f", "-o", "auto_unmount,max_threads=8", self.path]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + MOUNTED_WITHIN_S
        while not os.path.ismount(self.path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.fail()
            time.sleep(0.005)

    def fail(self):
        self.log.seek(0)
        said = self.log.read().strip()
        self.close()
        kind = NotPermitted if any(each in said for each in NOT_PERMITTED) else AssertionError
        raise kind(f"the file system could not be mounted: {said}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends it by its process id, whereupon it unmounts itself."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(ENDED_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if os.path.ismount(self.path):
            subprocess.run(["fusermount3", "-u", "-z", self.path], check=False)
        os.rmdir(self.path)
        self.log.close()

    def cut_power(self, leaves_some_by=None):
        """Forgets what was not synced: all, or but for a part that this seed chooses. Nothing works then until the power is back.
        Returns how much was lost."""
        self.tell("cut all" if leaves_some_by is None else f"cut some {leaves_some_by}")
        with open(f"{self.path}/.power") as control:
            return int(control.read())

    def restore_power(self):
        self.tell("on")

    def let_syncs_take(self, milliseconds):
        self.tell(f"sync in {milliseconds}")

    def ignore_syncs(self):
        self.tell("ignore syncs")

    def tell(self, command):
        with open(f"{self.path}/.power", "w") as control:
            control.write(command + "\n")
