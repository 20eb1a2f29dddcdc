"""The report's page in a browser: nothing goes wrong, nothing is fetched, tables obey, everybody can read it.

Chromium is looked for on the path. The path of axe-core's script (``axe.min.js``) is taken from ``LANEHOP_AXE``.
"""

import contextlib
import csv
import functools
import io
import itertools
import os
import re
import shutil
from pathlib import Path

import pytest
from report_pages import HOSTILE, SHOWN, queue, write_hostile, write_hostile_log, write_plain, write_sample_log

from lanehop.report.section import Table

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = os.environ.get("LANEHOP_AXE", "")
PAGES = ("plain", "hostile", "sample log", "hostile log")
"""Pages made by hand, and the reports of two logs."""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path")
needs_axe = pytest.mark.skipif(not Path(AXE).is_file(), reason="LANEHOP_AXE does not name axe-core's axe.min.js")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def path_of(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    write = {
        "plain": write_plain,
        "hostile": write_hostile,
        "sample log": write_sample_log,
        "hostile log": write_hostile_log,
    }
    return functools.cache(lambda name: write[name](folder / f"{name}.html"))


@pytest.fixture
def open_page(browser, path_of):
    """Open a page; whatever it complains of, or asks the network for, fails the test when the page is closed."""

    @contextlib.contextmanager
    def opened(name, viewport=DESK, **options):
        wrong = []
        context = browser.new_context(viewport=viewport, **options)
        context.route(
            lambda url: not url.startswith(("file:", "blob:", "data:")),
            lambda route: (wrong.append(route.request.url), route.abort()),
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: wrong.append(request.url) if request.url != address else None)
        address = path_of(name).as_uri()
        page.goto(address)
        yield page
        context.close()
        assert [text for text in wrong if not text.startswith("blob:")] == []

    return opened


def column(page, name):
    """The texts of a column of the first table, of the rows that are shown, from the top."""
    headings = page.locator(".table").first.locator("thead th").all_inner_texts()
    at = [re.sub(r"\W*(UTC)?\W*$", "", heading) for heading in headings].index(name)
    return page.locator(f".table >> nth=0 >> tbody tr:visible > :nth-child({at + 1})").all_inner_texts()


def sort(page, name):
    page.locator(".table").first.locator(".sort", has_text=name).click()


def direction(page, name):
    return page.locator(".table").first.locator("th", has_text=name).first.get_attribute("aria-sort")


NONE = "\u2013"


@pytest.mark.parametrize(
    ("name", "upwards", "downwards"),
    [
        ("n hops", ["2", "10", "1,234", NONE], ["1,234", "10", "2", NONE]),
        ("share", ["25.0 %", "50.0 %", "100.0 %", NONE], ["100.0 %", "50.0 %", "25.0 %", NONE]),
        ("time to fix", ["50 min", "12.0 h", "3.0 days", NONE], ["3.0 days", "12.0 h", "50 min", NONE]),
        ("case", ["case 1", "case 2", "case 9", "case 10"], ["case 10", "case 9", "case 2", "case 1"]),
        ("priority", ["low", "mid", "high", NONE], ["high", "mid", "low", NONE]),
        # Those that are alike stay in the order given, upwards and downwards.
        ("resolved", ["no", "no", "yes", "yes"], ["yes", "yes", "no", "no"]),
    ],
)
def test_columns_are_sorted_by_value_with_the_missing_last(open_page, name, upwards, downwards):
    with open_page("plain") as page:
        given = column(page, name)
        sort(page, name)
        assert (column(page, name), direction(page, name)) == (upwards, "ascending")
        sort(page, name)
        assert (column(page, name), direction(page, name)) == (downwards, "descending")
        sort(page, name)
        assert (column(page, name), direction(page, name)) == (given, None)


def test_rows_that_are_alike_stay_in_order_and_one_column_at_a_time_is_sorted(open_page):
    with open_page("plain") as page:
        sort(page, "n hops")
        sort(page, "resolved")
        assert column(page, "case") == ["case 9", "case 2", "case 10", "case 1"]
        sort(page, "resolved")
        assert column(page, "case") == ["case 10", "case 1", "case 9", "case 2"]
        assert page.locator(".table >> nth=0 >> th[aria-sort]").count() == 1
        # Instants that are shown alike, a microsecond apart, are told apart.
        sort(page, "opened at")
        assert column(page, "case") == ["case 9", "case 10", "case 2", "case 1"]


def test_a_filter_shows_the_rows_that_hold_every_word_and_counts_them(open_page):
    with open_page("plain") as page:
        count, box = page.get_by_role("status").first, page.get_by_role("searchbox", name="Filter").first
        assert count.inner_text() == "4 rows"
        box.fill("IDENTITY access")
        assert column(page, "case") == ["case 9"]
        assert count.inner_text() == "1 of 4 rows"
        # What only the CSV file holds counts, too: the seconds of a time.
        box.fill("2024-01-02T03:04:05")
        assert column(page, "case") == ["case 10", "case 2"]
        # The text that a length or a flag has there does not: what cannot be seen would only puzzle.
        for unseen in ("259200", "true", "nobody"):
            box.fill(unseen)
            assert column(page, "case") == []
        assert count.inner_text() == "0 of 4 rows"
        assert page.get_by_role("button", name="Download CSV").first.is_disabled()
        box.fill("")
        assert count.inner_text() == "4 rows"


def download(page, folder):
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download CSV").first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_a_download_holds_the_rows_shown_in_their_order(open_page, tmp_path):
    with open_page("plain") as page:
        page.get_by_role("searchbox").first.fill("yes")
        sort(page, "case")
        path = download(page, tmp_path)
    assert path.name == "queue.csv"
    # A mark of UTF-8, lines that end as RFC 4180 says, a formula defused, quotes doubled, what is missing empty.
    assert path.read_bytes().decode("utf-8") == (
        "\ufeffcase,n_hops,share,opened_at,time_to_fix_seconds,resolved,priority,department\r\n"
        'case 1,,,,,True,,"the ""Desk"""\r\n'
        "case 10,2,0.5,2024-01-02T03:04:05Z,259200.0,True,low,'=cmd\r\n"
    )


def test_a_download_gives_back_what_a_hostile_log_holds(open_page, tmp_path):
    with open_page("hostile") as page:
        path = download(page, tmp_path)
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    kept = [name.replace("\x00", r"\x00") for name in HOSTILE[:-1]]
    defused = [f"'{name}" if name.startswith("=") else name for name in kept]
    assert header[: len(defused)] == defused
    assert [row[-1] for row in rows] == [*defused, "i" * 499 + "\u2026"]


def test_a_download_keeps_line_breaks_and_every_other_character(browser, tmp_path):
    from lanehop.report.page import write_page
    from lanehop.report.section import Section

    names = [
        "a\r\nb",
        "a\rb",
        "a\nb",
        "a\tb",
        " a ",
        "a\u00a0b",
        "a\u202eb",
        "a,b",
        'a"b',
        "\u5de5\U0001f600",
        "\ufeffa",
    ]
    frame = queue().frame.iloc[[0] * len(names), :1].assign(name=names)
    section = Section("a", "A", "", (Table("names", "Names", frame, len(names)),))
    write_page(tmp_path / "a.html", title="t", subtitle="s", sections=[section], about=[])
    page = browser.new_page()
    page.goto((tmp_path / "a.html").as_uri())
    path = download(page, tmp_path)
    page.close()
    text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    assert [row[1] for row in csv.reader(io.StringIO(text, newline=""))][1:] == names


def test_keys_are_enough(open_page):
    with open_page("plain") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "report"
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.className") == "sort":
                break
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "n hops"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert column(page, "n hops") == ["2", "10", "1,234", NONE]
        assert page.evaluate("document.activeElement.textContent") == "n hops"
        page.keyboard.press("Space")
        assert column(page, "n hops") == ["1,234", "10", "2", NONE]


@pytest.mark.parametrize(
    ("name", "viewport"),
    [
        *itertools.product(PAGES[:2], [PHONE, {"width": 320, "height": 600}, DESK]),
        *itertools.product(PAGES[2:], [PHONE]),
    ],
)
def test_the_page_never_scrolls_sideways(open_page, name, viewport):
    with open_page(name, viewport) as page:
        page.evaluate("document.querySelectorAll('details').forEach(x => x.open = true)")
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        # What is wider than the page scrolls in its own box, which keys can reach.
        boxes = page.locator(".region, .canvas, pre")
        wide = [
            boxes.nth(i) for i in range(boxes.count()) if boxes.nth(i).evaluate("e => e.scrollWidth > e.clientWidth")
        ]
        assert wide or viewport == DESK
        assert all(box.get_attribute("tabindex") == "0" for box in wide)


def test_the_first_screen_tells_the_numbers(open_page):
    with open_page("plain") as page:
        for value in ("61", "1.2 days", "4.9 days"):
            box = page.get_by_text(value, exact=True).bounding_box()
            assert 0 < box["y"] < box["y"] + box["height"] < DESK["height"]


def test_names_are_shown_as_text_in_every_place(open_page):
    with open_page("hostile") as page:
        places = {
            "title": [page.locator("h1").inner_text()],
            "about": page.locator(".about dd").all_inner_texts(),
            "navigation": page.locator(".sections a").all_inner_texts(),
            "section": page.locator("h2").all_inner_texts(),
            "lead": page.locator(".lead").all_inner_texts(),
            "number": page.locator(".value").all_inner_texts(),
            "paragraph": page.locator(".text p").all_inner_texts(),
            "folded": page.locator("pre").all_inner_texts(),
            "word": page.locator(".definitions dt").all_inner_texts(),
            "header": page.locator("thead th").all_inner_texts(),
            "cell": page.locator("tbody tr >> nth=0 >> td").all_inner_texts(),
            "picture": page.locator("svg text").all_text_contents(),
        }
        assert places.pop("title") == [HOSTILE[0]]
        for place, texts in places.items():
            for shown in SHOWN:
                assert any(shown in text for text in texts), (place, shown)
        elements = "document.querySelectorAll('script, style, img, iframe, object').length"
        assert page.evaluate(elements) == 2


def test_everything_is_on_paper(open_page):
    with open_page("plain", color_scheme="dark") as page:
        folded = page.locator("details:not([open])").count()
        assert folded == 2
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("pre").first.is_visible()
        assert page.locator(".meanings dd").first.is_visible()
        for gone in ("nav", ".controls", ".skip"):
            assert not page.locator(gone).first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        # A4 between its margins is 680 pixels wide: no table is cut.
        page.set_viewport_size({"width": 680, "height": 980})
        cut = "[...document.querySelectorAll('.region, .canvas, pre')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
        assert page.evaluate(cut) == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() == folded
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_dark_is_dark(open_page):
    def colours(page):
        said = "[document.body, document.querySelector('svg text')].map((e, i) => getComputedStyle(e)[i ? 'fill' : 'backgroundColor'])"
        return [sum(map(int, re.findall(r"\d+", colour))) for colour in page.evaluate(said)]

    with open_page("plain", color_scheme="light") as page:
        paper, ink = colours(page)
        assert paper == 3 * 255
        assert ink < 200
    with open_page("plain", color_scheme="dark") as page:
        paper, ink = colours(page)
        assert paper < 150
        assert ink > 500


def test_it_can_be_read_without_scripts(open_page):
    with open_page("plain", java_script_enabled=False) as page:
        assert page.get_by_text("Identity, and access").is_visible()
        assert page.get_by_text("61", exact=True).is_visible()
        assert not page.locator(".controls").first.is_visible()
        page.locator("summary", has_text="OLT-0042").click()
        assert page.locator("pre").first.is_visible()


@needs_axe
@pytest.mark.parametrize(
    ("name", "scheme", "viewport"),
    [
        *itertools.product(PAGES[:2], ["light", "dark"], [PHONE, DESK]),
        # Whole reports take axe their time: each scheme once.
        *itertools.product(PAGES[2:], ["light"], [PHONE]),
        *itertools.product(PAGES[2:], ["dark"], [DESK]),
    ],
)
def test_axe_finds_nothing_serious(open_page, name, scheme, viewport):
    # The page's policy would not let axe in.
    with open_page(name, viewport, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce") as page:
        page.evaluate("document.querySelectorAll('details').forEach(x => x.open = true)")
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run().then(all => all.violations)")
        assert [
            (one["id"], one["impact"], node["html"][:200], node["failureSummary"])
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ] == []
