"""The report's page as a file: what it allows, what it escapes, and what its tables hold."""

import base64
import csv
import hashlib
import html
import io
import itertools
import re
from collections import Counter
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from report_pages import ABOUT, HOSTILE, picture, plain_sections, queue, write_hostile, write_plain

import lanehop as lh
from lanehop.plots import palette
from lanehop.report.colours import PAGE_COLOURS, _hex, _lab, _linear, by_night, contrast
from lanehop.report.page import write_page
from lanehop.report.pictures import draw_picture
from lanehop.report.section import Plain, Section, Table
from lanehop.report.table_cells import show_cells
from lanehop.report.tables import write_tables


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of its style sheet and its script."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found, self.texts, self.inside = [], {"style": [], "script": []}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside in self.texts:
            self.texts[self.inside].append(data)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {
        "plain": write_plain(folder / "plain.html").read_text(encoding="utf-8"),
        "hostile": write_hostile(folder / "hostile.html").read_text(encoding="utf-8"),
    }


@pytest.fixture(params=["plain", "hostile"])
def page(pages, request):
    return pages[request.param]


def test_the_policy_allows_the_one_style_sheet_and_the_one_script_and_nothing_else(page):
    elements = Elements(page)
    policy = dict(
        rule.split(" ", 1)
        for tag, has in elements.found
        if tag == "meta" and has.get("http-equiv") == "Content-Security-Policy"
        for rule in has["content"].split("; ")
    )
    for tag in ("style", "script"):
        (text,) = ("".join(elements.texts[tag]),)
        assert [found for found, _ in elements.found].count(tag) == 1
        assert policy[f"{tag}-src"] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "img-src" not in policy
    assert "unsafe" not in str(policy)


def test_no_element_has_a_style_or_a_handler_or_an_address_elsewhere(page):
    for tag, has in Elements(page).found:
        assert "style" not in has
        assert not [name for name in has if name.startswith("on")]
        assert tag not in ("base", "embed", "form", "iframe", "link", "object")
        for name in ("href", "src", "action"):
            assert has.get(name, "#").startswith("#")
        assert all("url(#" in value for value in has.values() if value and "url(" in value)
    assert "://" not in page


def test_every_id_is_its_element_s_own_and_every_reference_finds_one(page):
    elements = Elements(page).found
    ids = Counter(has["id"] for _, has in elements if "id" in has)
    assert not [name for name, n in ids.items() if n > 1]
    named = {
        key for _, has in elements for at in ("aria-labelledby", "aria-describedby") for key in has.get(at, "").split()
    }
    linked = {has["href"][1:] for _, has in elements if has.get("href")}
    clipped = {
        key for _, has in elements for value in has.values() for key in re.findall(r"url\(#([^)]+)\)", value or "")
    }
    assert all((named, linked, clipped))
    assert named | linked | clipped <= set(ids)


def test_headings_are_in_order_and_landmarks_are_there(page):
    tags = [tag for tag, _ in Elements(page).found]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert [tags.count(tag) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert ("html", {"lang": "en"}) in Elements(page).found


def test_the_same_sections_make_the_same_bytes(tmp_path):
    assert write_plain(tmp_path / "a.html").read_bytes() == write_plain(tmp_path / "b.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_what_fails_leaves_the_report_that_was_there(tmp_path):
    path = write_plain(tmp_path / "a.html")
    before = path.read_bytes()
    table = Table("t", "T", pd.DataFrame({"x": [1]}), n_rows="many")
    with pytest.raises(TypeError):
        write_page(path, title="t", subtitle="s", sections=[Section("a", "A", "", (table,))], about=ABOUT)
    assert path.read_bytes() == before


def test_names_are_text_wherever_they_stand(pages):
    page = pages["hostile"]
    for name in HOSTILE[:5]:
        assert name not in page
        assert html.escape(name, quote=False)[:40] in html.escape(html.unescape(page), quote=False)
    assert page.count("<script>") == page.count("</script>") == page.count("<style>") == page.count("</style>") == 1
    assert not set(page) & {"\x00", "\x07", "\x1b"} - set("".join(re.findall(r'data-csv="[^"]*"', page)))
    assert "\x00" not in page
    assert "\u202e" not in re.sub(r'data-csv="[^"]*"', "", page)
    assert r"left\u202etfel" in page
    assert "{{ 7 * 7 }}" in page
    assert "i" * 2_001 not in page


def test_whatever_the_log_holds_the_file_stays_small(tmp_path):
    def draw(figure):
        numbers = np.random.default_rng(0).normal(size=30_000)
        figure.subplots().fill_between(np.arange(30_000), numbers, numbers + 5)

    frame = pd.DataFrame({f"column {i}": ["&" * 10_000] * 200 for i in range(40)})
    blocks = (Table("t", "T", frame, 200), picture(draw=draw), Plain("p", ("&" * 10_000 + "\n") * 2_000))
    path = tmp_path / "big.html"
    write_page(path, title="t" * 99_999, subtitle="s" * 99_999, sections=[Section("a", "A", "", blocks)], about=ABOUT)
    text = path.read_text(encoding="utf-8")
    # An ampersand takes five bytes.
    assert len(text) < 5_000_000
    assert "Texts of more than 20 letters are cut, in the CSV file too." in text
    assert "and 1,000 more lines" in text
    # The picture became pixels, which the policy allows for this page alone.
    assert 'src="data:image/png;base64,' in text
    assert "img-src data:;" in text


def test_cells_show_what_people_read_and_hold_what_programs_read():
    cells = show_cells(queue())
    shown = [[cell.shown for cell in row] for row in cells.rows]
    assert shown == [
        ["case 10", "2", "50.0 %", "2024-01-02 03:04", "3.0 days", "yes", "low", "=cmd"],
        ["case 9", "10", "25.0 %", "2023-12-31 23:59", "50 min", "no", "high", "Identity, and access"],
        ["case 1", "\u2013", "\u2013", "\u2013", "\u2013", "yes", "\u2013", 'the "Desk"'],
        ["case 2", "1,234", "100.0 %", "2024-01-02 03:04", "12.0 h", "no", "mid", "\u2013"],
    ]
    assert [[cell.rank for cell in row] for row in cells.rows] == [
        [3, 0, 1, 1, 2, 1, 0, 0],
        [2, 1, 0, 0, 0, 0, 2, 1],
        [0, None, None, None, None, 1, None, 2],
        [1, 2, 2, 2, 1, 0, 1, None],
    ]
    stored = [[cell.shown if cell.csv is None else cell.csv for cell in row] for row in cells.rows]
    assert stored == [
        ["case 10", "2", "0.5", "2024-01-02T03:04:05Z", "259200.0", "True", "low", "'=cmd"],
        ["case 9", "10", "0.25", "2023-12-31T23:59:59.500000Z", "3000.0", "False", "high", "Identity, and access"],
        ["case 1", "", "", "", "", "True", "", 'the "Desk"'],
        ["case 2", "1234", "1.0", "2024-01-02T03:04:05.000001Z", "43200.0", "False", "mid", ""],
    ]
    names = [(column.csv_name, column.kind) for column in cells.columns]
    assert names[3:6] == [("opened_at", "time"), ("time_to_fix_seconds", "length"), ("resolved", "flag")]


def test_the_stored_texts_are_those_of_the_files(tmp_path):
    lanes = lh.reconstruct(lh.sample_log(), hold="14D")
    for path in write_tables(lanes, tmp_path, as_csv=True):
        frame = getattr(lanes, path.stem, None)
        if frame is None:
            continue
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        cells = show_cells(Table(path.stem, "", frame.head(50), len(frame)))
        assert [column.csv_name for column in cells.columns] == header
        assert [[x.shown if x.csv is None else x.csv for x in row] for row in cells.rows] == rows[:50]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_what_a_spreadsheet_would_run_is_defused_whatever_the_column_s_dtype(start):
    text = f"{start}cmd()"
    for values in (
        pd.Series([text], dtype="str"),
        pd.Series([text], dtype=object),
        pd.Series([text]).astype("category"),
    ):
        (row,) = show_cells(Table("t", "", pd.DataFrame({text: values}), 1)).rows
        assert row[0].csv == f"'{text}"
    assert show_cells(Table("t", "", pd.DataFrame({text: [1]}), 1)).columns[0].csv_name == f"'{text}"


def test_any_column_can_be_shown():
    frame = pd.DataFrame(
        {
            "mixed": pd.Series([1, "a", None], dtype=object),
            "lists": pd.Series([[1, 2], {}, None], dtype=object),
            "half a letter": pd.Series(["\ud800", "b", "c"], dtype=object),
            "flags": pd.array([True, None, False], dtype="boolean"),
            "numbers": [float("inf"), -0.5, 12345.678],
            "back": pd.to_timedelta(["-90min", "0s", None]),
            "elsewhere": pd.to_datetime(["2024-07-01T00:00+02:00"] * 3).tz_convert("Europe/Lisbon"),
            "codes": pd.Categorical([3, 1, None]),
            "digits": ["9" * 5_000, "1" + "0" * 5_000, "7"],
        }
    )
    frame.insert(0, "flags", 1.0, allow_duplicates=True)
    frame.index = [7, 7, 7]
    rows = show_cells(Table("t", "", frame, 3)).rows
    assert [cell.shown for cell in rows[0]][1:9] == [
        "1",
        "[1, 2]",
        r"\ud800",
        "yes",
        "inf",
        "-1.5 h",
        "2024-06-30 22:00",
        "3",
    ]
    assert [row[5].shown for row in rows] == ["inf", "-0.5", "12,345.7"]
    assert [row[9].rank for row in rows] == [1, 2, 0]
    assert not show_cells(Table("t", "", pd.DataFrame({"x": []}), 0)).rows
    assert not show_cells(Table("t", "", pd.DataFrame(), 0)).rows


def test_a_table_that_was_cut_says_so(pages):
    assert "Showing 4 of 12,345 rows: the whole table, in Python, is <code>lanes.cases</code>." in pages["plain"]


def test_a_picture_is_text_in_the_page_s_own_colours():
    drawing = draw_picture(picture(), "key")
    assert drawing.markup == draw_picture(picture(), "key").markup
    assert palette.FLOW in drawing.colours
    assert f"var(--c-{palette.FLOW[1:]})" in drawing.markup
    assert 'fill="var(--ink)"' in drawing.markup
    assert "Network" in drawing.markup
    assert not re.search(r"#[0-9a-f]{6}|style|xlink|metadata|DOCTYPE|<\?xml|http", drawing.markup)
    ids = set(re.findall(r' id="([^"]+)"', drawing.markup))
    assert ids
    assert all(name.startswith("key-") for name in ids)
    assert ids.isdisjoint(re.findall(r' id="([^"]+)"', draw_picture(picture(), "other").markup))


@pytest.mark.parametrize(
    ("colour", "lab"),
    # As CSS Color 4 gives them for red, lime and blue.
    [
        ("#ff0000", (0.62796, 0.22486, 0.12585)),
        ("#00ff00", (0.86644, -0.23389, 0.17950)),
        ("#0000ff", (0.45201, -0.03246, -0.31153)),
        ("#ffffff", (1, 0, 0)),
    ],
)
def test_oklab_is_that_of_css(colour, lab):
    assert _lab(colour) == pytest.approx(lab, abs=2e-4)
    assert _hex(_linear(np.array(lab))) == colour


def test_colours_keep_their_order_and_their_contrast_by_night():
    night = {name: by_night(colour) for name, colour in PAGE_COLOURS.items()}
    # Black on white is 21 : 1, and a colour on itself 1 : 1; #777777 is known for missing 4.5 : 1 on white.
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#123456", "#123456") == 1
    assert 4.4 < contrast("#777777", "#ffffff") < 4.5
    for colours in (PAGE_COLOURS, night):
        for text in ("ink", "faint", "accent"):
            assert contrast(colours[text], colours["paper"]) >= 4.5
            assert contrast(colours[text], colours["surface"]) >= 4.5
        for large in ("bad", "good", "dashboard", "customer", "control"):
            assert contrast(colours[large], colours["paper"]) >= 3
    greys = [by_night(f"#{i:02x}{i:02x}{i:02x}") for i in range(0, 256, 15)]
    assert greys == sorted(greys, reverse=True)


def test_a_picture_with_pixels_in_it_stays_by_day(tmp_path):
    def draw(figure):
        figure.subplots().imshow([[1, 2], [3, 4]])

    drawing = draw_picture(picture(draw=draw), "key")
    assert drawing.has_pixels
    assert not drawing.colours
    assert "var(" not in drawing.markup
    assert 'class="drawing wide day"' in drawing.markup
    path = tmp_path / "a.html"
    section = Section("a", "A", "", (picture(draw=draw),))
    write_page(path, title="t", subtitle="s", sections=[section], about=ABOUT)
    assert "img-src data:;" in path.read_text(encoding="utf-8")


def test_what_a_picture_draws_in_black_is_ink():
    def draw(figure):
        figure.text(0.5, 0.5, "black", color="black")

    root = draw_picture(picture(draw=draw), "key").markup.partition(">")[0]
    assert 'fill="var(--ink)"' in root


def test_sections_of_one_key_are_told_apart(tmp_path):
    path = tmp_path / "a.html"
    first = plain_sections()[0]
    write_page(path, title="t", subtitle="", sections=[first, first], about=[])
    assert re.findall(r'<a href="#([^"]+)">What', path.read_text(encoding="utf-8")) == ["headline", "part-2"]
