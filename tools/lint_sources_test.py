#!/usr/bin/env python3
"""Shows that lint_sources.py names what changed, however it changed, and everything where it cannot know."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

# Git run by git hands these down; here they would name another repository than the test's.
for name in [name for name in os.environ if name.startswith("GIT_")]:
    del os.environ[name]

SCRIPT = Path(__file__).resolve().parent / "lint_sources.py"
FILES = {
    "src/log/file.h": "",
    "src/log/file.cc": '#include "log/file.h"\n',
    "src/log/file_test.cc": '#include "log/file.h"\n',
    "src/log/limits.h": "",
    "src/log/store.h": '#include "log/limits.h"\n',
    "src/log/a_test.cc": '#include "log/store.h"\n',
    "src/log/store_file.cc": '#include "log/store.h"\n',
    "fuzz/flip.h": "",
    "fuzz/log_fuzz.cc": '#include "fuzz/flip.h"\n',
}
ALL = sorted(path for path in FILES if path.endswith(".cc"))


class LintSources(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.git("init", "--quiet", "--initial-branch", "main")
        for path, text in FILES.items():
            self.write(path, text)
        self.commit()

    def git(self, *arguments):
        identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True,
                       env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull})

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")

    def run_script(self, *arguments):
        return subprocess.run([sys.executable, SCRIPT, *arguments], cwd=self.root, check=False, capture_output=True, text=True)

    def named(self, *arguments):
        ran = self.run_script(*arguments)
        self.assertEqual(0, ran.returncode, ran.stderr)
        self.said = ran.stderr
        return ran.stdout.split()

    def test_without_a_known_branch_point_it_is_everything(self):
        self.write("src/log/file.cc", "// Changed.\n")
        self.git("checkout", "--quiet", "-b", "other")
        self.commit()
        self.git("branch", "--delete", "--force", "main")

        self.assertEqual(ALL, self.named())
        self.assertIn("all, as no branch point with origin/main or main is known", self.said)

    def test_on_main_without_origin_it_is_everything(self):
        self.assertEqual(ALL, self.named())

    def test_with_all_it_is_everything(self):
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")

        self.assertEqual([], self.named())
        self.assertEqual(ALL, self.named("--all"))

    def test_since_a_commit_it_is_what_changed_after_it(self):
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        for path in ("src/log/file.cc", "src/log/a_test.cc", "fuzz/log_fuzz.cc"):
            self.write(path, "// Changed.\n")
            self.commit()

        self.assertEqual(["fuzz/log_fuzz.cc", "src/log/a_test.cc"], self.named("--since", "HEAD~2"))
        self.assertIn("2 sources: those changed since HEAD~2, ", self.said)

    def test_since_a_commit_that_is_not_there_it_is_all_but_tests(self):
        self.assertEqual([path for path in ALL if not path.endswith("_test.cc")], self.named("--since", "HEAD~100"))
        self.assertIn("all but tests, as the repository has no commit HEAD~100", self.said)

    def test_other_options_are_refused(self):
        for options in (["--since"], ["--everything"], ["--all", "--since", "HEAD"]):
            ran = self.run_script(*options)
            self.assertEqual((1, ""), (ran.returncode, ran.stdout))
            self.assertIn("[--all | --since COMMIT]", ran.stderr)

    def test_every_commit_since_origin_main_counts(self):
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.write("src/log/file.cc", "// One.\n")
        self.commit()
        self.write("fuzz/log_fuzz.cc", "// Two.\n")
        self.commit()

        self.assertEqual(["fuzz/log_fuzz.cc", "src/log/file.cc"], self.named())
        self.assertIn("2 sources: those changed since the branch point with origin/main", self.said)

    def test_what_only_origin_changed_since_does_not(self):
        self.git("checkout", "--quiet", "-b", "origin")
        self.write("src/log/file.cc", "// Elsewhere.\n")
        self.commit()
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("checkout", "--quiet", "main")

        self.assertEqual([], self.named())

    def test_a_branch_counts_from_main_where_there_is_no_origin(self):
        self.git("checkout", "--quiet", "-b", "other")
        for number in range(3):
            self.write("src/log/file.cc", f"// {number}\n")
            self.commit()

        self.assertEqual(["src/log/file.cc"], self.named())

    def test_changes_that_are_in_no_commit_count_and_new_files(self):
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.write("src/log/file.cc", "// Not staged.\n")
        self.write("src/log/new.cc", "// Nobody added it.\n")
        self.write("src/log/staged.cc", "// Staged.\n")
        self.git("add", "src/log/staged.cc")
        (self.root / "src/log/store_file.cc").unlink()

        self.assertEqual(["src/log/file.cc", "src/log/new.cc", "src/log/staged.cc"], self.named())

    def test_a_changed_header_brings_sources_that_see_it(self):
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")

        for header, sources in (("src/log/file.h", ["src/log/file.cc", "src/log/file_test.cc"]),
                                ("src/log/limits.h", ["src/log/store_file.cc"]),
                                ("fuzz/flip.h", ["fuzz/log_fuzz.cc"])):
            with self.subTest(header):
                self.write(header, "// Changed.\n")
                self.assertEqual(sources, self.named())
                self.git("checkout", "--quiet", header)

    def test_a_header_that_no_source_sees_is_an_error(self):
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.write("src/log/lonely.h", "")

        ran = self.run_script()

        self.assertEqual((1, ""), (ran.returncode, ran.stdout))
        self.assertIn("src/log/lonely.h: no source includes it", ran.stderr)

    def test_another_argument_is_refused(self):
        self.assertEqual(1, self.run_script("--al").returncode)


if __name__ == "__main__":
    unittest.main()
