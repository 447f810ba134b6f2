"""The page's HTML: nothing from elsewhere, everything in it allowed by its policy and by nothing else."""

import base64
import json
import re
from pathlib import Path

from markup import Page, allowed, check_closed, directives

from handlens.page.shell import STATIC, served, single

SHEETS = sorted(path.name for path in (Path(str(STATIC)) / "styles").glob("*.css"))
MODULES = {path.relative_to(str(STATIC)).as_posix(): path for path in Path(str(STATIC)).rglob("*.js")}


def test_the_served_page_takes_all_from_its_server() -> None:
    html, policy = served()
    page, rules = Page(html), directives(policy)
    links = [link["href"] for link in page.all("link") if link["rel"] == "stylesheet"]
    assert links[0] == "/static/styles/base.css"
    assert sorted(links) == [f"/static/styles/{name}" for name in SHEETS]
    assert links[1:] == sorted(links[1:])
    (imports,), (entry,) = page.texts("script", type="importmap"), page.texts("script", type="module")
    assert json.loads(imports) == {"imports": {"#app/": "/static/"}}
    assert entry == 'import "#app/app/main.js";'
    assert rules["script-src"] == f"'self' {allowed(imports)} {allowed(entry)}"
    assert rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert not any("http" in sources or "*" in sources or "unsafe" in sources for sources in rules.values())
    assert "<!--" not in html
    assert "data-packed" not in page.all("html")[0]


def test_one_file_holds_every_module_and_style() -> None:
    page = Page(
        single(
            "a <title>", '<script type="x" data-key="k">AAAA</script>', "<p>figures</p>", "p { margin: 0; }"
        )
    )
    check_closed(page)
    assert "data-packed" in page.all("html")[0]
    (imports,) = page.texts("script", type="importmap")
    table = json.loads(imports)["imports"]
    assert table.keys() == {f"#app/{name}" for name in MODULES}
    for name, path in MODULES.items():
        kind, _, content = table[f"#app/{name}"].partition(",")
        assert kind == "data:text/javascript;base64"
        assert base64.b64decode(content) == path.read_bytes()
    own, figures = page.texts("style")
    assert all((Path(str(STATIC)) / "styles" / name).read_text("utf-8") in own for name in SHEETS)
    assert figures == "p { margin: 0; }"
    assert page.texts("script", type="x") == ["AAAA"]
    assert "a <title> " in page.text
    assert " figures " in page.text


def test_without_figures_there_is_one_style() -> None:
    assert len(Page(single("t", "", "", "")).texts("style")) == 1


def test_each_marker_stands_once_on_its_own_line() -> None:
    lines = [line.strip() for line in (STATIC / "index.html").read_text("utf-8").splitlines()]
    for marker in ("policy", "styles", "figures", "resources", "scripts"):
        assert lines.count(f"<!-- {marker} -->") == 1
    assert lines.count("<title>handlens</title>") == 1


def test_a_marker_inside_a_part_stays_text() -> None:
    html = single("t", "", "<p>&lt;b></p>\n<!-- scripts -->", "")
    assert html.count("<!-- scripts -->") == 1
    assert html.count('<script type="module">') == 1


def test_modules_import_each_other_by_the_map_alone() -> None:
    for name, path in MODULES.items():
        text = path.read_text("utf-8")
        found = re.findall(
            r'^(?:import|export|\}).*? from "([^"]+)";$|^import "([^"]+)";$|\bimport\("([^"]+)"', text, re.M
        )
        for source in map("".join, found):
            assert source.startswith("#app/"), (name, source)
