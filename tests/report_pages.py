"""Pages that the tests of the report are written with: a plain one, and one with what nobody would call a department."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from builders import chain, log_of

import lanehop as lh
from lanehop.plots.palette import FLOW, INK, STATE_COLOURS
from lanehop.report.page import write_page
from lanehop.report.section import Definitions, Number, Numbers, Picture, Plain, Section, Table, Text

ABOUT = [("log", "one_lane_tech.csv"), ("hold", "14 days")]

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "</style><style>*{display:none}",
    "</script></svg></pre>",
    "'quotes\" & <!-- ]]>",
    "=cmd()|'/C calc'!A0",
    "left\u202etfel",
    "nul\x00 esc\x1b[2J bell\x07",
    "$x^2$ {{ 7 * 7 }}",
    "i" * 10_000,
)
"""Names as a log could hold them."""

SHOWN = (
    *HOSTILE[:6],
    r"left\u202etfel",
    r"nul\x00 esc\x1b[2J bell\x07",
    "$x^2$ {{ 7 * 7 }}",
    "i" * 60,
)
"""What of each of them must be legible."""


HOSTILE_NAMES = (
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    "=cmd()\u202e",
    "$x^2$",
    "W" * 10_000,
)
"""Names of the cases and departments of a log."""


def draw_bars(figure):
    ax = figure.subplots()
    ax.barh(["Network", "Billing"], [3, 5], color=[STATE_COLOURS["working"], FLOW])
    ax.set_xlabel("cases", color=INK)


def draw_names(figure):
    ax = figure.subplots()
    ax.barh(range(len(HOSTILE)), range(len(HOSTILE)))
    # What the plots write: nothing is cut or escaped but the dollar of the second title, as they do it.
    ax.set_yticks(range(len(HOSTILE)), [name[:70] for name in HOSTILE])
    ax.set_title(HOSTILE[0])
    ax.set_xlabel(HOSTILE[8].replace("$", r"\$"))


def picture(title="Cases by department", draw=draw_bars):
    return Picture(draw, title, "Two bars.", "Cases of each department.", "Longer is more.", "Why.")


def queue(n_rows=4):
    """A table of four rows, of which each column is ordered differently by its text and by its value."""
    frame = pd.DataFrame(
        {
            "case": ["case 10", "case 9", "case 1", "case 2"],
            "n_hops": pd.array([2, 10, None, 1234], dtype="Int64"),
            "share": [0.5, 0.25, float("nan"), 1.0],
            "opened_at": pd.to_datetime(
                ["2024-01-02T03:04:05Z", "2023-12-31T23:59:59.5Z", None, "2024-01-02T03:04:05.000001Z"],
                utc=True,
                format="ISO8601",
            ).as_unit("us"),
            "time_to_fix": pd.to_timedelta(["3D", "50min", None, "12h"]).as_unit("us"),
            "resolved": [True, False, True, False],
            "priority": pd.Categorical(["low", "high", None, "mid"], ["low", "mid", "high"], ordered=True),
            "department": ["=cmd", "Identity, and access", 'the "Desk"', None],
        }
    )
    return Table("queue", "The queue", frame, n_rows, {"n_hops": "Handoffs of the case."}, "A note.", "lanes.cases")


def plain_sections():
    return [
        Section(
            "headline",
            "What it comes to",
            "One case in five.",
            (
                Numbers(
                    (
                        Number("Closed without resolution", "61", "of 320 cases", "At least once.", "bad"),
                        Number("Time-to-close", "1.2 days", "of 312 cases", "", "dashboard"),
                        Number("Time-to-real-fix", "4.9 days", "of 320 cases", "", "customer"),
                        Number("Held", "249", "of 402 closures", "", "good"),
                        Number("Handoffs", "1,204", "in 287 cases"),
                    )
                ),
                Text(("First paragraph.", "Second paragraph.")),
            ),
        ),
        Section("queue", "The queue", "Four cases.", (queue(12_345), picture())),
        Section("cases", "Cases", "", (Plain("OLT-0042", "opened\n  closed"), Plain("OLT-0043", "open", True))),
        Section("words", "Words", "What is meant.", (Definitions((("case", "A customer's problem."),)),)),
    ]


def hostile_sections():
    turned = {name[:500]: [*HOSTILE[i:], *HOSTILE[:i]] for i, name in enumerate(HOSTILE)}
    frame = pd.DataFrame({**turned, "category": pd.Categorical(HOSTILE)})
    made = [
        Section(
            name[:500],
            name,
            name,
            (
                Numbers((Number(name, name, name, name, "bad"),)),
                Text((name,)),
                Plain(name, f"{name}\n{name}", True),
                Definitions(((name, name),)),
            ),
        )
        for name in HOSTILE
    ]
    table = Table(
        HOSTILE[1], HOSTILE[0], frame, 99, dict.fromkeys(map(str, frame.columns), HOSTILE[0]), HOSTILE[2], HOSTILE[3]
    )
    drawn = Picture(draw_names, *HOSTILE[:5])
    return [*made, Section("all", "All", "", (table, drawn))]


def write_plain(path: Path) -> Path:
    write_page(
        path, title="One Lane Tech", subtitle="What became of 320 cases.", sections=plain_sections(), about=ABOUT
    )
    return path


def write_hostile(path: Path) -> Path:
    about = [(name, name) for name in HOSTILE]
    write_page(path, title=HOSTILE[0], subtitle=HOSTILE[9], sections=hostile_sections(), about=about)
    return path


def write_sample_log(path: Path) -> Path:
    return lh.write_report(lh.reconstruct(lh.stitch(lh.sample_log())), path)


def write_hostile_log(path: Path) -> Path:
    steps = ("x:working@0h", "y@1h", "x@2h", ":resolved@3h", "x:open@5h")
    source = log_of(*(chain(f"{name}{i}", *steps) for i, name in enumerate(HOSTILE_NAMES)))
    for i, name in enumerate(HOSTILE_NAMES):
        source.loc[source["case"] == f"{name}{i}", "department"] = source["department"].where(
            source["department"].isna(), name
        )
    first, second, third, *_ = HOSTILE_NAMES
    source.loc[::2, "department"] = source.loc[::2, "department"].replace({first: second})
    source["category"], source["activity"] = first, third
    return lh.write_report(lh.reconstruct(lh.read_log(source)), path, title=first)
