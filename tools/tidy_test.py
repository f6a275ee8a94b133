#!/usr/bin/env python3
"""Shows that every rule of tidy.py bites, and that none barks at code that keeps them."""

import tempfile
import textwrap
import unittest
from pathlib import Path

import tidy

HEADER = "// Queue: a place for messages. It keeps them in order.\n\n#pragma once\n\n"

CLEAN = {
    "src/base/CMakeLists.txt": "mailrail_module(NAME base SOURCES error.cc)",
    "src/base/error.h": HEADER + "struct Error {};\n",
    "src/engine/CMakeLists.txt": "mailrail_module(NAME engine USES base SOURCES queue.cc TESTS queue_test.cc)",
    "src/engine/queue.h": HEADER + '#include "base/error.h"\n\nstruct Queue {\n  int size() const;\n};\n',
    "src/engine/queue.cc": '#include "engine/queue.h"\n\nint Queue::size() const {\n  return 0;  // TEST of "time(nullptr)".\n}\n',
    "src/engine/queue_test.cc": '#include "engine/queue.h"\n#include "sim/clock.h"\n\nTEST(Queue, IsEmptyAtFirst) {}\n',
    "src/log/CMakeLists.txt": "mailrail_module(NAME log USES base SOURCES file.cc)\n",
    "src/log/file.h": HEADER + '#include "base/error.h"\n',
    "src/broker/CMakeLists.txt": "mailrail_module(NAME broker\n  USES engine log  # And base.\n  SOURCES broker.cc)",
    "src/broker/broker.cc": '#include "engine/queue.h"\n#include "log/file.h"\n',
    "src/http/CMakeLists.txt": "mailrail_module(NAME http USES base SOURCES server.cc)",
    "src/http/server.cc": "#include <boost/beast/http.hpp>\n",
    "sim/CMakeLists.txt": "mailrail_module(NAME sim USES engine SOURCES clock.cc)",
    "sim/clock.h": HEADER,
}


def found_in(changes):
    """The rules and lines found in a clean tree with `changes` made to it, as {(path, line, rule)}."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, text in {**CLEAN, **changes}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(textwrap.dedent(text))
        return {(path, line, rule) for path, line, _, rule in tidy.findings(tidy.read_tree(root))}


class Tidy(unittest.TestCase):
    def assert_bites(self, rule, path, text, line=None):
        found = [each for each in found_in({path: text}) if each[0] == path and each[2] == rule]
        self.assertTrue(found, f"{rule} found nothing in {path}")
        if line is not None:
            self.assertEqual([line], [each[1] for each in found])

    def assert_silent(self, path, text):
        self.assertEqual(set(), found_in({path: text}))

    def test_a_clean_tree_is_passed(self):
        self.assertEqual(set(), found_in({}))

    def test_a_module_may_not_include_what_it_does_not_declare(self):
        self.assert_bites("includes", "src/engine/rules.cc", '#include "base/error.h"\n#include "log/file.h"\n', 2)
        self.assert_bites("includes", "src/engine/rules.cc", '#include "sim/clock.h"\n', 1)
        self.assert_bites("includes", "src/engine/rules.cc", '#include "queue.h"\n', 1)
        self.assert_bites("includes", "src/engine/rules.cc", '#include "sns/topic.h"\n', 1)
        self.assert_bites("includes", "src/sns/topic.cc", "", 1)
        self.assert_bites("includes", "sim/judge.cc", '#include "http/server.h"\n', 1)
        self.assert_silent("src/broker/other.cc", '#include "base/error.h"\n#include "broker/broker.h"\n')

    def test_a_file_beyond_its_size_is_found(self):
        self.assert_bites("file-size", "src/engine/long.cc", "int x;\n" * 501)
        self.assert_silent("src/engine/long.cc", "int x;\n" * 500)

    def test_a_header_opens_with_two_to_six_sentences(self):
        self.assert_bites("header-comment", "src/engine/a.h", "#pragma once\n")
        self.assert_bites("header-comment", "src/engine/a.h", "// Too short.\n\n#pragma once\n")
        self.assert_bites("header-comment", "src/engine/a.h", "// " + "One more. " * 7 + "\n\n#pragma once\n")
        self.assert_bites("header-comment", "src/engine/a.h", "// One. Two.\n\n#include <map>\n", 3)
        self.assert_silent("src/engine/a.h", "// One, e.g. this.\n//\n//   example. of. code.\n//\n// Two.\n\n#pragma once\n")

    def test_a_file_is_named_in_snake_case_after_its_noun(self):
        self.assert_bites("file-name", "src/engine/BigQueue.cc", "")
        self.assert_bites("file-name", "src/engine/queue-rules.cc", "")
        self.assert_bites("file-name", "src/engine/string_utils.cc", "")

    def test_a_note_to_self_does_not_land(self):
        self.assert_bites("todo", "src/engine/a.cc", "int x;  // TODO: more.\n", 1)
        self.assert_bites("todo", "tests/a.py", "x = 1  # FIXME\n", 1)

    def test_a_getter_is_the_bare_noun_and_no_type_is_a_manager(self):
        self.assert_bites("names", "src/engine/a.h", HEADER + "struct A {\n  int get_size() const;\n};\n", 6)
        self.assert_bites("names", "src/engine/a.cc", "void Queue::handle_send(int x) {\n}\n", 1)
        self.assert_bites("names", "src/engine/a.h", HEADER + "class QueueManager {};\n", 5)
        self.assert_bites("names", "src/engine/a.cc", "struct StringUtil {};\n", 1)
        self.assert_bites("names", "src/engine/a.cc", "#define LIKELY(x) x\n", 1)
        self.assert_silent("src/http/a.cc", "void f() {\n  beast::get_lowest_layer(stream).close();\n  return get_executor();\n}\n")
        self.assert_silent("src/http/a.h", HEADER + "inline void f() {\n  return get_it();\n}\n#define MAILRAIL_X 1\n")

    def test_a_bool_parameter_in_a_header_is_found(self):
        self.assert_bites("bool-parameter", "src/engine/a.h", HEADER + "void f(bool is_fifo);\n", 5)
        self.assert_bites("bool-parameter", "src/engine/a.h", HEADER + "void f(int a,\n       const bool b = true);\n", 6)
        self.assert_silent("src/engine/a.h", HEADER + "struct A {\n  bool b;\n  bool f(int a) const;\n  explicit operator bool() const;\n};\n")
        self.assert_silent("src/engine/a.h", HEADER + "void boolean(bool value);\n")
        self.assert_silent("src/engine/a.h", HEADER + "std::map<int, bool, Less> answers;\nstd::pair<int, bool> f(int a);\n")

    def test_a_pure_module_touches_no_file_thread_or_clock(self):
        for text in (
            "#include <thread>\n", "#include <mutex>\n", "#include <fstream>\n", "#include <sys/stat.h>\n",
            "std::mutex m;\n", "auto t = std::chrono::steady_clock::now();\n", "auto t = clock.now();\n",
            "int x = rand();\n", "std::random_device d;\n", "SystemRandom random;\n", "auto t = time(nullptr);\n",
        ):
            with self.subTest(text):
                self.assert_bites("purity", "src/engine/a.cc", text, 1)
                self.assertEqual(set(), found_in({"src/http/a.cc": text}))
        self.assert_silent("src/engine/a.cc", 'auto t = turn.now;  // Not clock.now().\nauto s = "std::mutex";\n')

    def test_a_test_that_sleeps_is_found(self):
        self.assert_bites("sleep", "src/http/a_test.cc", "void f() {\n  std::this_thread::sleep_for(1s);\n}\n", 2)

    def test_a_function_beyond_a_screen_is_found(self):
        body = "  x();\n"
        self.assert_bites("function-size", "src/engine/a.cc", "int f(int a,\n      int b) {\n" + body * 68 + "}\n", 1)
        self.assert_silent("src/engine/a.cc", "int f(int a,\n      int b) {\n" + body * 67 + "}\n")
        self.assert_bites("function-size", "src/engine/a.h", HEADER + "class A {\n  void f() {\n" + body * 70 + "  }\n};\n", 6)
        self.assert_silent("src/engine/a.cc", "namespace a {\nstruct B {\n" + "  int x;\n" * 100 + "};\nconst T t[] = {\n" + "  {1},\n" * 80 + "};\n}\n")
        self.assert_bites("function-size", "tests/a.py", "def f():\n" + "    x()\n" * 70, 1)
        self.assert_bites("function-size", "tests/a.mjs", "export async function f() {\n" + body * 69 + "}\n", 1)

    def test_asio_and_beast_stay_in_their_folders_and_few(self):
        self.assert_bites("asio", "src/engine/a.cc", "#include <boost/asio.hpp>\n", 1)
        self.assert_bites("asio", "src/log/a.cc", "int x;\n#include <boost/beast/core.hpp>\n", 2)
        shared = {"src/http/stream.h": HEADER + "#include <boost/asio/ip/tcp.hpp>\n"}
        few = {f"src/http/a{each}.cc": '#include "http/stream.h"\n' for each in range(tidy.ASIO_FILES_MAX - 1)}
        self.assertEqual(set(), found_in({**shared, **few}))
        many = {**few, "src/http/z.cc": '#include "http/stream.h"\n'}
        self.assertEqual({("src/http/z.cc", 1, "asio")}, found_in({**shared, **many}))

    def test_untyped_pointers_live_in_shapes_and_codecs(self):
        self.assert_bites("void-pointer", "src/engine/a.cc", "void* p;\n", 1)
        self.assert_bites("void-pointer", "src/engine/a.cc", "const void *p;\n", 1)
        self.assert_silent("src/base/shape.h", HEADER + "void* (*at)(const void* list);\n")

    def test_nothing_of_ours_is_thrown(self):
        self.assert_bites("throw", "src/engine/a.cc", "void f() {\n  throw 1;\n}\n", 2)

    def test_the_name_of_a_test_is_a_sentence(self):
        self.assert_bites("test-name", "src/engine/a_test.cc", "TEST(Queue, Works) {}\n", 1)
        self.assert_bites("test-name", "src/engine/a_test.cc", "TEST(Queue, works_as_said) {}\n", 1)
        self.assert_bites("test-name", "tests/a.py", "class T:\n    def test_send(self):\n        pass\n", 2)

    def test_an_exception_states_its_rule_and_a_reason(self):
        excused = "// NOLINTNEXTLINE(tidy-void-pointer): the C library wants one\nvoid* p;\n"
        self.assert_silent("src/http/a.cc", excused)
        self.assert_bites("void-pointer", "src/http/a.cc", excused.replace(": the C library wants one", ""))
        self.assert_bites("void-pointer", "src/http/a.cc", excused.replace("void-pointer", "throw"))


if __name__ == "__main__":
    unittest.main()
