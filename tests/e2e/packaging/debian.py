"""The Debian package as CPack makes it of this build, for the tests that look at it."""

import os
import shutil
import subprocess
from pathlib import Path

BUILD = Path(os.environ.get("TESTED_BUILD", ""))
DATA = Path(__file__).resolve().parents[2] / "data"
PUBLISHED_AT = "1700000000"  # For SOURCE_DATE_EPOCH: any, if it is the same.


def run(*command, **more):
    done = subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def make_package(directory):
    """Makes it, and moves it there."""
    directory.mkdir(parents=True, exist_ok=True)
    run("cpack", "-G", "DEB", "-B", directory, "-D", f"CPACK_OUTPUT_FILE_PREFIX={directory}", cwd=BUILD, env={**os.environ, "SOURCE_DATE_EPOCH": PUBLISHED_AT, "LC_ALL": "C"}, umask=0o022)
    shutil.rmtree(directory / "_CPack_Packages")
    (package,) = directory.glob("*.deb")
    return package


def with_version(package, version, directory):
    """The same package as if it had another version."""
    unpacked = directory / f"unpacked-{version}"
    run("dpkg-deb", "--raw-extract", package, unpacked)
    control = unpacked / "DEBIAN" / "control"
    lines = control.read_text().splitlines()
    control.write_text("\n".join(f"Version: {version}" if line.startswith("Version: ") else line for line in lines) + "\n")
    changed = directory / f"mailrail_{version}.deb"
    run("dpkg-deb", "--root-owner-group", "--build", unpacked, changed)
    return changed
