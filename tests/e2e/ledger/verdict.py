"""The one line that a run prints, and what was broken where anything was."""

import collections
import os
import tempfile

from coverage import coverage
from judge import violations

TOLD_MAX = 5  # Of each rule.


def tell(history, left, what, how):
    """Prints `what` was done, what was seen, and `how`. Returns the exit code: 1 if a promise was broken or nothing tested."""
    broken = violations(history)
    covered = coverage(history)
    is_kept = not broken and not left
    print(f"{'KEPT' if is_kept else 'BROKEN'}: {what}; {covered}; {len(broken)} violations; {how}")
    if left:
        print(f"  messages were left after everything was deleted and the server killed once more: {left}")
    for rule, count in collections.Counter(each.rule for each in broken).items():
        print(f"  {count} x {rule}, such as:")
        for each in [each for each in broken if each.rule == rule][:TOLD_MAX]:
            print(f"    {each.where} {each.text}")
    if not is_kept:
        file, path = tempfile.mkstemp(prefix="mailrail-history-", suffix=".jsonl")
        os.close(file)
        history.save(path)
        print(f"The history is in {path}.")
        return 1
    untested = [name for name, count in vars(covered).items() if count == 0]
    if untested:
        print(f"  but nothing was tested of: {', '.join(untested)}")
    return 1 if untested else 0
