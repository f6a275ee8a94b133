#!/usr/bin/python3
"""What the real binary makes of flags, variables and mailrail.toml; completions and the manual in the programs that read them."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary

ROOT = Path(__file__).resolve().parents[3]
TABLE_BEGIN, TABLE_END = "<!-- mailrail man --settings -->\n", "<!-- end -->\n"


def environment(home, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILRAIL_", "XDG_"))}
    return {**kept, "HOME": str(home), **more}


class InADirectory(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = Path(temporary.name)

    def run_mailrail(self, *arguments, **variables):
        return subprocess.run([binary(), *arguments], cwd=self.directory, env=environment(self.directory, **variables),
                              capture_output=True, text=True, timeout=60)

    def write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class Configuration(InADirectory):
    def settings(self, *arguments, **variables):
        """What --print-config prints: the value and the origin of each key."""
        printed = self.run_mailrail("serve", "--print-config", *arguments, **variables)
        self.assertEqual(printed.returncode, 0, printed.stderr)
        lines = [line for line in printed.stdout.splitlines() if " = " in line]
        return {line.split(" = ")[0]: tuple(line.split(" = ")[1].split("  # ")) for line in lines}

    def test_a_flag_counts_before_a_variable_before_the_file(self):
        self.write("mailrail.toml", 'listen = "127.0.0.1:1"\ndata = "file"\ndisk_limit = "3GB"\n')

        found = self.settings("--listen", "127.0.0.1:3", MAILRAIL_LISTEN="127.0.0.1:2", MAILRAIL_DATA="variable")

        self.assertEqual([part.strip() for part in found["listen"]], ['"127.0.0.1:3"', "--listen"])
        self.assertEqual([part.strip() for part in found["data"]], ['"variable"', "MAILRAIL_DATA"])
        self.assertEqual([part.strip() for part in found["disk_limit"]], ['"3GB"', "mailrail.toml:3"])
        self.assertEqual([part.strip() for part in found["aws_strict"]], ["false", "default"])

    def test_the_file_of_the_user_is_read_where_there_is_none_in_the_directory(self):
        self.write(".config/mailrail/mailrail.toml", 'data = "of-the-user"\n')
        self.assertEqual(self.settings()["data"][0].strip(), '"of-the-user"')
        self.write("mailrail.toml", 'data = "here"\n')
        self.assertEqual(self.settings()["data"][0].strip(), '"here"')

    def test_what_is_printed_can_be_used_again(self):
        first = self.run_mailrail("serve", "--print-config", "--webhook-deny", "10.0.0.0/8", MAILRAIL_AWS_STRICT="yes")
        path = self.write("again.toml", first.stdout)
        again = self.run_mailrail("serve", "--print-config", "--config", str(path))
        values = [[line.split("#")[0].rstrip() for line in text.splitlines()] for text in (first.stdout, again.stdout)]
        self.assertEqual(values[0], values[1])
        self.assertIn('webhook_deny = ["10.0.0.0/8"]', values[1])

    def test_a_server_does_not_start_with_a_name_that_nobody_knows(self):
        path = self.write("mailrail.toml", 'disk_limt = "3GB"\n')
        from_file = self.run_mailrail("serve", "--config", str(path))
        self.assertEqual(from_file.returncode, 2)
        self.assertIn(f'{path}:1: There is no setting disk_limt. Did you mean "disk_limit"?', from_file.stderr)

        path.unlink()
        from_variable = self.run_mailrail("serve", MAILRAIL_LISTN="127.0.0.1:0")
        self.assertEqual(from_variable.returncode, 2)
        self.assertIn('MAILRAIL_LISTN. Did you mean "MAILRAIL_LISTEN"?', from_variable.stderr)

        self.assertEqual(list(self.directory.iterdir()), [], "nothing was made")

    def test_a_server_goes_by_its_file(self):
        path = self.write("mailrail.toml", "aws_strict = true\n")
        with Server(arguments=["--config", str(path)], environment={"MAILRAIL_PORT": "tcp://10.0.0.1:4566"}) as server:
            self.assertTrue(server.is_ready())

    def test_check_tells_all_mistakes(self):
        path = self.write("mailrail.toml", 'disk_limt = "3GB"\nlisten = 5\nmemory_limit = "lots"\n')
        checked = self.run_mailrail("check", str(path))
        self.assertEqual(checked.returncode, 2)
        self.assertEqual(len(checked.stderr.splitlines()), 3, checked.stderr)

        path.write_text('disk_limit = "3GB"\n')
        self.assertEqual(self.run_mailrail("check", str(path)).returncode, 0)

    def test_the_page_lists_the_settings_that_there_are(self):
        page = (ROOT / "docs/configuration.md").read_text()
        table = page.split(TABLE_BEGIN)[1].split(TABLE_END)[0]
        self.assertEqual(table, self.run_mailrail("man", "--settings").stdout,
                         "put what `mailrail man --settings` prints into docs/configuration.md")


class About(InADirectory):
    def completed_by_bash(self, *words):
        script = self.write("completion", self.run_mailrail("completion", "bash").stdout)
        asked = f'source {script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mailrail; printf "%s\\n" "${{COMPREPLY[@]}}"'
        done = subprocess.run(["bash", "-c", asked, "bash", *words], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.split()

    def test_bash_completes_commands_options_and_values(self):
        self.assertIn("serve", self.completed_by_bash("mailrail", "se"))
        self.assertEqual(self.completed_by_bash("mailrail", "serve", "--print"), ["--print-config"])
        self.assertCountEqual(self.completed_by_bash("mailrail", "completion", ""), ["bash", "zsh", "fish", "-h", "--help"])
        self.assertEqual(self.completed_by_bash("mailrail", "topics", "test-filter", "--structure", ""), ["json"])
        self.assertEqual(self.completed_by_bash("mailrail", "serve", "--data", ""), [])

    def test_fish_completes_commands_options_and_values(self):
        script = self.write("completion.fish", self.run_mailrail("completion", "fish").stdout)

        def completed(line):
            asked = f"source {script}; complete -C '{line}'"
            done = subprocess.run(["fish", "--no-config", "-c", asked], capture_output=True, text=True, timeout=60, check=True,
                                  env=environment(self.directory))
            return [each.split("\t")[0] for each in done.stdout.splitlines()]

        self.assertIn("serve", completed("mailrail se"))
        self.assertEqual(completed("mailrail serve --print"), ["--print-config"])
        self.assertEqual(completed("mailrail topics test-filter --structure "), ["json"])

    def test_zsh_loads_its_completion(self):
        script = self.write("_mailrail", self.run_mailrail("completion", "zsh").stdout)
        loaded = subprocess.run(["zsh", "-f", "-c", f"autoload -U compinit; compinit -u -D; source {script}; "
                                                    "print -r -- $_comps[mailrail]"],
                                capture_output=True, text=True, timeout=60, env=environment(self.directory))
        self.assertEqual((loaded.stdout, loaded.stderr), ("_mailrail\n", ""))

    def test_the_manual_formats_without_a_warning(self):
        page = self.run_mailrail("man").stdout
        formatted = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-cbou"], input=page, capture_output=True, text=True,
                                   timeout=60, check=True)
        self.assertEqual(formatted.stderr, "")
        self.assertIn("--print-config", formatted.stdout)

    def test_the_version_can_be_read_by_programs(self):
        version = json.loads(self.run_mailrail("version", "--json").stdout)["version"]
        self.assertEqual(self.run_mailrail("version").stdout, f"mailrail {version}\n")
        self.assertEqual(self.run_mailrail("--version").stdout, f"mailrail {version}\n")


if __name__ == "__main__":
    unittest.main()
