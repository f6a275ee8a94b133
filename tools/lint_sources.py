#!/usr/bin/env python3
"""Names the C++ sources that clang-tidy is to check, one a line, and says on standard error which those are.

Those changed since the branch point, in commits or not, and for each changed header the sources that show it to clang-tidy. The
branch point is the last commit shared with origin/main; without that, with a branch main that this one has left. Where neither
is known, and with --all: every source. With --since COMMIT what changed since then or, in a clone without that history, every source
that is no test, as tests are checked for less.
"""

import re
import subprocess
import sys

FOLDERS = ("src/", "sim/", "bench/", "tests/", "fuzz/")


def git(*arguments):
    """The lines that a command of git prints."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.splitlines()


def commit(*arguments):
    """What a command of git that looks for a commit finds, or None."""
    found = subprocess.run(["git", *arguments], check=False, capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def branch_point():
    """Whose branch point, and which commit it is; None if no one knows it."""
    if point := commit("merge-base", "HEAD", "refs/remotes/origin/main"):
        return "origin/main", point
    point = commit("merge-base", "HEAD", "refs/heads/main")
    if point and point != commit("rev-parse", "HEAD"):
        return "main", point
    return None


def all_files():
    """C++ that is there, new files included."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "--", "*.cc", "*.h")
    gone = git("ls-files", "--deleted")
    return sorted(path for path in set(listed) - set(gone) if path.startswith(FOLDERS))


def includes(path):
    with open(path, encoding="utf-8") as file:
        return set(re.findall(r'^#include "([^"]+)"', file.read(), re.MULTILINE))


class Includers:
    """Who includes a header. An include is said from the root or from src."""

    def __init__(self, files):
        self.of = {}
        for path in files:
            for name in includes(path):
                self.of.setdefault(name, []).append(path)

    def source(self, header):
        """A source that sees the header, however far; one that is no test before one that is, as tests are checked for less."""
        seen, found, ahead = {header}, [], [header]
        while ahead:
            name = ahead.pop(0)
            for path in self.of.get(name, []) + self.of.get(name.removeprefix("src/"), []):
                if path.endswith(".cc"):
                    found.append(path)
                elif path not in seen:
                    seen.add(path)
                    ahead.append(path)
        return next((path for path in found if not is_test(path)), found[0] if found else None)


def sources_of(header, files, includers):
    stem = header.removesuffix(".h")
    named = [path for path in (f"{stem}.cc", f"{stem}_test.cc") if path in files]
    if f"{stem}.cc" in named:
        return named
    seen_by = includers.source(header)
    if seen_by is None:
        raise SystemExit(f"{header}: no source includes it, so clang-tidy cannot check it.")
    return [*named, seen_by]


def changed_sources(base, files):
    changed = {*git("diff", "--name-only", "--no-renames", base), *git("ls-files", "--others", "--exclude-standard")}
    includers = Includers(files)
    sources = set()
    for path in changed & set(files):
        sources.update([path] if path.endswith(".cc") else sources_of(path, files, includers))
    return sources


def is_test(path):
    return path.endswith("_test.cc")


def chosen(options, files):
    """The sources, and a sentence about which they are."""
    every = {path for path in files if path.endswith(".cc")}
    match options:
        case ["--all"]:
            return every, "all"
        case ["--since", name]:
            if base := commit("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
                return changed_sources(base, files), f"those changed since {name}, {base[:9]}"
            return {path for path in every if not is_test(path)}, f"all but tests, as the repository has no commit {name}"
        case []:
            if known := branch_point():
                return changed_sources(known[1], files), f"those changed since the branch point with {known[0]}, {known[1][:9]}"
            return every, "all, as no branch point with origin/main or main is known"
    raise SystemExit(f"usage: {sys.argv[0]} [--all | --since COMMIT]")


def main(arguments):
    sources, which = chosen(arguments[1:], all_files())
    print(f"clang-tidy checks {len(sources)} sources: {which}.", file=sys.stderr)
    for path in sorted(sources):
        print(path)


if __name__ == "__main__":
    main(sys.argv)
