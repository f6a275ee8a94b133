"""Places for a PostgreSQL in which a test can cut its network off or fill its disk. Both need root, for namespaces and mounts.

Nothing is left behind: a namespace goes with the last of its processes, and with it its mounts and its end of the cable.
"""

import os
import random
import shlex
import subprocess

from postgres import Postgres, owner


def why_not():
    """Why these places can't be had here; nothing if they can."""
    if os.getuid() != 0:
        return "namespaces and mounts need root"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", "tc qdisc add dev lo root blackhole && mount -t tmpfs none /mnt"],
        capture_output=True, text=True)
    return tried.stderr.strip()


class CuttablePostgres(Postgres):
    """In a network of its own, at the other end of a cable; an address of the range that is for tests of networks."""

    def __init__(self, **settings):
        super().__init__(**settings)
        net = random.randrange(1 << 15) * 4
        self.here, self.address = (f"198.{18 + (net >> 16)}.{net >> 8 & 255}.{(net & 255) + host}" for host in (1, 2))
        self.cable = f"mr{self.port}"

    def make(self):
        super().make()
        with open(f"{self.data}/pg_hba.conf", "a") as rules:
            rules.write(f"host all all {self.here}/32 scram-sha-256\n")

    def command(self):
        plug = (f"ip link set lo up && ip link add inside type veth peer name {self.cable} netns {os.getpid()} && "
                f"ip address add {self.address}/30 dev inside && ip link set inside up")
        return ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c",
                f"{plug} && exec {shlex.join(super().command())}"]

    def start(self):
        self.unplug()
        super().start()
        run("ip", "address", "add", f"{self.here}/30", "dev", self.cable)
        run("ip", "link", "set", self.cable, "up")

    def __exit__(self, *details):
        super().__exit__(*details)
        self.unplug()

    def unplug(self):
        """The cable of one that ended goes with its namespace, and that some time later."""
        subprocess.run(["ip", "link", "delete", self.cable], capture_output=True)

    def cut(self):
        """From now on whatever is sent is lost, in both directions, and nobody is told."""
        run("tc", "qdisc", "replace", "dev", self.cable, "root", "blackhole")
        run(*self.inside(), "tc", "qdisc", "replace", "dev", "inside", "root", "blackhole")

    def cut_answers(self):
        """What is asked arrives and is done. What is answered is lost."""
        run(*self.inside(), "tc", "qdisc", "replace", "dev", "inside", "root", "blackhole")

    def mend(self):
        subprocess.run(["tc", "qdisc", "delete", "dev", self.cable, "root"], capture_output=True)
        subprocess.run([*self.inside(), "tc", "qdisc", "delete", "dev", "inside", "root"], capture_output=True)

    def inside(self):
        return ["nsenter", "--target", str(self.process.pid), "--net"]


class FillablePostgres(Postgres):
    """On a small disk of its own, in memory, which a test fills up."""

    def __init__(self, disk="160m", **settings):
        super().__init__(**({"max_wal_size": "32MB", "min_wal_size": "4MB"} | settings))
        self.disk = disk
        self.seed = f"{self.directory}/seed"  # What initdb made, until the disk has it.

    def initdb_arguments(self):
        return ["--wal-segsize=1"]

    def make(self):
        super().make()
        os.rename(self.data, self.seed)
        os.mkdir(self.data)

    def spawn(self):
        if self.process is None:
            self.keeper = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "sh", "-c",
                 f"mount -t tmpfs -o size={self.disk},mode=0700,uid={owner().pw_uid},gid={owner().pw_gid} none {self.data} && "
                 f"cp -a {self.seed}/. {self.data} && echo ready && exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.keeper.stdout.readline()
        super().spawn()

    def command(self):
        enter = ["nsenter", "--target", str(self.keeper.pid), "--mount"]
        return [*enter, *super().command()]

    def __exit__(self, *details):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if self.process is not None:
            self.keeper.kill()
            self.keeper.communicate()
        super().__exit__(*details)

    def inside(self):
        """Where others than its processes see its disk."""
        return f"/proc/{self.keeper.pid}/root{self.data}"

    def free_bytes(self):
        disk = os.statvfs(self.inside())
        return disk.f_bavail * disk.f_frsize

    def fill(self):
        """To the last byte, by a file that is not PostgreSQL's."""
        with open(f"{self.inside()}/filler", "ab", buffering=0) as filler:
            while (free := self.free_bytes()) > 0:
                filler.write(bytes(min(free, 1 << 20)))

    def empty(self):
        os.unlink(f"{self.inside()}/filler")


def run(*command):
    subprocess.run(command, check=True, capture_output=True)
