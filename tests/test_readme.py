"""README's examples run, its commands are the ones that are checked, and its words are those of the design."""

import doctest
import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_the_python_examples_run_as_one_session() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert blocks
    session = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README", str(README), 0)
    assert session.examples
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(session, out=report.append)
    assert not runner.failures, "".join(report)


def test_the_picture_is_there_and_is_told_in_words() -> None:
    (picture,) = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    alt, path = picture
    assert "fixed by the fifth after 31.5 days" in " ".join(alt.split())
    assert (README.parent / path).read_text(encoding="utf-8").startswith("<?xml")


def test_each_command_sets_up_everything() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("lanehop report")
    assert commands[1].endswith("pytest")
