"""What users may call: its names, its docstrings, and that it changes nothing that it is given."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import pandas as pd
import pytest
from builders import chain, log_of
from pandas.testing import assert_frame_equal

import lanehop as lh

LADDER = ("stays", "handoffs", "loops", "closures", "charges", "cases")
LOG = ("events", "tickets", "links", "surveys", "messages", "ledger", "set_aside")

PUBLIC = [getattr(lh, name) for name in lh.__all__]
FUNCTIONS = {f.__name__: f for f in PUBLIC if inspect.isfunction(f)}
CLASSES = {c.__name__: c for c in PUBLIC if inspect.isclass(c)}

# What a function takes beside its data, where it must have more.
ARGUMENTS: dict[str, dict[str, object]] = {
    "write_report": {"path": Path(tempfile.gettempdir()) / f"lanehop-{os.getpid()}" / "review.html"},
    "attach_links": {"links": pd.DataFrame({"from_ticket": ["c1"], "to_ticket": ["c2"], "kind": ["follow_up"]})},
    "call_list": {"seed": 0},
    # Each event says a state, so that the states stand for fields that change.
    "read_changes": {
        "ticket": "case",
        "field": "state",
        "new": "department",
        "columns": {"department": "working", "agent": "resolved"},
    },
    "to_pm4py": {"activity": "department"},
}
# What may follow the data without its name, as it is never anything else.
POSITIONAL = {
    "business_time": ("end",),
    "plot_swimlanes": ("case",),
    "simulate": ("seed",),
    "walk": ("case",),
    "write_report": ("path",),
}


def takes(function):
    """The name of a function's first parameter: what it works on."""
    return next(iter(inspect.signature(function).parameters), None)


ON_DATA = [name for name, f in FUNCTIONS.items() if takes(f) in ("source", "log", "lanes")]


def source():
    return log_of(
        chain("c1", "A:queued/ann@0h", "B:working/bob@1h", "A@2h", ":resolved@3h", "B:open@5h", ":resolved@9h"),
        chain("c2", "A:working/ann@0h", "C@2h", "B@3h", "A/cid@4h", resolved="9h", opened_at="-1h", category="net"),
        chain("c3", "C:working@1h", "A@2h", ":waiting_customer@3h"),
        # Long after, so that every claim is proven.
        chain("c4", "C:working@10D", "C@20D", requester="ida"),
    )


def frames(thing):
    """Every frame that a source, a log or its lanes consist of."""
    if isinstance(thing, pd.DataFrame):
        return {"frame": thing}
    if isinstance(thing, lh.TicketLog):
        return {name: getattr(thing, name) for name in LOG}
    return {name: getattr(thing, name) for name in LADDER} | frames(thing.log)


def data(kind):
    made = source()
    if kind != "source":
        made = lh.read_log(made)
    return lh.reconstruct(made) if kind == "lanes" else made


# Names -----------------------------------------------------------------------------------------------


def test_all_is_sorted_and_names_each_thing_once():
    assert lh.__all__ == sorted(set(lh.__all__))


def test_what_is_public_is_in_all():
    # Importing a package puts its modules on it; of these only those in __all__ are meant.
    named = {
        name
        for name, value in vars(lh).items()
        if not name.startswith("_") and (not isinstance(value, types.ModuleType) or name in lh.__all__)
    }
    assert named == set(lh.__all__)


def test_functions_and_classes_are_called_by_their_public_names():
    assert set(FUNCTIONS) | set(CLASSES) == {
        name for name in lh.__all__ if not isinstance(getattr(lh, name), types.ModuleType)
    }


def test_errors_are_a_tree_of_which_each_is_public():
    made = {n: c for n, c in vars(lh.errors).items() if inspect.isclass(c) and c.__module__ == "lanehop.errors"}
    assert set(made) == set(lh.errors.__all__)
    for name, error in made.items():
        assert issubclass(error, lh.errors.LanehopWarning if name.endswith("Warning") else lh.errors.LanehopError)
        # Each stands in the tree that the module's docstring draws.
        assert re.search(rf"[├└ ]\s*─*\s*{name}|^    {name}", lh.errors.__doc__, re.MULTILINE), name
    assert issubclass(lh.errors.ArgumentError, ValueError)
    assert issubclass(lh.errors.LanehopWarning, UserWarning)


# Docstrings ------------------------------------------------------------------------------------------


def sections(thing):
    doc = inspect.getdoc(thing) or ""
    return re.findall(r"^(\w[\w ]*)\n-+$", doc, re.MULTILINE)


@pytest.mark.parametrize("name", lh.__all__)
def test_everything_public_is_documented(name):
    doc = getattr(lh, name).__doc__
    assert doc
    # One sentence on the first line.
    first = inspect.cleandoc(doc).splitlines()[0]
    assert re.match(r".+[.:]$", first), first
    assert "{columns}" not in doc


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_says_what_it_returns_and_shows_it(name):
    function = FUNCTIONS[name]
    found = sections(function)
    assert "Returns" in found
    assert "Examples" in found
    assert ">>>" in function.__doc__
    assert "See Also" in found
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    # Data first, positionally; all else by name.
    for place, parameter in enumerate(signature.parameters.values()):
        if place and parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY or parameter.name in POSITIONAL.get(name, ()), (
                parameter
            )
        if place:
            assert re.search(
                rf"^\s*\**{parameter.name}\b.* :|^\s*\*\*{parameter.name}$", function.__doc__, re.MULTILINE
            )


@pytest.mark.parametrize(
    "name",
    sorted(
        set(FUNCTIONS) & {"find_stays", "find_handoffs", "find_loops", "find_closures", "charge_time", "describe_cases"}
    ),
)
def test_each_column_of_a_table_stands_in_its_functions_docstring(name):
    table = {"charge_time": "charges", "describe_cases": "cases"}.get(name, name.removeprefix("find_"))
    for column in lh.schema.TABLES[table].columns:
        assert re.search(rf"^\s+{column.name} : ", FUNCTIONS[name].__doc__, re.MULTILINE), column.name


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_class_shows_an_example_and_documents_its_members(name):
    made = CLASSES[name]
    assert "Examples" in sections(made)
    for member, value in vars(made).items():
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property | classmethod)):
            assert getattr(made, member).__doc__, member


# Nothing is changed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ON_DATA)
def test_no_public_function_changes_what_it_is_given(name):
    given = data(takes(FUNCTIONS[name]))
    before = {key: frame.copy(deep=True) for key, frame in frames(given).items()}
    FUNCTIONS[name](given, **ARGUMENTS.get(name, {}))
    for key, frame in frames(given).items():
        assert_frame_equal(frame, before[key])
    # Nor the arrays behind the frames: what is made of them afterwards is the same.
    if not isinstance(given, pd.DataFrame):
        log = given if isinstance(given, lh.TicketLog) else given.log
        untouched = lh.reconstruct(lh.read_log(source()))
        for key, frame in frames(lh.reconstruct(log)).items():
            assert_frame_equal(frame, getattr(untouched if key in LADDER else untouched.log, key))


@pytest.mark.parametrize("name", ON_DATA)
def test_what_is_returned_may_be_edited(name):
    function, arguments = FUNCTIONS[name], ARGUMENTS.get(name, {})
    given = data(takes(function))
    made = function(given, **arguments)
    if not isinstance(made, pd.DataFrame | lh.TicketLog | lh.Lanes):
        return
    # What was given and what is made of it may differ: a log with links is not the one without.
    as_given = {key: frame.copy(deep=True) for key, frame in frames(given).items()}
    before = {key: frame.copy(deep=True) for key, frame in frames(made).items()}
    for frame in frames(made).values():
        if len(frame):
            frame.iloc[0] = frame.iloc[-1]  # written into the columns
            frame["new"] = 1
            frame.drop(frame.index[-1])
    for key, frame in frames(given).items():
        assert_frame_equal(frame, as_given[key])
    again = function(given, **arguments)
    for key, frame in frames(again).items():
        assert_frame_equal(frame, before[key])
    # A log or lanes hand out each frame anew.
    if not isinstance(made, pd.DataFrame):
        for key, frame in frames(made).items():
            assert_frame_equal(frame, before[key])


@pytest.mark.parametrize("kind", ["log", "lanes"])
def test_no_array_of_a_frame_leads_back_to_the_log(kind):
    given = data(kind)
    before = {key: frame.copy(deep=True) for key, frame in frames(given).items()}
    for frame in frames(given).values():
        for name in frame:
            values = frame[name].to_numpy()
            # pandas hands out the memory of its own nullable integers: not ours to guard.
            if frame[name].dtype != "Int64" and values.flags.writeable and len(values):
                values[:] = values[-1]
    for key, frame in frames(given).items():
        assert_frame_equal(frame, before[key])


@pytest.mark.parametrize("kind", ["log", "lanes"])
def test_logs_and_lanes_are_frozen(kind):
    given = data(kind)
    for name in (*frames(given), "as_of", "hold", "dialect", "log", "anything"):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
            setattr(given, name, None)
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        delattr(given, "log" if kind == "lanes" else "dialect")
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        lh.Dialect().closing_is_claim = True


@pytest.mark.parametrize(("kind", "said"), [("log", "4 tickets"), ("lanes", "4 cases")])
def test_logs_and_lanes_say_on_one_line_what_they_are(kind, said):
    given = data(kind)
    assert said in repr(given)
    assert "\n" not in repr(given)


# The sample ------------------------------------------------------------------------------------------


def test_the_sample_is_a_log_that_everything_works_on():
    log = lh.sample_log()
    assert isinstance(log, lh.TicketLog)
    lanes = lh.reconstruct(log)
    for name in LADDER:
        lh.schema.check(getattr(lanes, name), name)
    things = {"log": log, "lanes": lanes}
    for name in ON_DATA:
        if takes(FUNCTIONS[name]) in things:
            FUNCTIONS[name](things[takes(FUNCTIONS[name])], **ARGUMENTS.get(name, {}))


# The import ------------------------------------------------------------------------------------------

HEAVY = ("pm4py", "matplotlib", "scipy.stats", "networkx", "IPython", "duckdb", "polars", "pyspark")


def test_importing_is_quiet_and_light():
    code = f"import sys, lanehop; sys.stderr.write(','.join(m for m in {HEAVY!r} if m in sys.modules))"
    root = str(Path(lh.__file__).parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert (run.stdout, run.stderr) == ("", "")
