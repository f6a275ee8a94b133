"""docs/benchmarks.md and its plots, whole, from the JSON of a run of bench/benchmarks.py."""

import json
from pathlib import Path

from benchmarks_targets import FLATNESS, TARGETS, TARGETS_MACHINE, Figures
from plot import Series, line_chart
from secured import PACE

# Key of a figure, and its column.
WORKLOADS = (("send_1", "send, 1 connection"), ("send_64", "send, 64"), ("batch_16", "send in tens, 16"),
             ("receive_16", "receive and delete in tens, 16"))
LOAD_PLOT, BACKLOG_PLOT = "latency-over-load.svg", "cost-over-backlog.svg"
END_TO_END = {"woken": "end to end at 200 messages/s", "fifo": "FIFO end to end, 1,000 conversations",
              "standard": "standard end to end", "fan_out": "FIFO topic to three FIFO queues, what all receive",
              "replay": "real conversations, replayed"}
WAYS = {"plain": "neither", "signed": "signature", "tls": "TLS", "both": "both"}
BESIDE = {"polls": "open long polls", "queues": "more queues", "conversations": "conversations with a message each, FIFO",
          "messages": "waiting messages"}
NONE = "–"

INTRODUCTION = """\
# Benchmarks

mailrail beside two bare HTTP servers, the disk alone, and the queues that Debian and npm offer, in one run on one machine, where
servers and load generators share the processors. Figures of another machine or another run are not comparable; ratios are, within
what the spread says. This file is written by `make bench`, whole, from [benchmarks.json](benchmarks.json).

- One contender runs at a time, on fresh data; all take their turn before the next round begins. A figure is the median of {rounds}
  rounds of {seconds:g} s each, a ratio the median of each round's ratio. Beside a backlog and beside much else two servers of a kind
  run, and a round has four turns of half that time of each: a ratio is the median of the turns', and so not that of the two columns.
- Load is a closed loop: one thread, prepared bytes, each connection sends its next request when the last is answered, so latencies
  are those of a server that is as busy as it gets. Only what is said to be *offered* comes at a fixed rate, and its latency counts
  from when a request was meant to be sent. Bodies have 1 KiB. Where there is one connection, the server has one processor and the
  client another; the disk alone is measured from the server's, as a sync may take twice as long from the other.
- Messages are durable when their send is answered, unless the row says otherwise. Answers are checked; errors are told below. Where
  nothing is said of them there is no TLS and there are no keys: requests over HTTP carry a signature that nobody verifies.
- CPU is that of all processes of the server, for each message. Memory is resident; a page that several processes share counts once,
  and PostgreSQL's shared buffers as far as a process that is there has touched them.
"""

BESIDE_MUCH_ELSE = """\
## Beside much else

Each of 16 connections sends a message, receives one and deletes it, on one server that has ever more: long polls, which have ended
before the next row, queues, and conversations and messages that wait in the very queue. The engine's time is that of its one thread
for such a message, the processors' that of all. Another server stays empty and has the same load, in a queue of the same kind, in
turn with the first; the ratio is of the engine's times.
"""

TARGETS_ARE_OF = """\
Those that are no ratios were set on another machine. This is what was measured there, and what was here; of the disk it is not known
from which processor it was asked there.
"""

AGAIN = """\
## Again

```
make bench                                            # this document, anew: in {minutes:.0f} min when it was last made
bench/benchmarks.py --rounds 1 --seconds 1 \\
    --scale 0.01 --backlog 100000                     # a quick look at the same, once that has built everything
bench/benchmarks.py --only mailrail,redis             # some of it
bench/benchmarks.py --from docs/benchmarks.json       # this document from its figures, without measuring
```
"""


def write(results, docs):
    docs = Path(docs)
    (docs / "images").mkdir(parents=True, exist_ok=True)
    drawn = plots(results)
    for name in (LOAD_PLOT, BACKLOG_PLOT):
        if name in drawn:
            (docs / "images" / name).write_text(drawn[name])
        else:
            (docs / "images" / name).unlink(missing_ok=True)  # Of an earlier run, and not of this one.
    (docs / "benchmarks.json").write_text(json.dumps(results, indent=1) + "\n")
    (docs / "benchmarks.md").write_text(document(results))


def document(results):
    figures = Figures(results)
    parts = [
        INTRODUCTION.format(rounds=results["rounds_count"], seconds=results["seconds"]),
        where_and_what(results), rates(figures), costs(figures), targets(figures), over_load(results),
        end_to_end(results), secured(results), over_backlog(results), flat(results),
        not_comparable(results), trouble(figures), AGAIN.format(minutes=results["minutes"])]
    return "\n".join(part for part in parts if part)


def where_and_what(results):
    machine = results["machine"]
    return table(("", ""), [
        ("machine", f"{machine['processor']}, {machine['processors']} processors, {machine['memory_bytes'] / 2**30:.0f} GiB"),
        ("system", f"{machine['system']}; data on {machine['file_system']}"),
        ("mailrail", f"commit {results['commit']}, {results['build']} build"),
        ("measured", f"{results['date']}, in {results['minutes']:g} minutes, by `{results['command']}`"),
    ], texts=2)


def table(head, rows, texts=1):
    """So many columns at the left are text, and the others are figures."""
    lines = [head, ["---" if column < texts else "---:" for column in range(len(head))], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value, digits=3):
    """As many digits as say something."""
    if value is None:
        return NONE
    if value >= 100:
        step = 10 ** max(0, len(str(int(value))) - digits)
        return f"{round(value / step) * step:,.0f}"
    return f"{value:.{digits}g}" if value >= 0.1 or value == 0 else f"{value:.2g}"


def spread(pair):
    return "" if pair is None or pair[0] == pair[1] else f" ({number(pair[0])}–{number(pair[1])})"


def name_of(figures, key):
    """Ours so that it is found at a glance."""
    name = figures.results["contenders"][key]["name"]
    return f"**{name}**" if key == "mailrail" else name


def rates(figures):
    contenders = figures.results["contenders"]
    head = ("", *(name for _, name in WORKLOADS))
    measured = [key for key in contenders if figures.reason(key) is None]
    absolute = [(name_of(figures, key), *(number(figures.median(key, workload)) + (spread(figures.spread(key, workload)))
                                          for workload, _ in WORKLOADS)) for key in measured]
    relative = [(name_of(figures, key), *(ratio_text(figures.ratio(key, "mailrail", workload)) for workload, _ in WORKLOADS))
                for key in measured if key != "mailrail"]
    text = "## Messages a second\n\nThe median of the rounds, and in brackets the least and the most; of a bare server, requests.\n\n"
    text += table(head, absolute)
    text += "".join(f"\n{name_of(figures, key)} is not in these tables: {figures.reason(key)}.\n"
                    for key in contenders if key not in measured)
    if any(ratio != NONE for row in relative for ratio in row[1:]):
        text += "\nIn times of mailrail's:\n\n" + table(head, relative)
    return text


def ratio_text(ratio):
    return NONE if ratio is None else f"{ratio:.2f}"


def costs(figures):
    keys = [key for key, about in figures.results["contenders"].items() if figures.reason(key) is None]
    cpu = [(name_of(figures, key), *(number(figures.median(key, workload, "cpu_us")) for workload, _ in WORKLOADS))
           for key in keys if figures.median(key, "send_64", "cpu_us") is not None]
    sends = WORKLOADS[:3]
    latencies = [(name_of(figures, key), *(
        NONE if figures.median(key, workload, "p50_us") is None else
        " / ".join(number(figures.median(key, workload, field) / 1000) for field in ("p50_us", "p99_us")) for workload, _ in sends))
        for key in keys if figures.median(key, "send_64", "p50_us") is not None]
    memory = [(name_of(figures, key), number(figures.resident_mib(key, "idle_bytes")), number(figures.resident_mib(key, "waiting_bytes")),
               number(figures.waiting(key), 6)) for key in keys if figures.waiting(key) is not None]
    return "\n".join((
        "## CPU of the server, µs for each message\n", table(("", *(name for _, name in WORKLOADS)), cpu),
        "## Latency under that load, p50 / p99 in ms\n", table(("", *(name for _, name in sends)), latencies),
        "## Memory, MiB\n\nA slow one gets fewer than 100,000 messages, as the time for it is bounded.\n",
        table(("", "just started", "with messages", "so many wait"), memory)))


def targets(figures):
    if figures.reason("mailrail") is not None:
        return ""
    rows = []
    for each in TARGETS:
        value, verdict = each.judged(figures)
        unit = f" {each.unit}" if each.unit else ""
        sign = "≤ " if each.less_is_better else "≥ "
        measured = NONE if value is None else f"{number(value)}{unit}"
        rows.append((each.workload, each.what, f"{sign}{each.at_least:,g}{unit}", f"{sign}{each.aim:,g}{unit}", measured, verdict))
    return "## Targets\n\n" + table(("workload", "what", "at least", "aim", "measured", ""), rows, texts=2) + "\n" + machines(figures)


def machines(figures):
    rows = [(what, f"{there:,g} {unit}", f"{number(here)} {unit}", ratio_text(here / there))
            for what, there, unit, measure in TARGETS_MACHINE if (here := measure(figures)) is not None]
    return TARGETS_ARE_OF + "\n" + table(("", "there", "here", "ratio"), rows) if rows else ""


def named(results, by_contender, part="here"):
    """Of a part that is measured of some contenders: their names and figures, and a line for each that has none."""
    names = {key: results["contenders"][key]["name"] for key in by_contender}
    there = [(names[key], found) for key, found in by_contender.items() if "cannot_run" not in found]
    return there, "".join(f"\n{names[key]} is not in {part}: {found['cannot_run']}.\n" for key, found in by_contender.items()
                          if "cannot_run" in found)


def milliseconds(found):
    return number(found["p50_us"] / 1000), number(found["p99_us"] / 1000)


def curve(results, key, text, plot, head, columns):
    """A section with a row for each point of each contender's curve, and their plot."""
    curves = results.get(key)
    if not curves:
        return ""
    there, missing = named(results, curves)
    rows = [(name, *columns(each)) for name, found in there for each in found["points"]]
    if rows:
        text += f"\n{plot}\n\n" + table(("", *head), rows)
    return text + missing


def over_load(results):
    return curve(results, "latency_over_load",
                 "## Latency over offered load\n\n"
                 "Sends on 64 connections at a fixed rate, which is a share of the highest that they reached above.\n",
                 f"![Latency of a send over the offered load](images/{LOAD_PLOT})",
                 ("offered, messages/s", "answered, messages/s", "p50, ms", "p99, ms"),
                 lambda each: (number(each["offered_per_second"]), number(each["messages_per_second"]), *milliseconds(each)))


def end_to_end(results):
    parts = results.get("end_to_end")
    if not parts:
        return ""
    text = "## From end to end\n\nFrom when a message was meant to be sent until a consumer has it; order, loss, repetition and overlap are judged.\n"
    for part, by_contender in parts.items():
        there, missing = named(results, by_contender, f'"{END_TO_END[part]}"')
        if there:
            text += "\n" + table((END_TO_END[part], "messages/s", "p50, ms", "p99, ms"),
                                 [(name, number(each["messages_per_second"]), *milliseconds(each)) for name, each in there])
        text += missing
    return text


def secured(results):
    by_contender = results.get("secured")
    if not by_contender:
        return ""
    there, missing = named(results, by_contender)
    text = "## Signatures and TLS\n\nSends on 64 connections, by `mailrail bench`, which signs and encrypts on the same processors.\n"
    for name, ways in there:
        rows = [(WAYS[way], number(ways[way]["messages_per_second"]), *milliseconds(ways[way]), number(ways[way]["cpu_us"])) for way in WAYS]
        text += "\n" + table((name, "messages/s", "p50, ms", "p99, ms", "CPU of the server, µs for each"), rows)
        text += (f"\nAt {PACE:,} messages/s, with and without, a signature costs its server {number(ways['signature_us'])} µs, TLS "
                 f"{number(ways['tls_us'])} µs.\n")
    return text + missing


def over_backlog(results):
    return curve(results, "cost_over_backlog",
                 "## Cost over backlog\n\n"
                 "Each of 16 connections sends a message, receives one and deletes it, beside so many that wait in the same queue.\n"
                 "Another server stays empty and has the same load in turn with the first; the ratio is of the processors' time.\n",
                 f"![Cost of a message over the backlog](images/{BACKLOG_PLOT})",
                 ("messages waiting", "CPU, µs for each message", "ratio", "receive, p50, ms", "p99, ms", "messages/s", "resident, MiB"),
                 lambda each: (number(each["waiting"], 9), number(each["cpu_us"]), ratio_text(each["cpu_ratio"]), *milliseconds(each),
                               number(each["messages_per_second"]), number(each["resident_bytes"] / 2**20)))


def flat(results):
    by_contender = results.get("flat")
    if not by_contender:
        return ""
    there, missing = named(results, by_contender)
    text = BESIDE_MUCH_ELSE
    for name, figures in there:
        rows = [(beside(key, each), number(each["engine_us"]), number(each["empty_engine_us"]), ratio_text(each["engine_ratio"]),
                 number(each["cpu_us"]), *milliseconds(each), number(each["resident_bytes"] / 2**20)) for key, each in figures.items()]
        head = (f"{name}, beside", "engine, µs", "of the empty one", "ratio", "CPU, µs", "receive, p50, ms", "p99, ms", "resident, MiB")
        text += "\n" + table(head, rows)
    return text + missing


def beside(key, figures):
    return f"{figures['count']:,.0f} {BESIDE[key]}"


def not_comparable(results):
    rows = [(about["name"], about.get("version", NONE), about["settings"], about["not_comparable"])
            for about in results["contenders"].values()]
    head = ("", "version", "settings", "what is not comparable")
    return "## Versions, settings, and what is not comparable\n\n" + table(head, rows, texts=4)


def trouble(figures):
    lines = [f"- {name_of(figures, key)}, {each}" for key in figures.results["contenders"] if figures.reason(key) is None
             for each in figures.failures(key)]
    return "## What went wrong\n\n" + ("\n".join(lines) if lines else "Nothing: no answer was an error, and no round failed.") + "\n"


def plots(results):
    """By name, those for which there are points."""
    drawn = {}
    series = []
    for colour, (name, curve) in enumerate(named(results, results.get("latency_over_load", {}))[0]):
        for field, is_dashed in (("p50", False), ("p99", True)):
            points = [(each["offered_per_second"], each[f"{field}_us"] / 1000) for each in curve["points"]]
            series.append(Series(f"{name}, {field}", points, is_dashed, colour))
    if series:
        drawn[LOAD_PLOT] = line_chart("Latency of a durable send over the offered load", "sends of 1 KiB, messages/s", "latency, ms", series,
                                      y_is_log=True)
    curves = [(name, curve["points"]) for name, curve in named(results, results.get("cost_over_backlog", {}))[0]]
    if curves:
        series = [Series(f"{name}, {what}", [(each["waiting"], each[field]) for each in points], is_dashed, colour)
                  for colour, (name, points) in enumerate(curves)
                  for what, field, is_dashed in (("CPU", "cpu_ratio", False), ("receive p50", "p50_ratio", True))]
        longest = max((points for _, points in curves), key=len)
        series.append(Series(f"at most {FLATNESS.at_least:g}, the target for CPU", [(each["waiting"], FLATNESS.at_least) for each in longest],
                             True, 2, has_markers=False))
        drawn[BACKLOG_PLOT] = line_chart(
            "Cost of a message over the backlog: sent, received, deleted", "messages waiting in the queue",
            "times that on the empty server", series, x_is_log=True)
    return drawn
