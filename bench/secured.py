"""What it costs a send that its signature is verified, and that TLS hides it: the same load with and without, in turn."""

import mailrail_bench

WAYS = {"plain": (), "signed": ("signed",), "tls": ("tls",), "both": ("signed", "tls")}
# Each way keeps up with it. Where fewer come in a second, fewer share a commit, and each costs more for that alone.
PACE = 15_000


def secured(setting, kind):
    """One round; `signature_us` is what the server takes more for a request that is signed, where as many come."""
    figures, paced = {}, {}
    for way, options in WAYS.items():
        with kind(setting, **{option: True for option in options}) as contender:
            figures[way] = mailrail_bench.sends(setting, contender, setting.seconds)
            paced[way] = mailrail_bench.sends_at(setting, contender, PACE, setting.seconds)["cpu_us"]
    return {**figures, "signature_us": paced["signed"] - paced["plain"], "tls_us": paced["tls"] - paced["plain"]}
