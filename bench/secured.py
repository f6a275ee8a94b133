"""What it costs a send that its signature is verified, and that TLS hides it: the same load with and without, in turn."""

import mailrail_bench

WAYS = {"plain": (), "signed": ("signed",), "tls": ("tls",), "both": ("signed", "tls")}


def secured(setting, kind):
    """One round; `signature_us` is what the server takes more for a request that is signed."""
    figures = {}
    for way, options in WAYS.items():
        with kind(setting, **{option: True for option in options}) as contender:
            figures[way] = mailrail_bench.sends(setting, contender, setting.seconds)
    return {**figures, "signature_us": figures["signed"]["cpu_us"] - figures["plain"]["cpu_us"]}
