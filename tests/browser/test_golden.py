"""The golden files within Chromium: the same comparisons as under node."""

import json
from pathlib import Path

from browser.visits import Visits
from playwright.sync_api import Route

TESTS = Path(__file__).resolve().parents[1]
TOLERANCE = 1e-4

NETWORKS = """async ([group, tolerance]) => {
  const { casesOf, networkAgrees } = await import("/tests/js/compare.js");
  const [description, tensors] = await Promise.all([
    fetch(`/tests/golden/net/${group}.json`).then((answer) => answer.json()),
    fetch(`/tests/golden/net/${group}.safetensors`).then((answer) => answer.arrayBuffer()),
  ]);
  const cases = casesOf(description, tensors, group);
  for (const golden of cases) networkAgrees(golden, tolerance);
  return cases.map(({ name }) => name);
}"""

FRAMES = """async ([files, tolerance]) => {
  const { frameAgrees } = await import("/tests/js/compare.js");
  for (const file of files) {
    const golden = await (await fetch(`/tests/golden/frame/${file}`)).json();
    try {
      frameAgrees(golden, tolerance);
    } catch (error) {
      throw new Error(`${file}: ${error.message}`);
    }
  }
}"""


def from_disk(route: Route) -> None:
    path = TESTS / route.request.url.split("/tests/", 1)[1]
    kind = {".js": "text/javascript", ".json": "application/json"}.get(
        path.suffix, "application/octet-stream"
    )
    route.fulfill(body=path.read_bytes(), content_type=kind)


def test_networks_agree_with_torch_and_frames_with_handlens(visits: Visits, served: str) -> None:
    page = visits.open(served)
    page.route("**/tests/**", from_disk)
    for group in ("operations", "networks", "tutorial"):
        expected = json.loads((TESTS / "golden" / "net" / f"{group}.json").read_bytes())
        assert page.evaluate(NETWORKS, [group, TOLERANCE]) == list(expected)
    files = sorted(path.name for path in (TESTS / "golden" / "frame").glob("*.json"))
    assert len(files) >= 17
    page.evaluate(FRAMES, [files, 1 / 255])
