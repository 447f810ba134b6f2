"""The page's HTML: nothing from elsewhere, everything in it allowed by its policy and by nothing else."""

import base64
import json
import re
from pathlib import Path

from markup import Page, allowed, check_closed, directives

from handlens.page.shell import STATIC, reading, served, single

SHEETS = sorted(path.name for path in (Path(str(STATIC)) / "styles").glob("*.css"))
MODULES = {path.relative_to(str(STATIC)).as_posix(): path for path in Path(str(STATIC)).rglob("*.js")}
APP = {name: path for name, path in MODULES.items() if not name.startswith("read/")}


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


def test_what_only_a_room_loads_is_not_loaded_at_first() -> None:
    ahead = {link["href"] for link in Page(served().html).all("link") if link["rel"] == "modulepreload"}
    assert {f"/static/{name}" for name in ("app/main.js", "widgets/rooms.js", "widgets/doors.js")} <= ahead
    assert "/static/widgets/faces.js" not in ahead
    rooms = re.findall(r'import\("#app/([^"]+)"\)', APP["widgets/doors.js"].read_text("utf-8"))
    assert not {f"/static/{name}" for name in rooms} & ahead


def test_the_page_links_to_the_reading_page_only_where_there_is_one() -> None:
    assert [
        link["href"] for link in Page(served(reading=True).html).all("a") if link.get("class") == "reading"
    ] == ["/read"]
    assert 'class="reading"' not in served().html
    assert served(reading=True).policy == served().policy


def test_the_page_is_told_whether_trainings_can_be_ordered() -> None:
    assert "data-live" in Page(served(live=True).html).all("html")[0]
    assert "data-live" not in Page(served().html).all("html")[0]
    assert served(live=True).policy == served().policy


def test_the_reading_page_takes_all_from_its_server_under_the_same_policy() -> None:
    page, rules = Page(reading()), directives(served().policy)
    (imports,) = page.texts("script", type="importmap")
    assert allowed(imports) in rules["script-src"].split()
    assert [script["src"] for script in page.all("script") if "src" in script] == ["/static/read/main.js"]
    links = {link["href"] for link in page.all("link") if link["rel"] in ("stylesheet", "modulepreload")}
    own = {f"/static/{name}" for name in MODULES if name.startswith("read/")}
    assert links == {"/static/styles/base.css", "/static/read/read.css"} | own
    assert "<!--" not in reading()
    assert "data-teaching" not in page.all("html")[0]
    assert "data-teaching" in Page(reading(teaching=True)).all("html")[0]


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
    assert table.keys() == {f"#app/{name}" for name in APP}
    for name, path in APP.items():
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
    for marker in ("policy", "styles", "reading", "figures", "resources", "scripts"):
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
