"""Time spent: which states and departments the minutes went to, and what lies between closing and fixing."""

from __future__ import annotations

import pandas as pd

from lanehop.plots import plot_charges, plot_gap
from lanehop.report.section import Block, Picture, Section, Table
from lanehop.report.view import MOST_ROWS, View, brief, in_us, say
from lanehop.states import CHARGED_STATES
from lanehop.wording import percent, say_n


def time_spent(view: View) -> Section | None:
    """Say where the customers' time went."""
    if not view.says_states:
        return None
    by_department = _by_department(view)
    blocks: list[Block] = [
        Picture(
            draw=lambda figure: plot_charges(view.charged, ax=figure.add_subplot()),
            title="Where the minutes went, by department",
            alt="Stacked bars of time per department and state; the table below holds the numbers.",
            shows=f"All minutes{view.counted_in} of {say_n(len(view.lanes._cases), 'case')}, each charged to one department and one state.",
            how_to_read="False done is time in which the desk said that it was done and it was not; it is charged to "
            "the department that said so.",
            cannot_show="Whether anybody worked: the log says in what state a ticket stood, not what people did.",
            size=(9.0, 5.5),
        ),
        _table(view, by_department),
    ]
    chase = view.clocks.chase.iloc[0]
    if chase["n"]:
        blocks.append(
            Picture(
                draw=lambda figure: plot_gap(view.clocks, interval="way", ax=figure.add_subplot()),
                title="From opening to the real fix",
                alt=f"Bars of the time from opening to the fix in each state, {say(chase['time_to_fix'])} in all.",
                shows=f"The way of the {say_n(int(chase['n']), 'fixed case')} from opening to fix, taken apart; "
                f"it adds up to {say(chase['time_to_fix'])}, of which {say(chase['fix_stay_time'])} in the stays that fixed them.",
                how_to_read="Work at fix is work in the stay that fixed it, at last. What else a shorter way would have saved, and "
                "what had to be waited for, the log does not tell apart.",
                cannot_show=f"The {say_n(int(chase['n_not_fixed']), 'case')} not proven fixed, whose way goes on.",
            )
        )
        gap = view.clocks.parts.query("interval == 'gap'")["time"].sum()
        if in_us(gap):
            blocks.append(
                Picture(
                    draw=lambda figure: plot_gap(view.clocks, interval="gap", ax=figure.add_subplot()),
                    title="From the first closing to the real fix",
                    alt=f"Bars of the time from the first closing to the fix in each state, {say(gap)} in all.",
                    shows="The time that the dashboard does not see: from when the desk first said done to the fix.",
                    how_to_read="False done is waiting that nobody counted. All of it comes after the dashboard's clock had stopped.",
                    cannot_show="Cases closed for the last time without a fix: they have no end to measure to.",
                )
            )
    return Section("time", "Where the time goes", _lead(view, by_department), tuple(blocks))


def _by_department(view: View) -> pd.DataFrame:
    """Return one row per department, and a column per state that occurs."""
    charged, time = view.charged, view.time
    wide = charged.pivot_table(
        index="department", columns="state", values=time, aggfunc="sum", observed=False, dropna=False, sort=False
    )
    nobody = charged[charged["department"].isna()]
    table = wide[wide.index.notna()].reindex(columns=list(CHARGED_STATES)).reset_index()
    if len(nobody):
        row = {"department": "(no department)", **dict(zip(nobody["state"].astype("str"), nobody[time], strict=True))}
        table = pd.concat([table.astype({"department": "str"}), pd.DataFrame([row])], ignore_index=True)
    table.columns = [str(name) for name in table.columns]
    table = table.astype({"department": "str", **dict.fromkeys(CHARGED_STATES, "timedelta64[us]")})
    zero = pd.Timedelta(0)
    table[list(CHARGED_STATES)] = table[list(CHARGED_STATES)].fillna(zero)
    total = table[list(CHARGED_STATES[:-1])].sum(axis=1)
    table.insert(1, "all_but_settled", total)
    table.insert(2, "share_false_done", (table["false_done"] / total.where(total > zero)).astype("float64"))
    n = charged.drop_duplicates("department")[["department", "n"]].astype({"department": "str"})
    table.insert(
        1, "n_cases", table["department"].map(dict(zip(n["department"], n["n"], strict=True))).fillna(0).astype("int32")
    )
    if len(nobody):
        table.loc[table["department"] == "(no department)", "n_cases"] = int(nobody["n"].iloc[0])
    unused = [x for x in CHARGED_STATES[:-2] if not table[x].any()]
    return table.drop(columns=unused).sort_values("false_done", ascending=False, kind="stable", ignore_index=True)


def _table(view: View, table: pd.DataFrame) -> Table:
    return Table(
        "time_by_department",
        f"Time charged to each department, by state{view.counted_in}",
        table.head(MOST_ROWS),
        len(table),
        {
            "n_cases": "cases with time charged to it",
            "all_but_settled": "all of it but settled time",
            "share_false_done": "false done, of all but settled",
            "false_done": "said to be done, and it was not; charged to who said so",
            "settled": "done otherwise; left out of shares, as an auto-close timer can be half of all minutes",
            "open": "open, and the log does not say who waits",
        },
        whole='charge_table(lanes, by="department")',
    )


def _lead(view: View, by_department: pd.DataFrame) -> str:
    counted, false_done = by_department["all_but_settled"].sum(), by_department["false_done"].sum()
    if not in_us(counted):
        return "No time was spent in any state."
    said = f"{percent(in_us(false_done), in_us(counted))} of the customers' time was spent on cases that the desk called done and that were not."
    if in_us(false_done):
        worst = by_department.iloc[0]
        said += (
            f" {brief(worst['department'])} left the largest part of it behind: {say(worst['false_done'])}, "
            f"{percent(in_us(worst['false_done']), in_us(false_done))} of it."
        )
    return said
