"""What the measurement of the page takes for busy, by a page that is busy for a known time."""

import pytest
from browser.made import written
from playwright.sync_api import Browser

from handlens.bench import rooms
from handlens.bench.browsing import PROBE, dragged, opened, scrubbed, settled

# Each move is worth 10 ms in its handler and 20 ms in its picture; the picture after it 5 ms, and a task 60.
BUSY = """<!doctype html><body style="height: 500px"><script>
const busy = (time) => { for (const end = performance.now() + time; performance.now() < end; ); };
document.addEventListener("pointermove", () => {
  busy(10);
  requestAnimationFrame(() => {
    busy(20);
    requestAnimationFrame(() => busy(5));
  });
});
onpointerup = () => {};
onpointerdown = () => setTimeout(() => busy(60), 30);
</script>"""


def test_the_times_are_those_that_the_page_was_busy(chromium: Browser) -> None:
    page = chromium.new_context().new_page()
    page.add_init_script(PROBE)
    page.route("http://busy.test/", lambda route: route.fulfill(body=BUSY, content_type="text/html"))
    page.goto("http://busy.test/")
    busy = dragged(page, [(10.0 * n, 50.0) for n in range(1, 10)])
    page.context.close()
    assert len(busy.moved) == 8
    assert min(busy.moved) >= 30
    assert sorted(busy.moved)[4] < 60
    if busy.later:  # none, where a slow machine has the next move in each picture
        assert 5 <= sorted(busy.later)[len(busy.later) // 2] < 20
    assert max(busy.long) >= 60


@pytest.mark.slow
def test_all_rooms_come_and_are_scrubbed(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("measuring")
    run, other = (written(folder / name, last=3) for name in ("one", "other"))
    with rooms.serving(run, other, folder) as (address, beside):
        state = "".join(f"&{name}={beside if name == 'compare' else 'open'}" for name in rooms.SHOWN)
        page = opened(chromium, address + state, rooms.TALL)
        settled(page, *rooms.SHOWN.values())
        busy = scrubbed(page)
        page.context.close()
        assert len(busy.moved) > 10
        for name in ("why", "compare"):
            assert rooms._opening(chromium, address, name) > 0
