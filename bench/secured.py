"""What it costs a send that its signature is verified, and that TLS hides it: the same load with and without, in turn."""

import contextlib
import statistics

import mailrail_bench

WAYS = {"plain": (), "signed": ("signed",), "tls": ("tls",), "both": ("signed", "tls")}
# Each way keeps up with it. Where fewer come in a second, fewer share a commit, and each costs more for that alone.
PACE = 15_000
TURNS = 3  # Of each way at that pace.


def secured(setting, kind):
    """One round; `signature_us` is what the server takes more for a request that is signed, where as many come."""
    with contextlib.ExitStack() as stack:
        servers = {way: stack.enter_context(kind(setting, **{option: True for option in options})) for way, options in WAYS.items()}
        figures = {way: mailrail_bench.sends(setting, server, setting.seconds) for way, server in servers.items()}
        turns = [{way: mailrail_bench.sends_at(setting, server, PACE, setting.seconds)["cpu_us"] for way, server in servers.items()}
                 for _ in range(TURNS)]
    more = lambda way: round(statistics.median(turn[way] - turn["plain"] for turn in turns), 2)
    return {**figures, "signature_us": more("signed"), "tls_us": more("tls")}
