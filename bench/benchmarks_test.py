#!/usr/bin/env python3
"""The document and the plots of a run, from figures that are made up; and what a process is said to use, from one that does."""

import collections
import contextlib
import copy
import io
import itertools
import json
import subprocess
import sys
import tempfile
import types
import unittest
import unittest.mock
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import benchmarks
import benchmarks_document
import flat
import mailrail_bench
from benchmarks_targets import TARGETS, Figures
from measuring import in_turn
from plot import Series, line_chart, linear_ticks, log_ticks
from peers import Mailrail, Overwrites
from processes import CannotRun, Process, cpu_seconds, cpu_seconds_by_thread, is_running, resident_bytes, tree_of
from secured import secured

SVG = "{http://www.w3.org/2000/svg}"


def about(name):
    return {"name": name, "version": f"version of {name}", "settings": f"settings of {name}",
            "not_comparable": f"{name} differs."}


def workload(rate, **others):
    return {"messages": rate, "messages_per_second": rate, "p50_us": 500, "p99_us": 2000, "errors": 0, "cpu_us": 8.5,
            "cpu_us_by_thread": {"engine": 0.9, "http": 7}, **others}


def queue(rate):
    return {"idle_bytes": 10 * 2**20, "waiting": 100_000, "waiting_bytes": 30 * 2**20, "send_1": workload(rate // 10),
            "send_64": workload(rate), "batch_16": workload(rate * 4), "receive_16": workload(rate * 2)}


def a_round(mailrail, redis, ceiling):
    return {"mailrail": queue(mailrail), "redis": queue(redis), "epoll_constant": {"send_64": workload(ceiling)},
            "fdatasync_overwrite": {"send_1": {"messages_per_second": mailrail // 5, "errors": 0}},
            "mailrail_postgres": queue(mailrail // 5), "rabbitmq": {"cannot_run": "there is no RabbitMQ"}}


RESULTS = {
    "date": "2026-01-02", "commit": "abc1234", "build": "release", "command": "make bench", "rounds_count": 3, "seconds": 3, "minutes": 12.3,
    "machine": {"processor": "A processor", "processors": 2, "memory_bytes": 8 * 2**30, "system": "Debian", "file_system": "ext4"},
    "contenders": {"epoll_constant": about("raw epoll"), "fdatasync_overwrite": about("overwriting"),
                   "mailrail": about("mailrail"), "mailrail_postgres": about("log in PostgreSQL"), "redis": about("redis"), "rabbitmq": about("RabbitMQ")},
    "rounds": [a_round(60_000, 30_000, 100_000), a_round(10_000, 9_000, 50_000), a_round(50_000, 20_000, 100_000)],
    "latency_over_load": {
        "mailrail": {"points": [{"offered_per_second": rate, "messages_per_second": rate, "p50_us": 300 + rate // 100, "p99_us": 900 + rate // 20}
                                for rate in (1000, 10_000, 40_000)]},
        "mailrail_postgres": {"cannot_run": "no PostgreSQL"}},
    "cost_over_backlog": {
        "mailrail": {"points": [{"waiting": 10**power, "resident_bytes": power * 2**20, "cpu_ratio": 1 + power / 20, "p50_ratio": 1, **workload(20_000, cpu_us=20 + power)}
                                for power in range(2, 7)]},
        "mailrail_postgres": {"cannot_run": "no PostgreSQL"}},
    "end_to_end": {"woken": {"mailrail": {"messages_per_second": 200, "p50_us": 700, "p99_us": 5000}},
                   "fifo": {"mailrail": {"cannot_run": "no such command"}}},
    "secured": {"mailrail": {**{way: workload(40_000, cpu_us=13 + extra) for way, extra in (("plain", 0), ("signed", 2.5), ("tls", 6), ("both", 8))},
                             "signature_us": 2.5, "tls_us": 6.5}},
    "flat": {"mailrail": {key: {"engine_us": 3 * ratio, "empty_engine_us": 3, "engine_ratio": ratio, "count": count, "resident_bytes": 2**26, **workload(20_000)}
                          for key, ratio, count in (("polls", 1.1, 10_000), ("queues", 1, 10_000), ("conversations", 1.1, 1_000_000),
                                                    ("messages", 1.4, 10_000_000))}},
}


def changed(change):
    results = copy.deepcopy(RESULTS)
    change(results)
    return results


class Document(unittest.TestCase):
    def row(self, results, section, name):
        """The first row of that name behind the first heading that begins so."""
        text = benchmarks_document.document(results)
        behind = text[text.index(f"\n## {section}"):]
        return next(line for line in behind.splitlines() if line.startswith(f"| {name} |"))

    def test_shows_medians_with_the_least_and_the_most(self):
        self.assertIn("50,000 (10,000–60,000)", self.row(RESULTS, "Messages a second", "**mailrail**"))

    def test_a_ratio_is_the_median_of_the_ratios_of_each_round(self):
        self.assertAlmostEqual(0.5, Figures(RESULTS).ratio("redis", "mailrail", "send_64"))
        text = benchmarks_document.document(RESULTS)
        self.assertIn("| redis | 0.50 | 0.50 | 0.50 | 0.50 |", text[text.index("In times of mailrail's"):])

    def test_who_cannot_run_is_named_with_the_reason(self):
        text = benchmarks_document.document(RESULTS)
        self.assertIn("RabbitMQ is not in these tables: there is no RabbitMQ.", text)
        self.assertIn("log in PostgreSQL is not in here: no PostgreSQL.", text)

    def test_what_went_wrong_is_told(self):
        self.assertIn("Nothing: no answer was an error", benchmarks_document.document(RESULTS))

        def fail(results):
            results["rounds"][1]["redis"]["send_64"] |= {"errors": 3, "first_error": "redis answered -OOM"}
            results["rounds"][2]["redis"] = {"cannot_run": "it ended at its start"}

        text = benchmarks_document.document(changed(fail))
        self.assertIn("- redis, round 2, send_64: 3 errors, the first: redis answered -OOM", text)
        self.assertIn("- redis, round 3: it ended at its start", text)

    def test_every_contender_has_its_version_its_settings_and_what_is_not_comparable(self):
        text = benchmarks_document.document(RESULTS)
        for each in RESULTS["contenders"].values():
            self.assertIn(f"| {each['name']} | {each['version']} | {each['settings']} | {each['not_comparable']} |", text)

    def test_tells_machine_date_commit_and_command(self):
        text = benchmarks_document.document(RESULTS)
        for each in ("A processor, 2 processors, 8 GiB", "Debian; data on ext4", "commit abc1234", "2026-01-02, in 12.3 minutes, by `make bench`"):
            self.assertIn(each, text)

    def test_tells_what_was_built(self):
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / "CMakeCache.txt").write_text("CMAKE_BUILD_TOOL:FILEPATH=/x\nCMAKE_BUILD_TYPE:STRING=Asan\n")
            build = benchmarks.build_type(Path(directory))
        self.assertIn("commit abc1234, asan build |", benchmarks_document.document({**RESULTS, "build": build}))

    def test_tells_how_fast_the_machine_is_beside_that_of_the_targets(self):
        self.assertIn("| 102,000 requests/s | 100,000 requests/s | 0.98 |", self.row(RESULTS, "Targets", "bare HTTP server, raw epoll, 64 connections"))
        self.assertNotIn("| `fdatasync`, appending | 4,700", benchmarks_document.document(RESULTS))  # It was left out of this run.

    def test_a_run_of_some_has_no_holes(self):
        def leave_out(results):
            for part in ("latency_over_load", "cost_over_backlog", "end_to_end", "secured", "flat"):
                del results[part]
            results["contenders"] = {"redis": about("redis")}
            results["rounds"] = [{"redis": queue(1000)}]

        text = benchmarks_document.document(changed(leave_out))
        self.assertIn("| redis | 100 | 1,000 |", text)
        for absent in ("## Targets", "## Latency over offered load", "## Cost over backlog", "## From end to end", "## Signatures and TLS",
                       "## Beside much else", "In times of mailrail's", "None", "nan"):
            self.assertNotIn(absent, text)

    def test_every_table_has_rows_of_one_length(self):
        columns = None
        for line in benchmarks_document.document(RESULTS).splitlines():
            if not line.startswith("|"):
                columns = None
                continue
            columns = columns or line.count("|")
            self.assertEqual(columns, line.count("|"), line)

    def test_is_written_the_same_from_its_own_figures(self):
        with tempfile.TemporaryDirectory() as docs:
            benchmarks_document.write(RESULTS, docs)
            before = {path: path.read_text() for path in Path(docs).rglob("*") if path.is_file()}
            command = [sys.executable, Path(__file__).parent / "benchmarks.py", "--from", f"{docs}/benchmarks.json", "--docs", docs]
            subprocess.run(command, check=True, capture_output=True)
            self.assertEqual(before, {path: path.read_text() for path in Path(docs).rglob("*") if path.is_file()})
            self.assertEqual(4, len(before))

    def test_a_plot_of_another_run_does_not_stay(self):
        with tempfile.TemporaryDirectory() as docs:
            benchmarks_document.write(RESULTS, docs)
            benchmarks_document.write(changed(lambda results: results.pop("cost_over_backlog")), docs)
            self.assertEqual(["latency-over-load.svg"], [path.name for path in Path(docs, "images").iterdir()])


class Judgement(unittest.TestCase):
    def verdicts(self, results):
        return {(each.workload, each.what): each.judged(Figures(results))[1] for each in TARGETS}

    def test_says_how_far_a_ratio_reaches(self):
        ceiling = ("send, 64 connections", "of the raw-epoll ceiling")
        self.assertEqual("met", self.verdicts(RESULTS)[ceiling])

        def slow(results):
            for each in results["rounds"]:
                each["mailrail"]["send_64"]["messages_per_second"] = 10

        def fast(results):
            for each in results["rounds"]:
                each["mailrail"]["send_64"]["messages_per_second"] = 99_000

        self.assertEqual("**not met**", self.verdicts(changed(slow))[ceiling])
        self.assertEqual("met, and the aim", self.verdicts(changed(fast))[ceiling])

    def test_asks_of_what_should_be_little_that_it_is_no_more(self):
        verdicts = self.verdicts(RESULTS)
        self.assertEqual("met", verdicts["end to end at 200 messages/s", "p50"])
        self.assertEqual("**not met**", verdicts["end to end at 200 messages/s", "p99"])
        self.assertEqual("met, and the aim", verdicts["engine thread, send in tens", "CPU of a message"])

    def test_is_of_memory_only_where_as_many_wait_as_it_says(self):
        memory = ("100,000 waiting", "resident memory")
        self.assertEqual("met", self.verdicts(RESULTS)[memory])

        def few(results):
            for each in results["rounds"]:
                each["mailrail"]["waiting"] = 99_000

        self.assertEqual("not measured", self.verdicts(changed(few))[memory])

    def test_compares_the_dearest_backlog_with_the_empty_server(self):
        flat = ("the dearest backlog of up to 1,000,000", "CPU of a message, of that on the empty server")
        self.assertEqual("met", self.verdicts(RESULTS)[flat])
        dear = changed(lambda results: results["cost_over_backlog"]["mailrail"]["points"][1].update(cpu_ratio=1.31))
        self.assertEqual("**not met**", self.verdicts(dear)[flat])
        small = changed(lambda results: results["cost_over_backlog"]["mailrail"]["points"].pop())
        self.assertEqual("not measured", self.verdicts(small)[flat])

    def test_says_what_was_not_measured_and_why(self):
        self.assertEqual("not measured", self.verdicts(RESULTS)["FIFO end to end, as above", "p99"])
        self.assertIn('mailrail is not in "FIFO end to end, 1,000 conversations": no such command.', benchmarks_document.document(RESULTS))

    def test_compares_each_with_the_empty_server_in_a_queue_of_its_kind(self):
        what = "engine's time for a message, of that on the empty server"
        verdicts = self.verdicts(RESULTS)
        self.assertEqual("met, and the aim", verdicts["beside 1,000,000 conversations", what])
        self.assertEqual("met, and the aim", verdicts["beside 10,000 more queues", what])
        self.assertEqual("**not met**", verdicts["beside 10,000,000 waiting messages", what])

    def test_is_of_no_fewer_than_it_says(self):
        what = "engine's time for a message, of that on the empty server"
        fewer = changed(lambda results: results["flat"]["mailrail"]["messages"].update(count=100_000))
        self.assertEqual("not measured", self.verdicts(fewer)["beside 10,000,000 waiting messages", what])

    def test_a_signature_may_cost_so_much(self):
        key = ("send, 15,000 messages/s", "server CPU for a signature")
        self.assertEqual("met, and the aim", self.verdicts(RESULTS)[key])
        dear = changed(lambda results: results["secured"]["mailrail"].update(signature_us=3.1))
        self.assertEqual("**not met**", self.verdicts(dear)[key])


class Kind:
    key = name = "one"


class Turns(unittest.TestCase):
    def taken(self, rounds):
        measured = iter(rounds)
        with contextlib.redirect_stderr(io.StringIO()):
            return in_turn("it", [Kind], len(rounds), lambda kind: next(measured))["one"]

    def test_give_the_median_of_each_figure(self):
        rounds = [{"rate": rate, "points": [{"p50": p50}]} for rate, p50 in ((1, 30), (9, 10), (5, 20))]
        self.assertEqual({"rate": 5, "points": [{"p50": 20}]}, self.taken(rounds))

    def test_hide_no_round_that_failed(self):
        self.assertEqual({"cannot_run": "it ended"}, self.taken([{"rate": 1}, {"cannot_run": "it ended"}, {"rate": 2}]))


class Plot(unittest.TestCase):
    def chart(self, **options):
        series = [Series("one <&>", [(100, 2), (1000, 3), (1_000_000, 40)]), Series("two", [(100, 20), (1_000_000, 90)], True, 1)]
        return ElementTree.fromstring(line_chart("A title & more", "messages waiting", "latency, ms", series, **options))

    def texts(self, chart):
        return [each.text for each in chart.iter(f"{SVG}text")]

    def test_has_title_labels_and_a_legend(self):
        texts = self.texts(self.chart(x_is_log=True))
        for each in ("A title & more", "messages waiting", "latency, ms", "one <&>", "two"):
            self.assertIn(each, texts)

    def test_draws_every_point_within_its_frame(self):
        for options in ({}, {"x_is_log": True}, {"y_is_log": True}, {"x_is_log": True, "y_is_log": True}):
            chart = self.chart(**options)
            circles = [each for each in chart.iter(f"{SVG}circle")]
            self.assertEqual(3 + 1, len(circles))  # And that of the legend.
            for each in circles:
                self.assertTrue(0 < float(each.get("cx")) < 760 and 0 < float(each.get("cy")) < 420)

    def test_ticks_hold_the_values(self):
        for high in (0.03, 1, 7, 99, 101, 123_456):
            ticks = linear_ticks(high)
            self.assertTrue(ticks[0] == 0 and ticks[-1] >= high * 0.999 and 3 <= len(ticks) <= 8, (high, ticks))
        for low, high in ((1, 1), (0.2, 0.9), (3, 40), (100, 1_000_000), (0.05, 700)):
            ticks = log_ticks(low, high)
            self.assertTrue(ticks[0] <= low * 1.001 and ticks[-1] >= high * 0.999 and 2 <= len(ticks) <= 12, (low, high, ticks))


class Commanded(unittest.TestCase):
    """`mailrail bench`, played by a script that notes how it is called."""

    PART = {"MessagesPerSecond": 199.6, "LatencyMicroseconds": {"P50": 400, "P99": 900}}

    def server(self):
        server = Mailrail(None, signed=True)
        server.port = 4566
        return server

    def asked(self, measure, outcome, status=0, said=""):
        with tempfile.TemporaryDirectory() as place:
            script = Path(place, "mailrail")
            script.write_text(f"#!/bin/sh\necho \"$@\" > {place}/called\ncat {place}/outcome\necho '{said}' >&2\nexit {status}\n")
            script.chmod(0o755)
            Path(place, "outcome").write_text(outcome if isinstance(outcome, str) else json.dumps(outcome))
            found = measure(types.SimpleNamespace(mailrail=script), self.server())
            return found, Path(place, "called").read_text()

    def test_sends_at_the_rate_that_is_asked_for(self):
        server, used = self.server(), iter((10, 10.5))
        server.cpu_seconds = lambda: next(used)
        found, called = self.asked(lambda setting, _: mailrail_bench.sends_at(setting, server, 199.7, 1.5),
                                   {"Send": self.PART, "Errors": 0, "Acknowledged": 50_000})
        self.assertEqual({"offered_per_second": 200, "messages_per_second": 200, "p50_us": 400, "p99_us": 900, "cpu_us": 10}, found)
        for each in ("bench send ", "--endpoint-url http://127.0.0.1:4566 ", "--rate 200/s", "--duration 1500ms", "--producers 64"):
            self.assertIn(each, called)

    def test_measures_from_end_to_end(self):
        found, called = self.asked(lambda setting, server: mailrail_bench.woken_at(setting, server, 200, 1), {"EndToEnd": self.PART})
        self.assertEqual(400, found["p50_us"])
        self.assertIn("bench wake-up ", called)
        found, called = self.asked(lambda setting, server: mailrail_bench.fifo_end_to_end(setting, server, 1), {"EndToEnd": self.PART})
        self.assertEqual(900, found["p99_us"])
        self.assertIn("bench fifo ", called)
        for measure, workload in ((mailrail_bench.standard_end_to_end, "standard"), (mailrail_bench.fan_out_end_to_end, "fan-out")):
            found, called = self.asked(lambda setting, server: measure(setting, server, 1), {"EndToEnd": self.PART})
            self.assertEqual(200, found["messages_per_second"])
            self.assertIn(f"bench {workload} ", called)

    def test_replays_conversations_where_the_file_is(self):
        measure = lambda setting, server: mailrail_bench.replay_end_to_end(setting, server, 1)
        with tempfile.TemporaryDirectory() as place:
            file = Path(place, "conversations.jsonl")
            with unittest.mock.patch.object(mailrail_bench, "CORPUS", file):
                with self.assertRaisesRegex(CannotRun, "no file conversations.jsonl"):
                    self.asked(measure, {"EndToEnd": self.PART})
                file.touch()
                found, called = self.asked(measure, {"EndToEnd": self.PART})
        self.assertEqual(900, found["p99_us"])
        self.assertIn(f"bench replay {file} ", called)

    def test_tells_what_a_send_takes_of_processors(self):
        server, used = self.server(), iter((10, 10.5))
        server.cpu_seconds = lambda: next(used)
        found, _ = self.asked(lambda setting, _: mailrail_bench.sends(setting, server, 1), {"Send": self.PART, "Acknowledged": 50_000})
        self.assertEqual({"messages_per_second": 200, "p50_us": 400, "p99_us": 900, "cpu_us": 10}, found)

    def test_takes_the_cost_of_a_signature_from_runs_of_one_rate(self):
        flat_out, paced = {"plain": 18, "signed": 28, "tls": 26, "both": 38}, {"plain": 20, "signed": 23, "tls": 25, "both": 30}
        way_of = lambda contender: {(): "plain", ("signed",): "signed", ("tls",): "tls", ("signed", "tls"): "both"}[contender]
        kind = lambda _, **options: contextlib.nullcontext(tuple(options))
        paced_runs = itertools.count()

        def sends_at(_, contender, rate, __):
            slow_minute = 10 * (next(paced_runs) // len(paced) // 2)  # Of the machine: it hits all ways alike.
            return {"cpu_us": paced[way_of(contender)] + slow_minute}

        with unittest.mock.patch.multiple(mailrail_bench, sends=lambda _, contender, __: {"cpu_us": flat_out[way_of(contender)]},
                                          sends_at=sends_at):
            found = secured(types.SimpleNamespace(seconds=1), kind)
        self.assertEqual((3, 5, {"cpu_us": 28}), (found["signature_us"], found["tls_us"], found["signed"]))

    def test_measures_the_disk_from_where_a_server_of_one_connection_is(self):
        called = []
        said = lambda *command: called.append(command) or '{"syncs_per_second": 7000}'
        disk = Overwrites(None)
        disk.binary, disk.data = "sync_ceiling", Path("/data")
        with unittest.mock.patch("os.sched_getaffinity", return_value={2, 5}), unittest.mock.patch("peers.printed", said):
            found = benchmarks.round_of(disk, 3)
        self.assertEqual(7000, found["send_1"]["messages_per_second"])
        self.assertEqual(("taskset", "--cpu-list", "2", "sync_ceiling"), called[0][:4])

    def test_compares_with_an_empty_server_in_turn(self):
        asked = []
        paces = (1, 2, 5, 9)  # Of the machine, in each turn of both servers.
        crowded_engine, crowded_cpu = (11, 12, 13, 20), (33, 33, 33, 36)

        def cost(_, server, queue, groups):
            turn = len(asked) // 2
            asked.append(server)
            pace = paces[turn]
            engine, cpu = (crowded_engine[turn], crowded_cpu[turn]) if server == "crowded" else (10, 30)
            return {"engine_us": engine * pace, "cpu_us": cpu * pace, "p50_us": 500 * pace, "queue": len(queue), "groups": groups or 0}

        with unittest.mock.patch.object(flat, "cost", cost):
            found = flat.compared(None, ("crowded", "empty"), ("a queue", "another one"), groups=(1_000_000, None))
        self.assertEqual({"engine_us": 44.5, "empty_engine_us": 35, "engine_ratio": 1.25, "cpu_us": 115.5, "cpu_ratio": 1.1,
                          "p50_us": 1750, "p50_ratio": 1, "queue": 7, "groups": 1_000_000}, found)
        self.assertEqual(["crowded", "empty", "empty", "crowded"], asked[:4])

    def test_fills_one_server_and_compares_it_with_the_other(self):
        servers, waiting, compared = [], collections.Counter(), []

        @contextlib.contextmanager
        def kind(_):
            name = f"server {len(servers)}"
            servers.append(name)
            yield types.SimpleNamespace(queue_url=f"queue of {name}", waiting=lambda: waiting[name], name=name)

        kind.scale = 1

        def fill(server, queue, count):
            self.assertEqual(server.queue_url, queue)
            waiting[server.name] += count

        def compare(_, both, queues):
            self.assertEqual([each.queue_url for each in both], list(queues))
            compared.append([each.waiting() for each in both])
            return {"cpu_ratio": 1}

        with unittest.mock.patch.multiple(benchmarks, fill=fill, compared=compare):
            found = benchmarks.points_over_backlog(None, kind, 10_000)
        self.assertEqual([[0, 0], [100, 0], [1_000, 0], [10_000, 0]], compared)
        self.assertEqual([100, 1_000, 10_000], [each["waiting"] for each in found["points"]])

    def test_has_the_key_of_the_server_and_nothing_of_whoever_runs_it(self):
        with unittest.mock.patch.dict("os.environ", AWS_PROFILE="mine", MAILRAIL_ENDPOINT_URL="http://elsewhere"):
            environment = self.server().client_environment()
        self.assertEqual(Mailrail.ADMINISTRATOR["ACCESS_KEY_ID"], environment["AWS_ACCESS_KEY_ID"])
        self.assertFalse({"AWS_PROFILE", "MAILRAIL_ENDPOINT_URL"} & set(environment))

    def test_has_no_figures_of_a_run_that_failed(self):
        measure = lambda setting, server: mailrail_bench.fifo_end_to_end(setting, server, 1)
        for outcome, status, said, reason in (("", 2, "no such command", "failed: no such command"),
                                              ({"Errors": 3, "FirstError": "503"}, 0, "", "3 errors, the first: 503"),
                                              ({"EndToEnd": self.PART, "Violations": {"Lost": 1}}, 1, "", "found something wrong: {'Lost': 1}")):
            with self.assertRaisesRegex(CannotRun, reason):
                self.asked(measure, outcome, status, said)


class Processes(unittest.TestCase):
    # A parent that starts a child, which computes and says when it is done.
    BUSY = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\nprint('done', flush=True); time.sleep(60)"
    PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"

    def test_are_counted_with_what_they_started_and_ended_with_it(self):
        with tempfile.TemporaryDirectory() as place:
            server = Process([sys.executable, "-c", self.PARENT], f"{place}/log")
            server.await_ready(lambda: "done" in Path(place, "log").read_text())

            tree = tree_of([server.pid])
            self.assertEqual(2, len(tree))
            self.assertGreaterEqual(cpu_seconds([server.pid]), 0.3)
            self.assertGreaterEqual(sum(cpu_seconds_by_thread(tree[1]).values()), 0.25)
            self.assertGreater(resident_bytes([server.pid]), 2**20)
            server.end()
            for each in tree:
                self.assertFalse(is_running(each))

    def test_say_why_one_did_not_start(self):
        with tempfile.TemporaryDirectory() as place:
            server = Process([sys.executable, "-c", "raise SystemExit('no luck')"], f"{place}/log")
            with self.assertRaisesRegex(CannotRun, r"ended at its start \(1\): no luck"):
                server.await_ready(lambda: False)


if __name__ == "__main__":
    unittest.main()
