"""Wording: numbers as people read them, each share with what it is a share of."""

from __future__ import annotations

_UNITS = (
    ("days", 86_400_000_000, 48 * 3_600_000_000),
    ("h", 3_600_000_000, 3_600_000_000),
    ("min", 60_000_000, 60_000_000),
)


def say_length(us: int | None) -> str:
    """Say a length of time in one unit: days from 48 h on, hours from 1 h on, else minutes or seconds.

    Examples
    --------
    >>> say_length(15 * 3_600_000_000 + 2_160_000_000), say_length(300_000_000), say_length(None)
    ('15.6 h', '5 min', 'not reached')
    """
    if us is None:
        return "not reached"
    for unit, size, least in _UNITS:
        if us >= least:
            number = f"{us / size:,.1f}"
            return f"{number.removesuffix('.0') if unit == 'min' else number} {unit}"
    return f"{us / 1_000_000:.0f} s"


def say_share(n: int, of: int) -> str:
    """Say a number with what it is a share of, never the share alone.

    Examples
    --------
    >>> say_share(514, 7554), say_share(0, 0)
    ('514 of 7,554 (6.8 %)', '0 of 0')
    """
    return f"{n:,} of {of:,}" + (f" ({percent(n, of)})" if of else "")


def percent(n: float, of: float) -> str:
    """Say a share in percent; what is not nothing is not called 0, nor what is not all 100.

    Examples
    --------
    >>> percent(1, 3), percent(1, 100_000), percent(99_999, 100_000), percent(0, 0)
    ('33.3 %', '< 0.1 %', '> 99.9 %', '-')
    """
    if not of:
        return "-"
    share = 100 * n / of
    if 0 < share < 0.1:
        return "< 0.1 %"
    if 99.9 < share < 100:
        return "> 99.9 %"
    return f"{share:.1f} %"


def say_n(n: int, singular: str, plural: str | None = None) -> str:
    """Say how many, in the singular where it is one.

    Examples
    --------
    >>> say_n(1, "case"), say_n(3820, "case")
    ('1 case', '3,820 cases')
    """
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def say_measure(name: str) -> str:
    """Say the name of a metric or an outcome as words.

    Examples
    --------
    >>> say_measure("time_to_real_fix"), say_measure("handle_time")
    ('time-to-real-fix', 'handle time')
    """
    words = name.replace("_", " ")
    return words.replace("time to close", "time-to-close").replace("time to real fix", "time-to-real-fix")


def printable(text: str) -> str:
    r"""Show letters that would steer a terminal by their code.

    Examples
    --------
    >>> printable("caf\u00e9 \x1b[2J")
    'caf\xe9 \\x1b[2J'
    """
    return "".join(x if x.isprintable() else ascii(x)[1:-1] for x in text)
