"""The servers that mailrail is measured beside: each on a free port of 127.0.0.1, with its data on the disk of the build directory.

They come from Debian and npm, by `tools/setup bench`, and none runs as a service. Whoever can't run says why.
"""

import contextlib
import functools
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

from harness import SERVER_THREADS, free_port, metric
from processes import CannotRun, Process, cpu_seconds, cpu_seconds_by_thread, resident_bytes

ROOT = Path(__file__).resolve().parent.parent
TOOLS = (ROOT / ".tools" / "peers").resolve()
sys.path.append(str(ROOT / "tests" / "e2e" / "lib"))

from postgres import BINARIES, DATABASE, ROLE, DatabaseFailed, Postgres, owner

BODY_BYTES = 1024
INSTALL = "`tools/setup bench` installs it"


def present(path):
    if not Path(path).exists():
        raise CannotRun(f"there is no {Path(path).name}; {INSTALL}")
    return path


def printed(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout.strip()


def answers(port, request, expected):
    """Whether the server on that port says this to that."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            return connection.recv(4096).startswith(expected)
    except OSError:
        return False


def is_served(endpoint, path, certificate=None):
    trusted = ssl.create_default_context(cafile=certificate) if certificate else None
    try:
        with urllib.request.urlopen(f"{endpoint}{path}", timeout=5, context=trusted) as reply:
            return reply.status == 200
    except OSError:
        return False


def on(processor, command):
    """The command, there alone if there is one said."""
    return command if processor is None else ["taskset", "--cpu-list", str(processor), *command]


class Contender:
    """Use as a context. Its data is gone when it ends."""

    # For the document: what it is, how it is set up, and what can't be compared, in a sentence.
    key = name = settings = not_comparable = ""

    def __init__(self, setting):
        self.setting = setting

    def __enter__(self):
        self.data = Path(self.setting.data())
        self.processes = []
        self.sent = self.received = 0
        try:
            self.start()
        except BaseException as failure:
            self.__exit__()
            if isinstance(failure, (OSError, subprocess.SubprocessError, DatabaseFailed)):
                raise CannotRun(str(failure)) from failure
            raise
        return self

    def __exit__(self, *_):
        for each in self.processes:
            each.end()
        shutil.rmtree(self.data, ignore_errors=True)

    def version(self):
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def spawn(self, command, **options):
        self.processes.append(Process(command, self.data / "log", **options))
        return self.processes[-1]

    def pids(self):
        return [each.pid for each in self.processes]

    def cpu_seconds(self):
        return cpu_seconds(self.pids())

    def cpu_seconds_by_thread(self):
        """Of what has threads with names."""
        return {}

    def resident_bytes(self):
        return resident_bytes(self.pids())

    def waiting(self):
        return self.sent - self.received

    def run(self, work, connections, duration, count=0, processor=None, **options):
        """What the load generator says of it. An error is in there, and the first one in words."""
        command = self.command(work, connections, duration, count=count, **options)
        done = subprocess.run(on(processor, command), capture_output=True, text=True, env={**os.environ, **self.environment()})
        try:
            outcome = json.loads(done.stdout)
        except ValueError:
            raise CannotRun(f"its load generator failed: {done.stderr.strip() or done.returncode}") from None
        if outcome["errors"]:
            outcome["first_error"] = done.stderr.strip().removeprefix("First error: ")[:300]
        if work == "receive-delete":
            self.received += outcome["messages"]
        else:
            self.sent += outcome["messages"]
        return outcome

    def command(self, work, connections, duration, **options):
        command = [*self.load(work), "--connections", connections, "--duration", duration, "--size", BODY_BYTES]
        for name, value in options.items():
            command += [f"--{name}", value]
        return [str(part) for part in command]

    def environment(self):
        """Of the load generator."""
        return {}

    def load(self, work):
        return [self.setting.peer_load, self.key, work, "--port", self.port]


class OverHttp(Contender):
    """What speaks the API of SQS."""

    def load(self, work):
        return [self.setting.load, work, "--port", self.port, "--json", "--queue-url", self.queue_url]

    @functools.cached_property
    def queue_url(self):
        """Of the queue that load goes to, made when it is first asked for."""
        return self.create_queue("bench")

    def create_queue(self, name, **attributes):
        return self.call("CreateQueue", QueueName=name, Attributes={"VisibilityTimeout": "600", **attributes})["QueueUrl"]

    def call(self, action, **members):
        # As an SDK has it; whoever checks signatures is not measured here.
        signature = "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", data=json.dumps(members).encode(), headers={
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{action}", "Authorization": signature})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def waiting(self):
        attribute = "ApproximateNumberOfMessages"
        return int(self.call("GetQueueAttributes", QueueUrl=self.queue_url, AttributeNames=[attribute])["Attributes"][attribute])


class Mailrail(OverHttp):
    key, name = "mailrail", "mailrail"
    settings = "as it is without any; every answer after its `fdatasync`"
    not_comparable = "The measure of the others."
    scale = 1  # Of what waits in large counts.

    ADMINISTRATOR = {"ACCESS_KEY_ID": "AKIDBENCHMARK0000001", "SECRET_ACCESS_KEY": "a-secret-that-is-as-long-as-aws-has-them"}

    def __init__(self, setting, *arguments, signed=False, tls=False):
        """`signed`: a key is in force. What needs one, or TLS, is `mailrail bench`."""
        super().__init__(setting)
        self.arguments, self.signed, self.tls = arguments, signed, tls

    def version(self):
        return printed(self.setting.mailrail, "--version").removeprefix("mailrail ")

    def start(self):
        self.serve()

    def serve(self, *arguments, environment=None):
        self.port = free_port()
        command = [self.setting.mailrail, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.data / "data", *arguments,
                   *self.arguments]
        if self.tls:
            self.make_certificate()
            command += ["--tls-certificate", self.certificate, "--tls-key", self.data / "tls.key"]
        keys = {f"MAILRAIL_{name}": value for name, value in self.ADMINISTRATOR.items()} if self.signed else {}
        server = self.spawn(command, environment={**(environment or {}), **keys})
        server.await_ready(lambda: is_served(self.endpoint, "/readyz", self.certificate if self.tls else None))

    @property
    def endpoint(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def certificate(self):
        return self.data / "tls.crt"

    def make_certificate(self):
        printed("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.data / "tls.key", "-out", self.certificate)

    def client_environment(self):
        """Of `mailrail bench`: nothing of whoever runs this."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAILRAIL_"))}
        return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                **({f"AWS_{name}": value for name, value in self.ADMINISTRATOR.items()} if self.signed else {}),
                **({"AWS_CA_BUNDLE": str(self.certificate)} if self.tls else {})}

    def cpu_seconds_by_thread(self):
        return cpu_seconds_by_thread(self.processes[0].pid)

    def metric(self, name):
        return metric(self.endpoint, name)

    @contextlib.contextmanager
    def loading(self, work, connections, duration, **options):
        """Load that goes on beside what is done meanwhile."""
        loading = Process(self.command(work, connections, duration, **options), self.data / "loading-log")
        try:
            yield
        finally:
            loading.end()


class WithPostgres(Contender):
    """With a PostgreSQL of its own."""

    postgres_settings = {"max_connections": "100", "shared_buffers": "256MB", "max_wal_size": "2GB"}

    def start_postgres(self):
        present(f"{BINARIES}/postgres")
        self.data.chmod(0o755)
        self.database = Postgres(where=self.place(), **self.postgres_settings)
        self.database.__enter__()

    def place(self):
        """The data directory, or another one of the same disk, if whoever runs PostgreSQL may not go there."""
        reach = f"cd '{self.data}'"
        may = subprocess.run(["setpriv", "--reuid", str(owner().pw_uid), "--clear-groups", "sh", "-c", reach], capture_output=True) \
            if os.getuid() == 0 else subprocess.run(["sh", "-c", reach])
        if may.returncode == 0:
            self.data.chmod(0o777)
            return self.data
        if os.stat("/var/tmp").st_dev == os.stat(self.data).st_dev:
            return "/var/tmp"
        raise CannotRun(f"the user {owner().pw_name}, who runs PostgreSQL, may not go to {self.data}, and /var/tmp is another disk")

    def __exit__(self, *details):
        super().__exit__(*details)
        if database := getattr(self, "database", None):
            database.__exit__(*details)

    def pids(self):
        return [*super().pids(), self.database.process.pid]

    def version(self):
        return printed(f"{BINARIES}/postgres", "--version").removeprefix("postgres (PostgreSQL) ")


class MailrailOnPostgres(WithPostgres, Mailrail):
    key, name = "mailrail_postgres", "mailrail, log in PostgreSQL"
    settings = "one server, `--log`; PostgreSQL as below, on the same machine"
    not_comparable = (
        "The log is in a database that could be on another machine, and a standby could take over; CPU and memory are "
        "of both.")

    scale = 0.1  # A tenth of the rate takes as long.

    def version(self):
        return f"{Mailrail.version(self)}, PostgreSQL {WithPostgres.version(self)}"

    def start(self):
        self.start_postgres()
        self.serve("--log", self.database.url(), "--log-name", "bench", environment=self.database.environment())


class Redis(Contender):
    key, name = "redis", "redis Streams"
    settings = "`appendonly yes`, `appendfsync always`, no snapshots; `XADD`; `XREADGROUP COUNT 10`, then `XACK` and `XDEL` in one write"
    not_comparable = (
        "All messages stay in memory, tens are ten commands in one write, and a message in flight comes back only when "
        "a consumer asks with `XAUTOCLAIM`.")

    def version(self):
        return printed(present(TOOLS / "usr/bin/redis-server"), "--version").split("v=")[1].split()[0]

    def start(self):
        self.port = free_port()
        server = self.spawn([present(TOOLS / "usr/bin/redis-server"), "--port", self.port, "--bind", "127.0.0.1", "--dir", self.data,
                             "--appendonly", "yes", "--appendfsync", "always", "--save", ""])
        server.await_ready(lambda: answers(self.port, b"PING\r\n", b"+PONG"))
        if not answers(self.port, b"XGROUP CREATE bench bench 0 MKSTREAM\r\n", b"+OK"):
            raise CannotRun("it made no consumer group")


class PostgresRows(WithPostgres):
    key, name = "postgres", "PostgreSQL, `SKIP LOCKED`"
    settings = (
        "`fsync on`, `synchronous_commit on`, `shared_buffers 256MB`, `max_wal_size 2GB`; prepared statements; ten rows "
        "by one `insert`; received and ended by one `delete ... returning`")
    not_comparable = (
        "Taking a message ends it in the same transaction, so one whose consumer fails is lost unless that holds the "
        "transaction open meanwhile; there is no visibility timeout.")

    def start(self):
        self.start_postgres()
        self.database.query("create table queue (id bigserial primary key, body text not null)")
        self.database.query(f"grant select, insert, update, delete on queue to {ROLE}; grant usage on sequence queue_id_seq to {ROLE}; "
                            f"grant usage on schema public to {ROLE}")

    def environment(self):
        return self.database.environment()

    def load(self, work):
        where = f"host=127.0.0.1 port={self.database.port} user={ROLE} dbname={DATABASE}"
        return [self.setting.peer_load, "postgres", work, "--conninfo", where]


class Rabbitmq(Contender):
    key, name = "rabbitmq", "RabbitMQ quorum queue"
    settings = (
        "one node, `x-queue-type: quorum`, persistent messages, publisher confirms; consumers with a prefetch of 10, "
        "one acknowledgement for ten")
    not_comparable = (
        "A quorum of one node; consumers are sent to instead of asking; and an acknowledgement is not answered, so when "
        "a deletion is durable nobody is told.")

    home = TOOLS / "usr/lib/rabbitmq/lib"
    erlang = TOOLS / "usr/lib/erlang"

    def place(self):
        present(self.erlang / "bin" / "erl")
        found = sorted(self.home.glob("rabbitmq_server-*"))
        if not found:
            raise CannotRun(f"there is no RabbitMQ; {INSTALL}")
        return found[-1]

    def version(self):
        own = self.place().name.removeprefix("rabbitmq_server-")
        otp = next(self.erlang.glob("releases/*/OTP_VERSION")).read_text().strip()
        return f"{own}, Erlang/OTP {otp}"

    def start(self):
        place = self.place()
        self.port, distribution, names = free_port(), free_port(), free_port()
        to_loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
        environment = {
            "PATH": f"{self.erlang}/bin:{os.environ['PATH']}", "HOME": self.data, "ERL_EPMD_PORT": names, "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "bench@localhost", "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": self.port,
            "RABBITMQ_DIST_PORT": distribution, "RABBITMQ_MNESIA_BASE": self.data / "mnesia", "RABBITMQ_LOG_BASE": self.data / "logs",
            "RABBITMQ_CONFIG_FILE": self.data / "rabbitmq", "RABBITMQ_ENABLED_PLUGINS_FILE": self.data / "plugins",
            "RABBITMQ_CONF_ENV_FILE": self.data / "none", "RABBITMQ_PID_FILE": self.data / "pid", "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": to_loopback,
        }
        environment = {name: str(value) for name, value in environment.items()}
        # Erlang's nodes find each other by this one, which else would be started to stay.
        mapper = next(self.erlang.glob("erts-*/bin/epmd"))
        self.spawn([mapper, "-port", names, "-address", "127.0.0.1"], environment=environment)
        server = self.spawn([place / "sbin" / "rabbitmq-server"], environment=environment, directory=self.data)
        server.await_ready(lambda: answers(self.port, b"AMQP\0\0\x09\x01", b"\x01\0\0"))


class Beanstalkd(Contender):
    key, name = "beanstalkd", "beanstalkd"
    settings = "`-b DIRECTORY -f 0`; ten `put`, ten `reserve-with-timeout 0` or ten `delete` in one write"
    not_comparable = "All jobs stay in memory; each is synced by itself, as it has no batches; that a job is reserved is not durable."

    def version(self):
        return printed(present(TOOLS / "usr/bin/beanstalkd"), "-v").removeprefix("beanstalkd ")

    def start(self):
        self.port = free_port()
        binlog = self.data / "binlog"
        binlog.mkdir()
        server = self.spawn([present(TOOLS / "usr/bin/beanstalkd"), "-l", "127.0.0.1", "-p", self.port, "-b", binlog, "-f", "0"])
        server.await_ready(lambda: answers(self.port, b"list-tubes\r\n", b"OK"))


class FauxqsInMemory(OverHttp):
    key, name = "fauxqs_memory", "fauxqs, in memory"
    settings = "without its log of requests"
    not_comparable = "A test double: nothing is on a disk."

    package = TOOLS / "fauxqs" / "node_modules" / "fauxqs"
    node = (ROOT / ".tools" / "node" / "node").absolute()

    def version(self):
        package = json.loads(Path(present(self.package / "package.json")).read_text())
        return f"{package['version']}, Node {printed(present(self.node), '--version').removeprefix('v')}"

    def start(self):
        self.serve()

    def serve(self, *data):
        present(self.package / "package.json")
        self.port = free_port()
        script = ROOT / "bench" / "peers" / "fauxqs" / "serve.mjs"
        server = self.spawn([present(self.node), "--no-warnings", script, self.package, self.port, *data])
        server.await_ready(lambda: is_served(f"http://127.0.0.1:{self.port}", "/health"))


class FauxqsInSqlite(FauxqsInMemory):
    key, name = "fauxqs_sqlite", "fauxqs, in SQLite"
    settings = "SQLite with its write-ahead log, `synchronous` FULL as fauxqs leaves it; without its log of requests"
    not_comparable = "A test double with one thread; each message is a transaction."

    def start(self):
        self.serve(self.data / "sqlite")


class Bare(Contender):
    """A server that answers a constant: what HTTP alone costs."""

    settings = f"{SERVER_THREADS} threads, the same requests; each is answered with the same 200 bytes"
    not_comparable = "Nothing is stored, and nothing is read but HTTP: it is a ceiling."

    def version(self):
        return "of this repository"

    def start(self):
        binary = self.setting.build / "bench" / self.key
        if not binary.exists():
            raise CannotRun(f"the build has no bench/{self.key}")
        self.port = free_port()
        self.spawn([binary, self.port, SERVER_THREADS]).await_ready(lambda: is_served(f"http://127.0.0.1:{self.port}", "/"))

    def load(self, work):
        return [self.setting.load, "get", "--port", self.port, "--json", "--queue-url", f"http://127.0.0.1:{self.port}/000000000000/bench"]


class Epoll(Bare):
    key, name = "epoll_constant", "bare HTTP server, raw epoll"


class Beast(Bare):
    key, name = "beast_constant", "bare HTTP server, Boost.Beast"


class Syncs(Contender):
    """No server: how often a second one thread has 1 KiB on the disk."""

    settings = "one thread, `pwrite` of 1 KiB and `fdatasync`"

    def version(self):
        return "of this repository"

    def start(self):
        self.binary = self.setting.build / "bench" / "peers" / "sync_ceiling"
        if not self.binary.exists():
            raise CannotRun("the build has no bench/peers/sync_ceiling")

    def measure(self, duration, processor):
        return json.loads(printed(*on(processor, [self.binary, self.key.removeprefix("fdatasync_"), self.data / "file", duration])))


class Appends(Syncs):
    key, name = "fdatasync_append", "`fdatasync`, appending"
    not_comparable = "A disk that is asked for one sync at a time; several connections share one."


class Overwrites(Syncs):
    key, name = "fdatasync_overwrite", "`fdatasync`, overwriting"
    not_comparable = "As above, and the file doesn't grow, as a log's doesn't that uses its files again."


CONTENDERS = (Epoll, Beast, Appends, Overwrites, Mailrail, MailrailOnPostgres, Redis, PostgresRows, Rabbitmq, Beanstalkd,
              FauxqsInMemory, FauxqsInSqlite)
