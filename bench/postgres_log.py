"""The figures of a log in PostgreSQL: beside the log in files, and beside a queue of rows in the same database, in one run."""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import ROUNDS, load, mailrail

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "e2e" / "lib"))

from calls import Connection
from nodes import Nodes
from postgres import BINARIES, DATABASE, Postgres, as_owner

FAIL_OVERS, SWITCH_OVERS = 50, 10
IDLE_S = 60
BACKLOG = 200_000
BODY = "x" * 1024

# Name, connections, how the load generator and the queue of rows send.
SENDS = (("one_connection", 1, "send"), ("64_connections", 64, "send"), ("batches_of_10", 16, "send-batch"))

# As it is in every text book: a row a message, taken by who locks it first. There is no order per conversation in it.
ROWS_TABLE = """
create table queue (
  id bigserial primary key, body text not null, visible_at timestamptz not null default now(), receive_count int not null default 0);
create index on queue (visible_at, id);
"""
ROWS_SCRIPTS = {
    "send": "insert into queue (body) values (:body);\n",
    "send-batch": f"insert into queue (body) values {', '.join(['(:body)'] * 10)};\n",
    "cycle": """insert into queue (body) values (:body);
update queue set visible_at = now() + interval '30 seconds', receive_count = receive_count + 1 where id = (
  select id from queue where visible_at <= now() order by visible_at, id limit 1 for update skip locked) returning id as taken \\gset
delete from queue where id = :taken;
""",
}
MESSAGES = {"send": 1, "send-batch": 10, "cycle": 1}


class FileLog:
    def __init__(self, setting, stack):
        self.setting = setting
        self.server = stack.enter_context(mailrail(setting, setting.data()))
        self.server.wait_until_ready()
        self.queue_url = self.server.create_queue("q")

    def run(self, mode, connections):
        # Without a warm-up, whose messages would be in the database and not in the count.
        outcome = load(self.setting, self.server, mode, self.queue_url, connections=connections, size=len(BODY),
                       duration=self.setting.seconds)
        figures = {key: outcome[key] for key in ("messages", "messages_per_second", "p50_us", "p99_us")}
        return without_latencies(figures) if mode == "cycle" else figures


class PostgresLog(FileLog):
    def __init__(self, setting, stack, database):
        self.setting, self.database = setting, database
        self.nodes = stack.enter_context(Nodes(database))
        self.queue_url = create_queue(self.nodes.owner(), "q")

    def run(self, mode, connections):
        self.server = self.nodes.owner()
        return with_growth(self.database, lambda: super(PostgresLog, self).run(mode, connections))


class Rows:
    """What pgbench sends by itself: C on both sides, statements prepared, bodies as parameters."""

    def __init__(self, setting, database):
        self.setting, self.database = setting, database
        database.query(ROWS_TABLE)
        self.directory = tempfile.mkdtemp(dir=database.directory)
        os.chmod(self.directory, 0o777)

    def run(self, mode, connections):
        script = Path(self.directory, f"{mode}.sql")
        script.write_text(ROWS_SCRIPTS[mode])
        return with_growth(self.database, lambda: self.pgbench(mode, connections, script))

    def pgbench(self, mode, connections, script):
        log = f"{self.directory}/log-{time.monotonic_ns()}"
        command = [f"{BINARIES}/pgbench", "--no-vacuum", "--protocol=prepared", f"--file={script}", f"--define=body={BODY}",
                   f"--client={connections}", f"--jobs={min(connections, 2)}", f"--time={int(self.setting.seconds)}", "--log",
                   f"--log-prefix={log}", "--host", self.database.directory, "--port", str(self.database.port), "--username",
                   "postgres", DATABASE]
        done = subprocess.run(as_owner(command), capture_output=True, text=True, cwd=self.directory)
        if done.returncode != 0:
            sys.exit(f"pgbench failed: {done.stderr}")
        latencies = sorted(
            int(line.split()[2]) for each in Path(self.directory).glob(f"{Path(log).name}*") for line in each.read_text().splitlines())
        messages = len(latencies) * MESSAGES[mode]
        figures = {"messages": messages, "messages_per_second": round(messages / int(self.setting.seconds)),
                   "p50_us": latencies[len(latencies) // 2], "p99_us": latencies[int(len(latencies) * 0.99)]}
        return without_latencies(figures) if mode == "cycle" else figures


def without_latencies(figures):
    """Of three calls each side measures something else."""
    return {key: value for key, value in figures.items() if not key.endswith("_us")}


def with_growth(database, run):
    """What a run writes to the WAL, and by what the database is larger, for each message."""
    wal, size = database.wal_bytes(), database_bytes(database)
    figures = run()
    messages = max(1, figures["messages"])
    figures["wal_bytes_per_message"] = round((database.wal_bytes() - wal) / messages)
    figures["database_bytes_per_message"] = round((database_bytes(database) - size) / messages)
    return figures


def database_bytes(database):
    return int(database.value(f"select pg_database_size('{DATABASE}')", database="postgres"))


def create_queue(node, name, **attributes):
    connection = Connection(node.port)
    url = connection.call("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]
    connection.close()
    return url


def rates(setting, database):
    """Interleaved rounds, and the median of each figure."""
    with contextlib.ExitStack() as stack:
        kinds = {"log_in_postgres": PostgresLog(setting, stack, database), "log_in_files": FileLog(setting, stack),
                 "rows": Rows(setting, database)}
        cases = (*SENDS, ("cycles_on_16_connections", 16, "cycle"))
        runs = {(kind, case): [] for case in cases for kind in kinds}
        for _ in range(ROUNDS):
            for (kind, (_, connections, mode)), of_case in runs.items():
                of_case.append(kinds[kind].run(mode, connections))
    return {
        f"{name}_{kind}_{key}": statistics.median(run[key] for run in of_case)
        for (kind, (name, _, _)), of_case in runs.items() for key in of_case[0] if key != "messages"}


def transactions(database):
    counted = f"select xact_commit + xact_rollback from pg_stat_database where datname = '{DATABASE}'"
    return int(database.value(counted, database="postgres"))


def idle(setting, database):
    """Transactions a second of an owner and a standby that have nothing to do, each one statement."""
    with Nodes(database) as nodes:
        time.sleep(5)  # What a start asks is not what idling asks; PostgreSQL counts a second late.
        before, began = transactions(database), time.monotonic()
        time.sleep(IDLE_S)
        both = (transactions(database) - before) / (time.monotonic() - began)
        nodes.standby().end(signal.SIGTERM)
        time.sleep(5)
        before, began = transactions(database), time.monotonic()
        time.sleep(IDLE_S)
        alone = (transactions(database) - before) / (time.monotonic() - began)
        return {"idle_transactions_per_second_of_both": round(both, 2), "idle_transactions_per_second_of_the_owner": round(alone, 2)}


def memory(setting, database):
    """Of both, with nothing and with messages that wait."""
    with Nodes(database) as nodes:
        owner, standby = nodes.owner(), nodes.standby()
        figures = {"owner_resident_mib": mib(owner), "standby_resident_mib": mib(standby)}
        count = setting.scaled(BACKLOG)
        load(setting, owner, "send-batch", create_queue(owner, "backlog"), connections=16, count=count, size=len(BODY))
        nodes.await_whole()
        while standby.bytes_behind():
            time.sleep(0.05)
        figures[f"owner_resident_mib_with_{count}_messages"] = mib(owner)
        figures[f"standby_resident_mib_with_{count}_messages"] = mib(standby)
        return figures


def mib(node):
    return round(node.resident_bytes() / 2**20, 1)


def fail_overs(setting, database):
    """From the end of the owner, or from the command, until a send is answered by the other one. Each asks again every 20 ms."""
    killed, switched = [], []
    with Nodes(database) as nodes:
        for number in range(setting.scaled(FAIL_OVERS)):
            owner, standby = nodes.owner(), nodes.standby()
            began = time.monotonic()
            owner.end(signal.SIGKILL)
            nodes.await_service([standby])
            killed.append(time.monotonic() - began)
            owner.spawn()
            nodes.await_whole()
            if number % (FAIL_OVERS // SWITCH_OVERS) == 0:
                standby = nodes.standby()
                began = time.monotonic()
                nodes.promote(standby)
                nodes.await_service([standby])
                switched.append(time.monotonic() - began)
                nodes.await_whole()
    return {
        "fail_overs": len(killed),
        "fail_over_median_s": round(statistics.median(killed), 2),
        "fail_over_worst_s": round(max(killed), 2),
        "switch_overs": len(switched),
        "switch_over_median_s": round(statistics.median(switched), 3),
        "switch_over_worst_s": round(max(switched), 3),
    }


def postgres(setting):
    """A log in PostgreSQL 15 on this machine: sends of 1 KiB beside the log in files and beside a table with a row a message, in
    interleaved rounds; idle load (promised: 2 queries a second), memory, and the times of 50 fail-overs (promised: errors for 10 s)"""
    os.environ["TESTED_MAILRAIL"] = str(setting.mailrail)
    figures = {}
    for part in (rates, idle, memory, fail_overs):
        # Not where bodies of a test may be in memory: a sync has to be one.
        with Postgres(where="/var/tmp", max_connections="100", shared_buffers="256MB", max_wal_size="2GB") as database:
            figures |= part(setting, database)
    return figures
