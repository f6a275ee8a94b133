#!/usr/bin/env python3
"""Shows what embed.py makes of modules and styles, and that it refuses what it would make wrong."""

import gzip
import subprocess
import tempfile
import unittest
from pathlib import Path

import embed

NODE = Path(__file__).parent.parent / ".tools/node/node"
INDEX = '<script type="module" src="/console/HASH/app.js"></script>'


def pages_of(files):
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, text in {"index.html": INDEX, **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return {path: content.decode() for path, content in embed.pages_of(root).items()}


def script_of(files):
    return pages_of(files)["app.js"]


class Scripts(unittest.TestCase):
    def test_lays_modules_in_the_order_in_which_they_run(self):
        script = script_of(
            {
                "app.js": "import { b } from './pages/b.js';\nimport { a } from './a.js';\nuse(a, b);\n",
                "a.js": "export const a = 1;\n",
                "pages/b.js": "import { a } from '../a.js';\n\nexport const b = a + 1;\n",
            }
        )

        self.assertEqual(script, "const a=1;\nconst b=a+1;\nuse(a,b);\n")

    def test_knows_all_ways_to_export(self):
        other = "export const a = 1;\nexport let b;\nexport function c() {}\nexport async function d() {}\nexport class E {}\n"
        script = script_of({"app.js": "import { a, b, c, d, E } from './other.js';\n", "other.js": other})

        self.assertEqual(script, "const a=1;let b;function c(){}\nasync function d(){}\nclass E{}\n\n")

    def test_leaves_out_comments_and_space_but_nothing_else(self):
        script = script_of({"app.js": "// Why.\nconst a = 'it // is'; /* so */\nconst b = a + +1;\n\n/** @type {x} */\nconst c = (d) => {\n  return d / 2 / 3; // Half.\n};\n"})

        self.assertEqual(script, "const a='it // is';const b=a+ +1;const c=(d)=>{return d/2/3;};\n")

    def test_tells_regular_expressions_from_divisions(self):
        text = "const a = b.replace(/[/'\"`]/g, '');\nconst c = a.length / 2; const d = `${c}/`;\n"

        self.assertEqual(script_of({"app.js": text}), "const a=b.replace(/[/'\"`]/g,'');const c=a.length/2;const d=`${c}/`;\n")

    def test_takes_indentation_from_markup_and_from_no_other_text(self):
        text = "const a = html`<p>\n    ${b ? html`<i>\n      x</i>` : ''}\n  </p>`;\nconst c = `if x:\n    y // z`;\n"

        self.assertEqual(script_of({"app.js": text}), "const a=html`<p>\n${b?html`<i>\nx</i>`:''}\n</p>`;const c=`if x:\n    y // z`;\n")

    def test_leaves_imports_in_texts_alone(self):
        text = "const a = `\nimport { x } from 'y';\nexport default z;\n`;\n"

        self.assertEqual(script_of({"app.js": text}), text.replace(" = ", "="))

    def test_keeps_the_names_of_what_others_wrote_apart(self):
        script = script_of({"app.js": "import { long } from './other.js';\nconst n = long;\n", "other.js": "var n=1,e=function(){};export{n as long,e};"})

        self.assertEqual(script, "const{long,e}=(()=>{var n=1,e=function(){};return{long:n,e:e}})();\nconst n=long;\n")

    def test_says_what_the_modules_said(self):
        files = {
            "app.js": "import { list } from './list.js';\nimport { count } from './count.js';\nconsole.log(list.map((x) => x / 2).join(), count());\n",
            "list.js": "export const list = [\n  4, // Four.\n  6,\n]\n",
            "count.js": "import { list } from './list.js';\n\nlet calls = 0\nexport function count() {\n  ++calls\n  return `${list.length} / ${calls}`\n}\n",
        }

        said = subprocess.run([NODE, "--input-type=module", "-"], input=script_of(files), capture_output=True, text=True, check=True)

        self.assertEqual(said.stdout, "2,3 2 / 1\n")


class Refusals(unittest.TestCase):
    def assert_refused(self, sentence, files):
        with self.assertRaises(embed.Refusal) as refused:
            pages_of(files)
        self.assertIn(sentence, str(refused.exception))

    def test_one_name_twice(self):
        self.assert_refused("a.js both say x", {"app.js": "import './a.js';\nconst x = 1;\n", "a.js": "function x() {}\n"})

    def test_a_name_that_is_not_exported(self):
        self.assert_refused("app.js imports y from a.js, which does not export it", {"app.js": "import { y } from './a.js';\n", "a.js": "const y = 1;\n"})

    def test_an_export_that_nobody_imports(self):
        self.assert_refused("a.js exports y, which nobody imports", {"app.js": "import './a.js';\n", "a.js": "export const y = 1;\n"})

    def test_a_module_that_is_not_there(self):
        self.assert_refused("app.js imports a.js, which is not there", {"app.js": "import { y } from './a.js';\n"})

    def test_another_name_for_what_is_imported(self):
        self.assert_refused("renames what it imports", {"app.js": "import { y as z } from './a.js';\n", "a.js": "export const y = 1;\n"})

    def test_forms_it_does_not_know(self):
        for text in ("export default 1;\n", "import * as a from './a.js';\n", "const { a } = b;\n", "var a = 1;\n", "export * from './a.js';\n"):
            self.assert_refused("that tools/embed.py knows", {"app.js": text})

    def test_a_module_that_is_loaded_later(self):
        self.assert_refused("import it at its head", {"app.js": "const a = () => import('./a.js');\n"})

    def test_what_does_not_end(self):
        self.assert_refused("app.js:2: a template literal does not end", {"app.js": "\nconst a = `b;\n"})

    def test_a_file_that_no_page_needs(self):
        self.assert_refused("No page needs old.js", {"app.js": "", "old.js": ""})


class Pages(unittest.TestCase):
    def test_styles_are_one_file_in_the_order_of_their_imports(self):
        index = '<link rel="stylesheet" href="/console/HASH/app.css">'
        files = {"index.html": index, "app.css": "/* All. */\n@import url(a.css);\n@import url(b/c.css);\n", "a.css": "a {\n  color: red; /* So. */\n}\n", "b/c.css": "b > i { top: calc(1px + 2px); }\n"}

        self.assertEqual(pages_of(files)["app.css"], "a{color: red;}b > i{top: calc(1px + 2px);}")

    def test_the_hash_is_that_of_all_that_is_served(self):
        first, hash_of_first = embed.with_hash({"index.html": INDEX.encode(), "app.js": b"1"})
        _, hash_of_other = embed.with_hash({"index.html": INDEX.encode(), "app.js": b"2"})

        self.assertIn(f"/console/{hash_of_first}/app.js".encode(), first["index.html"])
        self.assertNotEqual(hash_of_first, hash_of_other)

    def test_the_same_files_make_the_same_bytes(self):
        compressed = embed.compressed(b"text")

        self.assertEqual(compressed[4:8], bytes(4))  # When it was made.
        self.assertEqual(gzip.decompress(compressed), b"text")
        self.assertIn("constexpr unsigned char plain_0[] = {116,0};", embed.source_of({"a": b"t"}, "0", "name"))


if __name__ == "__main__":
    unittest.main()
