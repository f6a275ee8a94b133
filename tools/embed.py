#!/usr/bin/env python3
"""Makes C++ of the pages of the console: what CMake's mailrail_embed() runs while building.

    tools/embed.py DIRECTORY NAME OUT

`index.html` names its scripts and styles as files below /console/HASH/. Each of them becomes one file with all that it imports: modules
and style sheets compress far better together than each alone, and a page loads few files. Comments and indentation stay
behind. Modules are laid one after another in the order in which they would run, without their imports and exports, so their outermost names
have to differ: where they do not, or where a module says what this script does not know, the build ends and says so.
"""

import gzip
import hashlib
import re
import sys
from collections import namedtuple
from pathlib import Path

HASH_PLACE = "/console/HASH/"
KINDS = (".html", ".css", ".js", ".svg", ".png", ".ico")

# Outside of template literals. `/` begins a regular expression only where a value can begin.
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
      | (?P<word>[\w$\#]+)
      | (?P<space>\s+)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
BEFORE_A_VALUE = ("return", "typeof", "case", "of", "in")

# Of what begins at the beginning of a line, outside of all braces; spaces are gone where they separate nothing.
IMPORT = re.compile(r"""import(?:\{(?P<names>[^{}]*)\}from)?(?P<quote>['"])(?P<path>[^'"]+)(?P=quote);?""")
EXPORTS = re.compile(r"export\{(?P<names>[^{}]*)\};?")
DECLARATION = re.compile(r"(?:export )?(?:const|let|class|(?:async )?function[ *]) ?(?P<name>[\w$]+)")
BEGINS = ("import", "export", "const", "let", "var", "class", "async", "function")

Token = namedtuple("Token", "kind text")
Module = namedtuple("Module", "path imports names exports text is_ours", defaults=[True])


class Refusal(Exception):
    """Why there can be no pages."""


def tokens_of(text, path):
    """What a script consists of; a template literal is a token `template` with its tag's name before it."""
    tokens, _ = read_tokens(text, 0, path, is_nested=False)
    return tokens


def read_tokens(text, at, path, is_nested):
    tokens, depth = [], 0
    while at < len(text):
        before = next((each for each in reversed(tokens) if each.kind not in ("space", "comment")), Token("mark", ";"))
        if text[at] == "`":
            literal, at = read_template(text, at, path, is_markup=before.text == "html")
            tokens.append(Token("template", literal))
            continue
        is_value = before.text in BEFORE_A_VALUE or (before.kind == "mark" and before.text not in (")", "]", "}"))
        regex = REGEX.match(text, at) if is_value and text[at] == "/" and text[at + 1 : at + 2] not in ("/", "*") else None
        if regex:
            tokens.append(Token("regex", regex[0]))
            at = regex.end()
            continue
        found = TOKEN.match(text, at)
        if is_nested and found[0] == "}" and depth == 0:
            return tokens, at
        depth += {"{": 1, "}": -1}.get(found[0], 0) if found.lastgroup == "mark" else 0
        tokens.append(Token(found.lastgroup, found[0]))
        at = found.end()
    if is_nested:
        raise Refusal(f"{path}: a ${{ does not end.")
    return tokens, at


def read_template(text, at, path, is_markup):
    """The literal as it shall be, and where it ends. Only in markup does indentation mean nothing."""
    out, start, at = "`", at, at + 1
    while at < len(text) and text[at] != "`":
        if text.startswith("${", at):
            tokens, at = read_tokens(text, at + 2, path, is_nested=True)
            out += "${" + joined(tokens) + "}"
            at += 1
        elif text[at] == "\\":
            out += text[at : at + 2]
            at += 2
        else:
            space = re.compile(r"\n\s*").match(text, at) if is_markup else None
            out += "\n" if space else text[at]
            at = space.end() if space else at + 1
    if at >= len(text):
        line = text.count("\n", 0, start) + 1
        raise Refusal(f"{path}:{line}: a template literal does not end.")
    return out + "`", at + 1


def joined(tokens):
    """The tokens as text, without comments and with no more space than keeps them apart."""
    out, space, last = "", "", ""
    for kind, text in tokens:
        if kind in ("space", "comment"):
            space = "\n" if "\n" in space + text else " "
            continue
        if space == "\n" and last and last not in "{(,;[":
            out += "\n"
        elif space and last and (is_wordy(last) and is_wordy(text[0]) or last + text[0] in ("++", "--", "//", "/*")):
            out += " "
        out += text
        space, last = "", text[-1]
    return out


def is_wordy(letter):
    return letter.isalnum() or letter in "_$#"


def split_names(text, path):
    names = [each.strip() for each in text.split(",") if each.strip()]
    for each in names:
        if not re.fullmatch(r"[\w$]+", each):
            raise Refusal(f"{path}: import {{ {each} }} renames what it imports; rename it where it is exported.")
    return names


def read_module(root, path):
    statements = [(joined(each), each) for each in statements_of(tokens_of((root / path).read_text(), path))]
    if statements and (found := EXPORTS.fullmatch(statements[-1][0].strip())):
        return wrapped(path, "".join(text for text, _ in statements[:-1]), found["names"])
    imports, exports, names, kept = [], set(), [], []
    for text, tokens in statements:
        first, declared = tokens[0].text, DECLARATION.match(text)
        if first == "import" and (found := IMPORT.fullmatch(text)):
            target = ((root / path).parent / found["path"]).resolve().relative_to(root.resolve()).as_posix()
            imports.append((target, split_names(found["names"] or "", path)))
            continue
        if first in BEGINS and not declared:
            raise Refusal(f"{path}: `{text[:60]}` is no import, export or declaration that tools/embed.py knows.")
        if any(one.text == "import" and other.text == "(" for one, other in zip(tokens, tokens[1:])):
            raise Refusal(f"{path}: import() would load a file that is part of this one by now: import it at its head.")
        if declared:
            names.append(declared["name"])
        if first == "export":
            exports.add(declared["name"])
        kept += tokens[2:] if first == "export" else tokens
    return Module(path, imports, names, exports, joined(kept))


def wrapped(path, text, exports):
    """A module whose names are its own, as others write them: seen from outside only by what it exports."""
    pairs = [re.fullmatch(r"([\w$]+)(?: as ([\w$]+))?", each).groups() for each in exports.split(",")]
    names = [other or own for own, other in pairs]
    values = ",".join(f"{other or own}:{own}" for own, other in pairs)
    return Module(path, [], names, set(names), f"const{{{','.join(names)}}}=(()=>{{{text}return{{{values}}}}})();\n", is_ours=False)


def statements_of(tokens):
    """Lists of tokens, each of which begins where an import, an export or a declaration may."""
    depth, is_fresh, statement = 0, True, []
    for token in tokens:
        if token.kind == "comment":
            token = Token("space", " ")
        if token.kind == "space":
            is_fresh = is_fresh or "\n" in token.text
        else:
            if is_fresh and depth == 0 and statement and (statement[-1].text == ";" or token.text in BEGINS):
                yield statement
                statement = []
            if token.kind == "mark":
                depth += (token.text in "{([") - (token.text in "})]")
            is_fresh = depth == 0 and token.text == ";"
        if token.kind != "space" or statement and statement[-1].text != ";":
            statement.append(token)
    if statement:
        yield statement


def bundle_script(root, first):
    modules = {}

    def visit(path, by):
        if path in modules:
            return
        if not (root / path).is_file():
            raise Refusal(f"{by} imports {path}, which is not there.")
        modules[path] = None  # Being visited: modules may import each other, as long as they run without.
        module = read_module(root, path)
        for target, _ in module.imports:
            visit(target, path)
        del modules[path]
        modules[path] = module

    visit(first, "index.html")
    owners = {}
    imported = {(target, name) for module in modules.values() for target, names in module.imports for name in names}
    for module in modules.values():
        for name in sorted(module.exports):
            if module.is_ours and (module.path, name) not in imported:
                raise Refusal(f"{module.path} exports {name}, which nobody imports.")
        for target, names in module.imports:
            for name in set(names) - modules[target].exports:
                raise Refusal(f"{module.path} imports {name} from {target}, which does not export it.")
        for name in module.names:
            if name in owners:
                raise Refusal(f"{module.path} and {owners[name]} both say {name} outside of all functions: rename one, for they end in one file.")
            owners[name] = module.path
    return "".join(each.text if each.text.endswith("\n") else each.text + "\n" for each in modules.values()), set(modules)


def bundle_style(root, first):
    seen = set()

    def read(path, by):
        if not (root / path).is_file():
            raise Refusal(f"{by} imports {path}, which is not there.")
        seen.add(path)
        text = re.sub(r"/\*.*?\*/", "", (root / path).read_text(), flags=re.DOTALL)
        folder = Path(path).parent
        return re.sub(r"@import url\(([^)]+)\);", lambda found: read((folder / found[1]).as_posix(), path), text)

    text = re.sub(r"\s+", " ", read(first, "index.html"))
    return re.sub(r" ?([{};,]) ?", r"\1", text).strip(), seen


def pages_of(root):
    """What is served, by path. The place of the hash is still open in index.html."""
    files = sorted(each.relative_to(root).as_posix() for each in root.rglob("*") if each.suffix in KINDS)
    index = (root / "index.html").read_text()
    pages, used = {"index.html": index.encode()}, {"index.html"}
    for path in re.findall(f'(?:src|href)="{HASH_PLACE}([^"]+)"', index):
        if path.endswith((".js", ".css")):
            text, parts = (bundle_script if path.endswith(".js") else bundle_style)(root, path)
            pages[path] = text.encode()
            used |= parts
        else:
            pages[path] = (root / path).read_bytes()
            used.add(path)
    unused = set(files) - used
    if unused:
        raise Refusal(f"No page needs {', '.join(sorted(unused))}: import it, or delete it.")
    return pages


def with_hash(pages):
    """The same with the hash of all of them in index.html, and the hash."""
    digest = hashlib.sha256()
    for path, content in sorted(pages.items()):
        digest.update(f"{path} {len(content)}\n".encode() + content)
    value = digest.hexdigest()[:16]
    index = pages["index.html"].replace(HASH_PLACE.encode(), f"/console/{value}/".encode())
    return {**pages, "index.html": index}, value


def compressed(content):
    return gzip.compress(content, 9, mtime=0)  # So that the same files make the same binary.


def source_of(pages, value, name):
    def array(content):
        return ",".join(map(str, content)) + ",0"  # None may be empty.

    arrays, table = [], []
    for number, (path, content) in enumerate(sorted(pages.items())):
        arrays.append(f"constexpr unsigned char plain_{number}[] = {{{array(content)}}};")
        arrays.append(f"constexpr unsigned char gzip_{number}[] = {{{array(compressed(content))}}};")
        table.append(f'    {{.path = "{path}", .plain = text(plain_{number}), .gzip = text(gzip_{number})}},')
    lines = "\n".join
    return f"""// Made by tools/embed.py.

#include <cstddef>
#include <string_view>
#include <vector>

#include "console/asset.h"

namespace mailrail::console::embedded {{
namespace {{

{lines(arrays)}

template <std::size_t bytes>
std::string_view text(const unsigned char (&array)[bytes]) {{
  return {{reinterpret_cast<const char*>(array), bytes - 1}};
}}

}}  // namespace

Assets {name}();
Assets {name}() {{
  return {{.hash = "{value}", .files = {{
{lines(table)}
  }}}};
}}

}}  // namespace mailrail::console::embedded
"""


def main(directory, name, out):
    try:
        pages, value = with_hash(pages_of(Path(directory)))
    except Refusal as refusal:
        sys.exit(f"tools/embed.py: {directory}: {refusal}")
    Path(out).write_text(source_of(pages, value, name))


if __name__ == "__main__":
    main(*sys.argv[1:])
