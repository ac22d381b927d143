"""The script: small, whole, and the same as its modules."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.widget import bundle
from assistant.widget.bundle import CLIENT

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node: see infra/test-packages.txt")


def test_the_whole_widget_fits_in_15_kilobytes() -> None:
    assert len(bundle.bundle().gzipped) <= 15 * 1024


def test_the_gzipped_bytes_are_the_same_script() -> None:
    made = bundle.bundle()
    assert gzip.decompress(made.gzipped) == made.body


def test_the_integrity_attribute_names_these_bytes() -> None:
    made = bundle.bundle()
    assert made.integrity == "sha384-" + base64.b64encode(hashlib.sha384(made.body).digest()).decode()


def test_every_module_is_in_it_and_comes_after_what_it_imports() -> None:
    order = bundle.modules()
    assert sorted(order) == sorted(path.name for path in CLIENT.glob("*.mjs"))
    for place, name in enumerate(order):
        imported = re.findall(r'from "\./([\w.-]+)"', (CLIENT / name).read_text("utf-8"))
        assert set(imported) <= set(order[:place])


def test_no_two_modules_use_a_name_twice_at_the_top() -> None:
    declared: list[str] = []
    for path in CLIENT.glob("*.mjs"):
        declared += re.findall(
            r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)", path.read_text("utf-8"), re.MULTILINE
        )
    assert len(declared) == len(set(declared))


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "main.mjs").write_text('import { a } from "./a.mjs";\n', "utf-8")
    (tmp_path / "a.mjs").write_text('import { b } from "./main.mjs";\n', "utf-8")
    with pytest.raises(ValueError, match=r"main\.mjs -> a\.mjs -> main\.mjs"):
        bundle.modules("main.mjs", tmp_path)


def test_joining_drops_imports_exports_comments_and_margins(tmp_path: Path) -> None:
    (tmp_path / "b.mjs").write_text("// why\nexport const two = 2; // a note\n", "utf-8")
    (tmp_path / "main.mjs").write_text('import { two } from "./b.mjs";\n\nif (two) {\n  run( "a // b" );\n}\n', "utf-8")
    script = bundle.join("main.mjs", tmp_path)
    assert script == '(() => {"use strict";\nlet two=2;if(two){run("a // b")}\n})();\n'


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("const { a } = b;", "let{a}=b;"),
        ('say("const a = (b) => c - 1;");', 'say("const a = (b) => c - 1;");'),
        ("list.map((one) => one - 1);", "list.map(one=>one-1);"),
        ("const half = (one) => one / 2;", "let half=one=>one / 2;"),
        ("const at = a - -b;", "let at=a - -b;"),
        ("if (a) {\n  for (;;);\n}", "if(a){for(;;);}"),
        ("if (a) {\n  return 1;\n}", "if(a){return 1}"),
        ("const text = `const a = ${b};`;", "let text=`const a = ${b};`;"),
        ("const found = /const (a) => b/.exec(c);", "let found=/const (a) => b/.exec(c);"),
    ],
)
def test_code_is_shortened_and_texts_and_patterns_are_not(tmp_path: Path, written: str, served: str) -> None:
    (tmp_path / "main.mjs").write_text(written + "\n", "utf-8")
    assert bundle.join("main.mjs", tmp_path) == f'(() => {{"use strict";\n{served}\n}})();\n'


def test_own_names_become_short_and_nothing_else_does(tmp_path: Path) -> None:
    source = """export const LONGEST_NAME = 3;
export class Walker {
  stepAside(steps) {
    return this.stepAside(steps - LONGEST_NAME) || this.lookAround;
  }
  readable() {
    return "readable stepBack";
  }
  stepBack() {
    return { LONGEST: 1, textContent: 2 };
  }
  connectedCallback() {
    this.stepBack();
  }
}
"""
    (tmp_path / "main.mjs").write_text(source, "utf-8")
    script = bundle.join("main.mjs", tmp_path)
    assert "LONGEST_NAME" not in script
    assert "stepAside" not in script
    assert "Walker" not in script
    for kept in ("lookAround", "readable(", "stepBack(", "LONGEST:", "textContent", "connectedCallback"):
        assert kept in script
    assert script.count("$1") == script.count("$1(") + script.count("class $1") == 1
    assert len(set(re.findall(r"\$\w", script))) == 3


@pytest.mark.parametrize(
    "line",
    ['say("a = b; c");', "const url = `http://x/${a}`;", "const pattern = /a = b/g;", 'h("p", {"x y": 1}, "; // no");'],
)
def test_text_templates_and_patterns_stay_as_they_are(line: str) -> None:
    inner = re.findall(r'"[^"]*"|`[^`]*`|/[^/]*/g', line)
    assert all(piece in bundle.plain(line + "\n") for piece in inner)


def test_no_trace_of_html_strings_inline_styles_or_foreign_addresses() -> None:
    script = bundle.bundle().body.decode()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        'createElement("style")',
    ):
        assert word not in script
    assert set(re.findall(r"https?://[\w./-]+", script)) == {"http://www.w3.org/2000/svg"}


@needs_node
def test_the_script_is_sound_javascript(tmp_path: Path) -> None:
    path = tmp_path / "widget.js"
    path.write_bytes(bundle.bundle().body)
    checked = subprocess.run(["node", "--check", str(path)], check=False, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


@needs_node
def test_squeezing_changes_no_behaviour(tmp_path: Path) -> None:
    """The parser out of the bundle and the parser out of the module read the same text alike."""
    text = "a **b** [1]\n\n- x\n- [l](https://e.org)\n\n```js\nf( 1 )\n```\nhttps://e.org/?a=b, `c`"
    joined = "\n".join(bundle.plain((CLIENT / name).read_text("utf-8")) for name in bundle.modules("markdown.mjs"))
    call = f"console.log(JSON.stringify(parseBlocks({json.dumps(text)})))"
    (tmp_path / "squeezed.js").write_text(joined + "\n" + call, "utf-8")
    (tmp_path / "module.mjs").write_text(f'import {{ parseBlocks }} from "{CLIENT / "markdown.mjs"}";\n{call}', "utf-8")
    outputs = {
        subprocess.run(["node", str(tmp_path / name)], check=True, capture_output=True, text=True).stdout
        for name in ("squeezed.js", "module.mjs")
    }
    assert len(outputs) == 1
    assert '"cite"' in outputs.pop()
