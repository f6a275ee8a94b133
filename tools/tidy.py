#!/usr/bin/env python3
"""Checks the habits of STYLE.md that a compiler doesn't: who includes whom, sizes, header comments, names, purity.

Prints `file:line: sentence [rule]` for everything found and exits 1, or prints nothing. An exception is one comment on the
line before: `// NOLINTNEXTLINE(tidy-RULE): why`.
"""

import ast
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
HEADER_SENTENCES = range(2, 7)
ASIO_FILES_MAX = 8  # A source that includes Asio or Beast costs 12 s to compile.

FOLDERS = ("src", "sim", "tests", "fuzz", "bench", "tools")
CPP = (".h", ".cc")
CODE = CPP + (".py", ".mjs", ".js", ".case")
PURE_MODULES = ("engine", "broker", "wire", "sqs", "sns")
ASIO_FOLDERS = ("src/http/", "src/client/", "src/server/", "bench/")


@dataclass
class File:
    path: str
    text: str
    lines: list[str] = field(init=False)
    code: str = field(init=False)  # C++ with comments and the insides of strings blanked, line for line.
    code_lines: list[str] = field(init=False)

    def __post_init__(self):
        self.lines = self.text.splitlines()
        self.code = blank_comments_and_strings(self.text) if self.path.endswith(CPP) else self.text
        self.code_lines = self.code.splitlines()

    @property
    def is_cpp(self):
        return self.path.endswith(CPP)

    @property
    def is_header(self):
        return self.path.endswith(".h")

    @property
    def is_test(self):
        return self.path.endswith(("_test.cc", "_test.py", "_test.mjs", ".test.mjs"))

    @property
    def folder(self):
        return self.path.rpartition("/")[0]

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


@dataclass
class Module:
    name: str
    folder: str
    uses: set[str]
    test_uses: set[str]


@dataclass
class Tree:
    files: list[File]
    modules: list[Module]

    def modules_of(self, path):
        """The modules whose folder is the deepest one above `path`; several may share a folder."""
        above = [each for each in self.modules if path.startswith(each.folder + "/")]
        depth = max((len(each.folder) for each in above), default=0)
        return [each for each in above if len(each.folder) == depth]


# ---------------------------------------------------------------------------------------------------------------------
# Rules. Each is a function (tree, file) that yields (line, sentence); its name, with hyphens, is the name of the rule.


def includes(tree, file):
    """A module includes itself, base and what it declares in USES; its tests and what they share also TEST_USES, gtest and sim/."""
    if not file.is_cpp or not file.path.startswith(("src/", "sim/")):
        return
    owners = tree.modules_of(file.path)
    if not owners:
        yield 1, "is in a folder that no mailrail_module() declares"
        return
    allowed = {"base"}.union(*({each.name} | each.uses for each in owners))
    if file.is_test or file.path.endswith("_testing.h"):
        allowed |= {"sim"}.union(*(each.test_uses for each in owners))
    for number, line in enumerate(file.lines, 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        included = match[1]
        if "/" not in included:
            yield number, f'"{included}" should be named from src/, as "module/file.h"'
            continue
        prefix = "" if included.startswith("sim/") else "src/"
        targets = {each.name for each in tree.modules_of(prefix + included)}
        if not targets:
            yield number, f'"{included}" belongs to no declared module'
        elif not targets & allowed:
            names = " and ".join(sorted(each.name for each in owners))
            yield number, f'"{included}" is of {min(targets)}, which {names} does not declare in USES'


def file_size(tree, file):
    if len(file.lines) > FILE_LINES_MAX:
        yield FILE_LINES_MAX, f"has {len(file.lines)} lines; at {FILE_LINES_MAX}, look for the second idea"


def header_comment(tree, file):
    """A header opens with two to six sentences, then #pragma once."""
    if not file.is_header:
        return
    comment = []
    rest = iter(enumerate(file.lines, 1))
    number, line = next(rest, (1, ""))
    while line.startswith("//"):
        comment.append(line[2:])
        number, line = next(rest, (number, ""))
    while line.strip() == "" and number < len(file.lines):
        number, line = next(rest)
    count = sentences(comment)
    if count not in HEADER_SENTENCES:
        yield 1, f"opens with {count} sentences; say in two to six what this is, why it exists and what it promises"
    if line.strip() != "#pragma once":
        yield number, "has no #pragma once right after its opening comment"


def file_name(tree, file):
    name = file.path.rpartition("/")[2]
    if file.path.endswith(CODE) and not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", name):
        yield 1, "is not named in snake_case"
    if re.search(r"(manager|helper|util)s?[_.]", name):
        yield 1, "is named after a manager, helper or util; name it after its main noun"


def todo(tree, file):
    for number, line in enumerate(file.lines, 1):
        if match := re.search(r"\b(TODO|FIXME|XXX)\b", line):
            yield number, f"{match[1]} doesn't land; open an issue"


def names(tree, file):
    """No get_, do_, handle_ in functions that we declare; no Manager, Helper, Util in types; macros are ours by name."""
    if not file.is_cpp:
        return
    # In a header any declaration; in a source, what begins at the margin (a definition, not a call).
    prefix = r"^[ \t]*(?:[\w:<>,&*\[\]]+[ \t]+)+" if file.is_header else r"^\w(?:[\w:<>,&*\[\]]+[ \t]+)*"
    for match in re.finditer(prefix + r"[&*]*(?:\w+::)*((?:get|do|handle)_\w+)\(", file.code, re.M):
        if not re.match(r"\s*(return|co_await|co_return|else|case|throw)\b", match[0]):
            yield file.line_of(match.start(1)), f"{match[1]}: a getter is the bare noun, an action the plain verb"
    for match in re.finditer(r"\b(?:class|struct|enum class|concept|using)\s+(\w*(?:Manager|Helper|Util)s?)\b", file.code):
        yield file.line_of(match.start(1)), f"{match[1]}: say what it is instead of Manager, Helper or Util"
    for match in re.finditer(r"^\s*#\s*define\s+(\w+)", file.code, re.M):
        if not re.match(r"MAILRAIL_|TRY$|CHECK$|BOOST_|SPDLOG_", match[1]):  # Ours, and switches of libraries.
            yield file.line_of(match.start(1)), f"{match[1]}: macros are MAILRAIL_LIKE_THIS, TRY and CHECK"


def bool_parameter(tree, file):
    if not file.is_header:
        return
    for match in re.finditer(r"[(,]\s*(?:const\s+)?bool(?:\s+(\w+))?(?:\s*=\s*\w+)?\s*(?=[,)])", file.code):
        # A datum that is a boolean, as a JSON writer takes, is called `value`.
        if match[1] == "value" or in_angle_brackets(file.code, match.start()):
            continue
        line = file.line_of(match.end())
        yield line, "takes a bool; an enum says what true would have meant"


def purity(tree, file):
    """The pure modules touch no file, socket, thread or clock."""
    parts = file.path.split("/")
    if not file.is_cpp or parts[0] != "src" or parts[1] not in PURE_MODULES or file.is_test:
        return
    for pattern, what in IMPURE:
        for match in re.finditer(pattern, file.code, re.M):
            yield file.line_of(match.start()), f"{match[0].strip()}: {parts[1]} touches no {what}"


IMPURE = (
    (r"#\s*include\s*<(?:thread|mutex|shared_mutex|condition_variable|future|semaphore|stop_token)>", "thread"),
    (r"#\s*include\s*<(?:fstream|filesystem|cstdio|iostream|unistd\.h|fcntl\.h|sys/[\w/.]+)>", "file"),
    (r"#\s*include\s*<(?:netinet|arpa)/[\w.]+>|#\s*include\s*<(?:netdb|poll)\.h>", "socket"),
    (r"#\s*include\s*<(?:random|ctime|time\.h)>", "clock or randomness of its own"),
    (r"\bstd::(?:jthread|thread|mutex|shared_mutex|recursive_mutex|condition_variable\w*|lock_guard|unique_lock|scoped_lock)\b", "thread"),
    (r"\bstd::[io]?fstream\b|\bfopen\(", "file"),
    (r"\b(?:steady|system|high_resolution)_clock\b|\bclock_gettime\(|\bgettimeofday\(|\btime\(nullptr\)", "clock"),
    (r"[\w)](?:\.|->|::)now\(\)", "clock"),
    (r"\bstd::random_device\b|\bstd::mt19937\w*|(?<![\w.>])s?rand\(|\bSystemRandom\b", "randomness of its own"),
    (r"\bgetenv\(", "environment"),
)


def sleep(tree, file):
    if file.is_cpp and file.is_test:
        for match in re.finditer(r"\bsleep_(?:for|until)\b|\bu?sleep\(", file.code):
            yield file.line_of(match.start()), "sleeps; tests turn the clock by hand"


def function_size(tree, file):
    for first, last, name in functions(file):
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield first, f"{name} has {last - first + 1} lines; {FUNCTION_LINES_MAX} is the end"


def asio(tree, file):
    """Asio and Beast are included by a handful of sources in few folders, and by a header only for these."""
    if not file.is_cpp:
        return
    for number, line in enumerate(file.lines, 1):
        if re.match(r"\s*#\s*include\s+<boost/(asio|beast)", line) and not file.path.startswith(ASIO_FOLDERS):
            yield number, f"Asio and Beast stay in {', '.join(each.rstrip('/') for each in ASIO_FOLDERS)}"


def void_pointer(tree, file):
    if not file.is_cpp or not file.path.startswith("src/"):
        return
    if file.path.startswith(("src/base/shape.", "src/wire/")):
        return
    for match in re.finditer(r"\bvoid\s*(?:const\s*)?\*", file.code):
        yield file.line_of(match.start()), "void* lives in base/shape.h and the codecs, and nowhere else"


def throw(tree, file):
    if file.is_cpp and file.path.startswith("src/"):
        for match in re.finditer(r"\bthrow\b", file.code):
            yield file.line_of(match.start()), "we throw nothing of our own; return a Result"


def test_name(tree, file):
    """A test's name is a sentence."""
    if file.is_cpp:
        for match in re.finditer(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+)", file.code, re.M):
            words = re.findall(r"[A-Z][a-z0-9]*", match[2])
            if "_" in match[2] or not match[2][0].isupper() or len(words) < 2:
                yield file.line_of(match.start()), f"{match[2]} is no sentence; say what holds, as HidesAMessageUntil..."
    elif file.path.endswith(".py"):
        for match in re.finditer(r"^\s*def (test_\w+)", file.text, re.M):
            if match[1].count("_") < 3:
                yield file.line_of(match.start()), f"{match[1]} is no sentence; say what holds"


RULES = (
    includes, file_size, header_comment, file_name, todo, names, bool_parameter, purity, sleep, function_size, asio,
    void_pointer, throw, test_name,
)


def asio_count(tree):
    """How many sources reach Asio or Beast, directly or through our headers."""
    by_path = {file.path: file for file in tree.files if file.is_cpp}
    reaching = {}

    def reaches(path):
        if path not in reaching:
            reaching[path] = False  # Of a cycle.
            text = by_path[path].text
            ours = re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M)
            candidates = [each for name in ours for each in ("src/" + name, name) if each in by_path]
            direct = re.search(r"^\s*#\s*include\s+<boost/(?:asio|beast)", text, re.M) is not None
            reaching[path] = direct or any([reaches(each) for each in candidates])
        return reaching[path]

    sources = sorted(path for path in by_path if path.startswith("src/") and path.endswith(".cc") and reaches(path))
    if len(sources) > ASIO_FILES_MAX:
        yield sources[-1], 1, f"is one of {len(sources)} sources that include Asio or Beast; {ASIO_FILES_MAX} is the end", "asio"


# ---------------------------------------------------------------------------------------------------------------------
# Reading C++ just well enough.


def blank_comments_and_strings(text):
    """`text` with comments and the insides of literals as spaces, so that a rule sees code only and lines stay put."""
    token = re.compile(
        r"//[^\n]*|/\*.*?\*/|R\"([^(\s]*)\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)

    def blank(match):
        if re.match(r"[^\n]*#\s*include\s*$", text[text.rfind("\n", 0, match.start()) + 1 : match.start()]):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0]) if match[0][0] == "/" else '"' + re.sub(r"[^\n]", " ", match[0][1:-1]) + '"'

    return token.sub(blank, text)


def sentences(comment):
    """Counts sentences in the lines of a comment; indented lines are examples and don't count."""
    prose = " ".join(line.strip() for line in comment if not re.match(r"\s{3,}\S", line))
    prose = re.sub(r"\b(e\.g|i\.e|etc)\.", "", prose)
    return len(re.findall(r"[.!?](?=[\s)\"`]|$)", prose))


def in_angle_brackets(code, offset):
    """Whether `offset` is within template arguments, as far as the current statement shows."""
    start = max(code.rfind(each, 0, offset) for each in ";{}")
    before = code[start + 1 : offset].replace("->", "").replace("<=>", "")
    return before.count("<") > before.count(">") and "(" not in before[before.rfind("<") :]


def functions(file):
    """Yields (first line, last line, name) of functions, found by their braces (C++), by ast (Python) or margin (JS)."""
    if file.is_cpp:
        yield from cpp_functions(file)
    elif file.path.endswith(".py"):
        for node in ast.walk(ast.parse(file.text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.lineno, node.end_lineno, node.name
    elif file.path.endswith((".mjs", ".js")):
        for match in re.finditer(r"^(?:export )?(?:async )?function\*? (\w+).*?^}", file.text, re.M | re.S):
            yield file.line_of(match.start()), file.line_of(match.end()), match[1]


def cpp_functions(file):
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda match: re.sub(r"[^\n]", " ", match[0]), file.code, flags=re.M)
    scopes = []  # Per open brace: (offset where a function's head begins, its name), or None for any other scope.
    statement = 0
    for match in re.finditer(r"[;{}]", code):
        if match[0] == "{":
            inside = any(scopes)
            scopes.append(None if inside else function_head(code, statement, match.start()))
        elif match[0] == "}" and scopes:
            head = scopes.pop()
            if head:
                yield file.line_of(head[0]), file.line_of(match.start()), head[1]
        statement = match.end()


def function_head(code, start, end):
    head = code[start:end]
    name = re.search(r"([\w:~]+|operator\S+)\s*\(", head)
    if not name or re.match(r"\s*(?:namespace|class|struct|enum|union|if|for|while|switch|do|try)\b", head):
        return None
    if re.search(r"=\s*$|=\s*\[", head):
        return None
    return start + len(head) - len(head.lstrip()), name[1]


# ---------------------------------------------------------------------------------------------------------------------


def read_modules(root):
    modules = []
    for path in sorted([*root.glob("src/**/CMakeLists.txt"), *root.glob("sim/**/CMakeLists.txt")]):
        text = re.sub(r"#[^\n]*", "", path.read_text())
        for call in re.findall(r"\bmailrail_module\(([^)]*)\)", text):
            values = keyword_values(call.split())
            modules.append(Module(
                name=values["NAME"][0],
                folder=path.parent.relative_to(root).as_posix(),
                uses=set(values.get("USES", [])),
                test_uses=set(values.get("TEST_USES", []))))
    return modules


def keyword_values(words):
    values, current = {}, None
    for word in words:
        if re.fullmatch(r"[A-Z_]+", word):
            current = values.setdefault(word, [])
        elif current is not None:
            current.append(word)
    return values


def read_tree(root):
    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*"))]
    skipped = ("node_modules", "__pycache__")
    files = [
        File(path.relative_to(root).as_posix(), path.read_text())
        for path in paths
        if path.suffix in CODE and path.is_file() and not set(path.parts) & set(skipped)
    ]
    return Tree(files, read_modules(root))


def is_excused(file, line, rule):
    before = file.lines[line - 2] if line >= 2 else ""
    return re.search(rf"NOLINTNEXTLINE\(tidy-{rule}\): \S", before) is not None


def findings(tree):
    for file in tree.files:
        # This checker and its test spell out what they forbid.
        if file.path in ("tools/tidy.py", "tools/tidy_test.py"):
            continue
        for check in RULES:
            rule = check.__name__.replace("_", "-")
            for line, sentence in check(tree, file):
                if not is_excused(file, line, rule):
                    yield file.path, line, sentence, rule
    yield from asio_count(tree)


def main(arguments):
    root = Path(arguments[1] if len(arguments) > 1 else Path(__file__).resolve().parent.parent)
    found = list(findings(read_tree(root)))
    for path, line, sentence, rule in found:
        print(f"{path}:{line}: {sentence} [{rule}]")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
