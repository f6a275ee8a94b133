#!/usr/bin/python3
"""Runs a command beside a PostgreSQL of its own, and ends with its exit code.

    on_postgres.py COMMAND... [URL ...]

An argument `URL` becomes where the database is. Every server that the command's tests start keeps its log there, too
($MAILRAIL_LOG), each under a name of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "lib"))

from postgres import Postgres


def main():
    with Postgres(max_connections="60") as database:
        command = [database.url() if each == "URL" else each for each in sys.argv[1:]]
        environment = os.environ | database.environment() | {"MAILRAIL_LOG": database.url()}
        tied = ["setpriv", "--pdeathsig", "KILL"]
        code = subprocess.run([*tied, *command], env=environment).returncode
        logs = int(database.value("select count(*) from pg_namespace where nspname like 'mailrail\\_%'"))
        if code == 0 and logs == 0:
            print("The command did well, and kept no log in the database.")
            return 1
        return code


if __name__ == "__main__":
    sys.exit(main())
