"""A large Zendesk export in bounded memory: ``python tests/benchmarks/zendesk_audits.py``.

Writes ticket audits as the API gives them (a wrapper, a bare list or JSON lines; with comments and metadata), reads
them with ``read_log`` in a process of its own, and tells the seconds and the peak of that process's memory, beside
what importing lanehop takes alone.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

READ = """
import json, resource, sys, time
import lanehop as lh
import lanehop.read.exports.registry, lanehop.read.exports.zendesk.reader
alone = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun, spent = time.perf_counter(), time.process_time()
log = lh.read_log(sys.argv[1])
seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "cpu": cpu, "alone": alone, "peak": peak, "events": len(log.events), "tickets": len(log.tickets)}))
"""

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
BODY = "the printer on the second floor does not answer since monday, and nobody can log in to the vault any more. "


def main() -> None:
    """Write, read, tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audits", type=int, default=1_000_000)
    parser.add_argument("--form", choices=["wrapper", "list", "lines"], default="wrapper")
    parser.add_argument("--seed", type=int, default=0)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audits.json"
        write(path, said.audits, said.form, said.seed)
        done = subprocess.run([sys.executable, "-c", READ, str(path)], check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        size = path.stat().st_size
    assert found["events"] == said.audits, found
    print(
        f"{said.audits:,} audits of {found['tickets']:,} tickets ({said.form}, {size / 2**20:,.0f} MB): "
        f"{found['seconds']:.1f} s ({found['cpu']:.1f} s of CPU), {said.audits / found['seconds']:,.0f} audits/s; peak {found['peak'] / 2**10:,.0f} MB, "
        f"of which {found['alone'] / 2**10:,.0f} MB are lanehop without data"
    )


def write(path: Path, n_audits: int, form: str, seed: int) -> None:
    """Write ``n_audits`` audits in one file."""
    before, between, after = {
        "wrapper": ('{"audits":[', ",", '],"next_page":null,"count":0}'),
        "list": ("[", ",", "]"),
    }.get(form, ("", "\n", "\n"))
    with path.open("w", encoding="utf-8") as file:
        file.write(before)
        for number, audit in enumerate(audits(n_audits, random.Random(seed))):
            file.write(between * (number > 0) + json.dumps(audit, separators=(",", ":")))
        file.write(after)


def audits(n_audits: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Make audits, ticket by ticket: opened, taken, moved, answered, solved, closed; the last ticket is cut short."""
    made = 0
    ticket = 0
    while made < n_audits:
        ticket += 1
        at = BEGIN + timedelta(seconds=dice.randrange(60_000_000))
        group, agent = dice.randrange(40), dice.randrange(400)
        requester = 5_000_000 + dice.randrange(200_000)
        opened = {"subject": "Help", "requester_id": str(requester), "priority": None, "type": None, "status": "new"}
        saves: list[tuple[int, list[dict[str, Any]]]] = [
            (requester, [said(dice), *({"type": "Create", "field_name": f, "value": v} for f, v in opened.items())]),
            (
                agent,
                [change("group_id", None, group), change("assignee_id", None, agent), change("status", "new", "open")],
            ),
        ]
        for _ in range(dice.randrange(3)):
            other, next_agent = dice.randrange(40), dice.randrange(400)
            saves.append((agent, [change("group_id", group, other), change("assignee_id", agent, next_agent)]))
            group, agent = other, next_agent
        saves.append((agent, [said(dice), change("status", "open", "pending")]))
        saves.append((agent, [said(dice), change("status", "pending", "solved")]))
        saves.append((-1, [change("status", "solved", "closed")]))
        for author, events in saves[: n_audits - made]:
            at += timedelta(seconds=dice.randrange(60, 90_000))
            made += 1
            numbered = [{"id": 7_000_000_000_000 + made * 8 + i, **event} for i, event in enumerate(events)]
            yield {
                "id": 6_000_000_000_000 + made,
                "ticket_id": ticket,
                "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "author_id": author,
                "metadata": {
                    "system": {"client": "Mozilla/5.0 (X11; Linux x86_64)", "ip_address": "192.0.2.1"},
                    "custom": {},
                },
                "events": numbered,
                "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
            }


def change(field: str, old: int | str | None, new: int | str) -> dict[str, Any]:
    """Make a change of one field; ids are texts."""
    return {
        "type": "Change",
        "field_name": field,
        "value": str(new),
        "previous_value": None if old is None else str(old),
    }


def said(dice: random.Random) -> dict[str, Any]:
    """Make a comment."""
    body = (BODY * 4)[: dice.randrange(60, 400)]
    return {
        "type": "Comment",
        "author_id": 1,
        "body": body,
        "html_body": f"<p>{body}</p>",
        "public": True,
        "attachments": [],
    }


if __name__ == "__main__":
    main()
