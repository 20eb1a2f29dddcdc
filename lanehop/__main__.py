"""The command line: ``lanehop report``, ``summary``, ``walk``, ``dialect`` and ``tables``."""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import shutil
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from lanehop.dialect import Dialect
from lanehop.errors import ArgumentError, LanehopError, LanehopWarning
from lanehop.wording import printable

SOURCES = "CSV, Parquet, Excel or XES; or what a helpdesk exports: a file, or a folder of pages"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0, or 2 where it could not be done."""
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("always", LanehopWarning)
        warnings.showwarning = _say_warning
        try:
            options.run(options)
        except LanehopError as error:
            sys.stderr.write(f"lanehop: {_for_the_command_line(str(error))}\n")
            return 2
        except BrokenPipeError:
            # Whoever reads us (head, less) has seen enough; nothing more is to be written to it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            sys.stderr.write(f"lanehop: {error.strerror or error}: {error.filename or ''}\n")
            return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lanehop", description="Process mining on helpdesk tickets: where cases went, and whether they were fixed."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    report = commands.add_parser("report", help="everything that a review needs, in one HTML file")
    report.add_argument("log", nargs="?", help=f"{SOURCES}; not given: the bundled sample log")
    _add_reading(report)
    report.add_argument(
        "--out", metavar="FILE", type=Path, default=Path("review.html"), help="file to write (default: review.html)"
    )
    report.add_argument("--title", metavar="TEXT", help="what stands on top (default: the log's name)")
    report.add_argument("--names", action="store_true", help="name agents and requesters, who are left out otherwise")
    report.set_defaults(run=_report)
    summary = commands.add_parser("summary", help="the headline of a log, each number with its n")
    summary.add_argument("log", nargs="?", help=f"{SOURCES}; not given: the bundled sample log")
    _add_reading(summary)
    summary.set_defaults(run=_summarise)
    walk = commands.add_parser("walk", help="one case as the customer lived it; the worst ones when none is named")
    walk.add_argument("log", nargs="?", help=f"{SOURCES}; not given: the bundled sample log")
    walk.add_argument("--case", metavar="ID", help="its id; not given: the worst cases")
    walk.add_argument("-n", metavar="N", type=int, default=3, help="how many of the worst cases (default: 3)")
    _add_reading(walk)
    walk.set_defaults(run=_walk)
    dialect = commands.add_parser("dialect", help="a proposed dialect for an export, as TOML to complete")
    dialect.add_argument("log", help=SOURCES)
    dialect.set_defaults(run=_propose_dialect)
    tables = commands.add_parser("tables", help="every table of a log, as files")
    tables.add_argument("log", help=SOURCES)
    _add_reading(tables)
    tables.add_argument("--out", required=True, metavar="DIR", type=Path, help="folder to write to")
    tables.add_argument("--csv", action="store_true", help="CSV instead of Parquet; lengths are then in seconds")
    tables.set_defaults(run=_write_tables)
    return parser


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dialect", metavar="D", help="a bundled dialect's name, or a TOML file")
    command.add_argument(
        "--column",
        metavar="ROLE=NAME",
        action="append",
        default=[],
        help="which column or field is what, beside the dialect: department=Component",
    )
    command.add_argument("--timezone", metavar="ZONE", help="of times that state none, such as Europe/Lisbon")
    command.add_argument("--as-of", metavar="TIME", help="the 'now' of the log; not given: its last time")
    command.add_argument("--hold", metavar="LENGTH", default="14D", help="how long a fix must hold (default: 14D)")
    command.add_argument("--stitch", action="store_true", help="make one case of the tickets that links join")
    command.add_argument(
        "--same-requester", metavar="LENGTH", help="stitch what one requester opens within this time, too"
    )
    command.add_argument("--match", metavar="COLUMN", action="append", default=[], help="in which such tickets agree")
    command.add_argument(
        "--max-loss", metavar="SHARE", type=float, default=0.0, help="share of rows that may be unusable"
    )


def _reconstructed(options: argparse.Namespace, steps: Any) -> Any:
    """Read the log that the options name, and reconstruct it."""
    import lanehop as lh

    steps.set_description("reading")
    if options.log is None:
        if options.dialect or options.column or options.timezone or options.as_of or options.max_loss:
            raise ArgumentError(
                "--dialect, --column, --timezone, --as-of and --max-loss are for a log of yours; name it"
            )
        # The sample's second story goes through six tickets: it is shown as its customer lived it.
        log = lh.stitch(lh.sample_log())
    else:
        log = lh.read_log(
            options.log, dialect=options.dialect, as_of=options.as_of, max_loss=options.max_loss, **_overrides(options)
        )
    if options.stitch or options.same_requester or options.match:
        log = lh.stitch(log, same_requester=options.same_requester, match=options.match)
    steps.update()
    steps.set_description("reconstructing")
    lanes = lh.reconstruct(log, hold=options.hold)
    steps.update()
    return lanes


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Return the keys of the dialect that are said on the command line."""
    wrong = [said for said in options.column if not all(said.partition("="))]
    if wrong:
        raise ArgumentError(f"--column takes ROLE=NAME, such as department=Component, not {wrong[0]!r}")
    columns = dict(said.split("=", 1) for said in options.column)
    return {key: value for key, value in (("columns", columns), ("timezone", options.timezone)) if value}


def _name_of(options: argparse.Namespace) -> str:
    return "One Lane Tech, the bundled sample (simulated)" if options.log is None else Path(options.log).name


def _report(options: argparse.Namespace) -> None:
    from lanehop.report import write_report

    with _progress(3) as steps:
        lanes = _reconstructed(options, steps)
        steps.set_description("writing")
        title = _name_of(options) if options.title is None else options.title
        path = write_report(lanes, options.out, title=title, names=options.names)
        steps.update()
    sys.stdout.write(f"{path}\n")


def _summarise(options: argparse.Namespace) -> None:
    from lanehop.report.headline import write_headline

    with _progress(3) as steps:
        lanes = _reconstructed(options, steps)
        text = write_headline(lanes, _name_of(options))
    sys.stdout.write(text)


def _walk(options: argparse.Namespace) -> None:
    from lanehop.lanes import walk

    with _progress(2) as steps:
        lanes = _reconstructed(options, steps)
    width = max(shutil.get_terminal_size(fallback=(100, 24)).columns, 60)
    sys.stdout.write(walk(lanes, options.case, n=options.n, width=width))


def _propose_dialect(options: argparse.Namespace) -> None:
    from lanehop.read import suggest_dialect

    sys.stdout.write(suggest_dialect(options.log).to_toml())


def _write_tables(options: argparse.Namespace) -> None:
    from lanehop.report.tables import write_tables

    with _progress(2 + 13) as steps:
        lanes = _reconstructed(options, steps)
        paths = []
        for path in write_tables(lanes, options.out, as_csv=options.csv):
            steps.set_description(f"writing {path.name}")
            steps.update()
            paths.append(path)
    sys.stdout.writelines(f"{path}\n" for path in paths)


def _for_the_command_line(message: str) -> str:
    """Name the options and the dialect file where a message names Python arguments."""
    for argument, option in (
        ("max_loss=", "--max-loss "),
        ("max_loss", "--max-loss"),
        ("as_of=", "--as-of "),
        ("hold=", "--hold "),
    ):
        message = message.replace(argument, option)
    keys = re.findall(r"\b(" + "|".join(f.name for f in dataclasses.fields(Dialect)) + r")=", message)
    options = {"columns": "--column ROLE=NAME", "timezone": "--timezone ZONE"}
    where = [f"{key}: {options.get(key, 'in the dialect file')}" for key in dict.fromkeys(keys)]
    return printable(message) + (f" ({', '.join(where)})" if where else "")


def _progress(total: int) -> Any:
    """Show progress on a terminal, nothing in a pipe."""
    return tqdm(total=total, disable=None, leave=False, file=sys.stderr, bar_format="{desc} {bar} {n_fmt}/{total_fmt}")


def _say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    sys.stderr.write(f"lanehop: warning: {_for_the_command_line(str(message))}\n")


if __name__ == "__main__":
    sys.exit(main())
