"""A PostgreSQL 15 of a test's own: in a temporary directory, on a free port of 127.0.0.1, ended by its process id.

It is how a careful team's is: durable, with a password, and a role for mailrail that may do no more than it must. Whoever tests
looks into it through a Unix socket, which works as well where the network is cut.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

from server import free_port

BINARIES = "/usr/lib/postgresql/15/bin"
DATABASE, ROLE, PASSWORD = "mail", "mailrail", "a'b \\c:d"  # A password that has to be quoted wherever it goes.
READY_WITHIN_S = 60
ENDED_WITHIN_S = 30
ASK_AGAIN_AFTER_S = 0.02
STOP = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
SETTINGS = {
    "max_connections": "20",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_receiver_status_interval": "1s",
    "wal_sender_timeout": "10s",
    "log_line_prefix": "'%m [%p] %a '",
}


class DatabaseFailed(AssertionError):
    pass


def until(question, what, within_s=READY_WITHIN_S):
    """Asks until the answer is true, and gives it back. `what` was expected, in words or as what says them when it is late."""
    deadline = time.monotonic() + within_s
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what() if callable(what) else what}")
        time.sleep(ASK_AGAIN_AFTER_S)
    return answer


def owner():
    """Who runs it: PostgreSQL refuses to be run by root."""
    return pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


def as_owner(command):
    """Tied to the life of the test; the tie is made last, as changing who one is unties it."""
    who = owner()
    change = [] if os.getuid() == who.pw_uid else ["--reuid", str(who.pw_uid), "--regid", str(who.pw_gid), "--init-groups"]
    return ["setpriv", "--pdeathsig", "KILL", *change, *command]


class Postgres:
    """Use as a context: `with Postgres() as database`. `copy_of` is one that runs: this becomes its standby."""

    address = "127.0.0.1"

    def __init__(self, copy_of=None, where=None, **settings):
        self.copy_of = copy_of
        self.settings = SETTINGS | settings
        self.directory = tempfile.mkdtemp(prefix="mailrail-postgres-", dir=where)
        os.chown(self.directory, owner().pw_uid, owner().pw_gid)
        self.data = f"{self.directory}/data"
        self.pass_file = f"{self.directory}/passwords"
        self.port = free_port()
        self.process = None
        self.log = open(f"{self.directory}/log", "w+")

    def __enter__(self):
        try:
            self.make()
            self.start()
            if not self.copy_of:
                self.let_mailrail_in()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.kill()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def make(self):
        if self.copy_of:
            source = self.copy_of
            source.query(f"select pg_create_physical_replication_slot('{self.slot()}')")
            self.run("pg_basebackup", "-h", source.directory, "-p", str(source.port), "-d", f"application_name={self.slot()}",
                     "-D", self.data, "-R", "-S", self.slot(), "-c", "fast")
        else:
            self.run("initdb", "-D", self.data, "-E", "UTF8", "--locale=C", "-U", "postgres", "--auth-local=trust",
                     "--auth-host=scram-sha-256", "--no-sync", *self.initdb_arguments())
        with open(f"{self.data}/postgresql.conf", "a") as configuration:
            for name, value in self.settings.items():
                configuration.write(f"{name} = {value}\n")
            configuration.write(f"listen_addresses = '{self.address}'\nport = {self.port}\n")
            configuration.write(f"unix_socket_directories = '{self.directory}'\n")
        with open(self.pass_file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as passwords:
            quoted = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
            passwords.write(f"*:*:{DATABASE}:{ROLE}:{quoted}\n")

    def initdb_arguments(self):
        return []

    def slot(self):
        return f"standby_{self.port}"

    def run(self, program, *arguments):
        done = subprocess.run(as_owner([f"{BINARIES}/{program}", *arguments]), capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            raise DatabaseFailed(f"{program}: {done.stderr or done.stdout}")
        return done.stdout

    def command(self):
        return as_owner([f"{BINARIES}/postgres", "-D", self.data])

    def spawn(self):
        """Starts it without waiting until it takes connections."""
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd="/")

    def start(self):
        self.spawn()
        until(lambda: self.is_ready() or self.process.poll() is not None, "PostgreSQL takes connections")
        if self.process.poll() is not None:
            raise DatabaseFailed(f"PostgreSQL ended at its start ({self.process.returncode})\n{self.output()}")

    def is_ready(self):
        ask = [f"{BINARIES}/pg_isready", "-q", "-h", self.directory, "-p", str(self.port)]
        return subprocess.run(ask, cwd="/").returncode == 0

    def output(self):
        with open(self.log.name) as log:
            return log.read()

    def let_mailrail_in(self):
        """With what docs/deploy-postgres.md says, and not a privilege more."""
        quoted = PASSWORD.replace("'", "''")
        self.query(f"create role {ROLE} login password '{quoted}'", database="postgres")
        self.query(f"create database {DATABASE}", database="postgres")
        self.query(f"revoke all on database {DATABASE} from public; grant connect, create on database {DATABASE} to {ROLE}; "
                   "revoke all on schema public from public")

    def query(self, statement, database=DATABASE):
        """The rows, each a list of strings, of what a superuser asks."""
        text = self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-h", self.directory, "-p", str(self.port),
                        "-U", "postgres", "-d", database, "-c", statement)
        return [line.split("\t") for line in text.splitlines()]

    def value(self, statement, database=DATABASE):
        return self.query(statement, database)[0][0]

    def session(self, host=None, role="postgres"):
        """A psql that stays, for transactions that stay open; from where and as whom it says."""
        return Session(self, host or self.directory, role)

    def url(self, *others):
        """For mailrail, which finds among several the one that takes writes."""
        hosts = ",".join(f"{each.address}:{each.port}" for each in (self, *others))
        return f"postgres://{ROLE}@{hosts}/{DATABASE}" + ("?target_session_attrs=read-write" if others else "")

    def environment(self):
        return {"PGPASSFILE": self.pass_file}

    def processes(self):
        """The postmaster first, then those that it started."""
        postmaster = self.process.pid
        try:
            with open(f"/proc/{postmaster}/task/{postmaster}/children") as children:
                return [postmaster, *map(int, children.read().split())]
        except OSError:
            return [postmaster]

    def signal_all(self, how):
        for each in self.processes():
            try:
                os.kill(each, how)
            except ProcessLookupError:
                pass

    def stop(self, mode="fast"):
        self.process.send_signal(STOP[mode])
        self.process.wait(ENDED_WITHIN_S)

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def kill(self):
        """All its processes, as when the machine fails; returns when none is there any more."""
        killed = self.processes()
        self.pause()  # So that the postmaster starts no other meanwhile.
        killed = sorted({*killed, *self.processes()})
        for each in killed:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(ENDED_WITHIN_S)
        until(lambda: not any(is_running(each) for each in killed), "PostgreSQL's processes are gone")

    def pause(self):
        """Nothing is refused, and nothing answers."""
        self.process.send_signal(signal.SIGSTOP)
        until(lambda: state(self.process.pid) == "T", "the postmaster has stopped")
        self.signal_all(signal.SIGSTOP)

    def resume(self):
        self.signal_all(signal.SIGCONT)

    def promote(self):
        """Of a standby; whose primary must be gone, as somebody sees to everywhere."""
        if self.value("select pg_promote(true, 60)", database="postgres") != "t":
            raise DatabaseFailed("the standby was not promoted")

    def become_copy_of(self, source):
        """What it had is gone."""
        shutil.rmtree(self.data)
        self.copy_of = source
        self.make()
        self.start()

    def follow_synchronously(self, standby):
        """From when this returns, no commit is answered that the standby has not."""
        self.query(f"alter system set synchronous_standby_names = '{standby.slot()}'", database="postgres")
        self.query("select pg_reload_conf()", database="postgres")
        until(lambda: self.value("select count(*) from pg_stat_replication where sync_state = 'sync'", database="postgres") == "1",
              "the standby is synchronous")

    def wal_bytes(self):
        return int(self.value("select (pg_current_wal_lsn() - '0/0')::bigint", database="postgres"))


class Session:
    """One connection. `run` returns what the statement printed."""

    END = "-- answered --"

    def __init__(self, database, host, role):
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", f"{BINARIES}/psql", "-XAtq", "-h", host, "-p", str(database.port), "-U", role,
             "-d", DATABASE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, **database.environment()})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(ENDED_WITHIN_S)

    def begin(self, statement):
        """Does not wait for its end."""
        self.tell(f"{statement};\n")

    def tell(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def run(self, statement):
        # Nothing behind the mark, not even an empty statement: psql would wait for its answer.
        self.tell(f"{statement};\n\\echo {self.END}\n")
        lines = []
        for line in self.process.stdout:
            if line.strip() == self.END:
                return lines
            lines.append(line.rstrip("\n"))
        raise DatabaseFailed(f"the session ended: {lines}")


def state(process):
    """The letter that /proc has for what a process is doing; nothing if there is none."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def is_running(process):
    return state(process) not in ("", "Z", "X")
