"""For those who don't see the page, or not well: names, headings, contrast."""

from browser.hands import next_picture
from browser.visits import Visits
from playwright.sync_api import Page, expect

CONTROLS = {"button", "checkbox", "combobox", "textbox", "slider", "tab", "option", "listbox", "application"}
NAMED = CONTROLS | {"image", "img", "dialog", "tabpanel", "tablist", "link", "region", "complementary"}
LEAST = 4.5  # WCAG 2.2, 1.4.3
PAIRS = [
    ("--ink", "--paper"),
    ("--ink", "--card"),
    ("--quiet", "--card"),
    ("--quiet", "--paper"),
    ("--accent", "--card"),
    ("--accent", "--accent-paper"),
    ("--on-accent", "--accent"),
    ("--warn", "--card"),
    ("--warn", "--warn-paper"),
    ("--right", "--card"),
]

TOKENS = """names => {
  const style = getComputedStyle(document.documentElement);
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  return names.map((name) => {
    context.fillStyle = style.getPropertyValue(name).trim();
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  });
}"""


def tree(page: Page) -> list[tuple[str, str]]:
    """Role and name of everything that a screen reader meets, as Chromium computes them."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        (node["role"]["value"].lower(), node.get("name", {}).get("value", "").strip())
        for node in nodes
        if not node["ignored"]
    ]


def luminance(colour: list[int]) -> float:
    """Relative luminance, WCAG 2.2."""
    shares = [byte / 255 for byte in colour]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def nameless(page: Page) -> list[str]:
    next_picture(page)
    return [role for role, name in tree(page) if role in NAMED | {"canvas"} and not name]


def test_everything_that_can_be_used_has_a_name(visits: Visits, served: str) -> None:
    page = visits.open(f"{served}#digit=test:17", reduced_motion="reduce")
    assert nameless(page) == []
    roles = {role for role, _ in tree(page)}
    assert {"button", "slider", "combobox", "checkbox", "tab", "application", "heading"} <= roles
    page.get_by_role("tab").nth(1).click()
    expect(page.locator("[role=option]").first).to_be_visible()
    page.locator("#network-tools").get_by_role("button", name="gradients").click()
    page.locator("details.framing summary").click()
    assert nameless(page) == []
    for unit in ("conv2:500", "relu1:500", "pool1:200", "logits:3", "flatten:9", "input:300"):
        page.evaluate(f"location.hash = 'unit={unit}'")
        expect(page.locator("dialog#operation h2")).to_be_visible()
        expect(page.locator("#lens h2")).to_contain_text(unit.split(":")[0])
        assert nameless(page) == [], unit
    page.locator("#start-tour").click()
    assert nameless(page) == []


def test_headings_lead_through_the_page(visits: Visits, served: str) -> None:
    page = visits.open(served)
    headings = page.locator("h1, h2, h3").evaluate_all(
        "all => all.filter((h) => h.checkVisibility()).map((h) => [h.tagName, h.textContent.trim()])"
    )
    assert headings[0] == ["H1", "handlens"]
    assert [tag for tag, _ in headings].count("H1") == 1
    assert all(text for _, text in headings)
    assert [text for tag, text in headings if tag == "H2"][:2] == ["Its input", "Its answer"]
    stages = {"input", "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "logits"}
    assert stages <= {text for tag, text in headings if tag == "H3"}
    assert page.locator("html").get_attribute("lang") == "en"


def test_text_can_be_read_in_both_themes(visits: Visits, served: str) -> None:
    page = visits.open(served, color_scheme="light")
    names = sorted({name for pair in PAIRS for name in pair})
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours = dict(zip(names, page.evaluate(TOKENS, names), strict=True))
        for pair in PAIRS:
            dark, bright = sorted(luminance(colours[name]) for name in pair)
            assert (bright + 0.05) / (dark + 0.05) >= LEAST, (scheme, pair)
        found.append(colours)
    assert found[0] != found[1]
