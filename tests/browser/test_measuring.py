"""What the measurement of the page takes for busy, by a page that is busy for a known time."""

import pytest
from browser.made import written
from playwright.sync_api import Browser

from handlens.bench import rooms
from handlens.bench.browsing import PROBE, dragged, opened, scrubbed, settled

# Each move is worth 10 ms in its handler and 20 ms in its picture; the picture after it 5 ms. The clock goes
# on by these alone, however long a busy machine takes. The task of 60 ms is a real one: the browser sees it.
BUSY = """<!doctype html><body style="height: 500px"><script>
let clock = 1;
performance.now = () => clock;
const busy = (time) => { clock += time; };
document.addEventListener("pointermove", () => {
  busy(10);
  requestAnimationFrame(() => {
    busy(20);
    requestAnimationFrame(() => busy(5));
  });
});
const long = () => { for (const end = Date.now() + 61; Date.now() < end; ); };
onpointermove = ({ clientX }) => { if (clientX === 30) setTimeout(long); };
</script>"""


def test_the_times_are_those_that_the_page_was_busy(chromium: Browser) -> None:
    page = chromium.new_context().new_page()
    page.add_init_script(PROBE)
    page.route("http://busy.test/", lambda route: route.fulfill(body=BUSY, content_type="text/html"))
    page.goto("http://busy.test/")
    busy = dragged(page, [(10.0 * n, 50.0) for n in range(1, 10)])
    page.context.close()
    assert len(busy.moved) == 8
    assert set(busy.moved) <= {30, 35}  # 35: a slow machine has the next move in the picture after
    assert 30 in busy.moved
    assert set(busy.later) <= {5}
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
