"""Stitching at size: ``python tests/benchmarks/stitching.py --tickets 1_000_000``.

Simulates a desk, stitches its tickets by explicit links and by requester, and reconstructs the cases.
Simulating is not measured: the clock starts with a read log. Peak memory is that of the whole process;
that before stitching, which simulating needs, is told beside it.
"""

from __future__ import annotations

import argparse
import resource
import time

import lanehop as lh
from lanehop.lanes import Lanes

TARGET = 60
"""Seconds within which a million tickets are to be stitched and reconstructed."""


def main() -> None:
    """Stitch and reconstruct as the command line says, and tell how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--window", default="7D")
    parser.add_argument("--match", nargs="*", default=[], help="ticket columns that must agree")
    said = parser.parse_args()

    log, _ = lh.simulate(said.tickets, said.seed, days=730)
    before = peak()
    begun = time.perf_counter()
    stitched = lh.stitch(log, same_requester=said.window, match=said.match)
    middle = time.perf_counter()
    lanes = lh.reconstruct(stitched)
    touch(lanes)
    ended = time.perf_counter()

    cases = lanes.cases
    assert int(cases["n_events"].sum()) == len(log.events)
    assert int(cases["n_tickets"].sum()) == len(log.tickets)
    spent = lanes.charges["time"].sum()
    assert spent == (cases["ended_at"] - cases["opened_at"]).sum()
    print(f"{len(log.tickets):,} tickets, {len(log.events):,} events, seed {said.seed}, window {said.window}")
    print(stitched.stitching.to_string(index=False))
    print(f"{len(cases):,} cases, {int((cases['n_tickets'] > 1).sum()):,} of them of several tickets")
    print(f"stitch {middle - begun:.2f} s, reconstruct {ended - middle:.2f} s, both {ended - begun:.2f} s")
    print(f"peak memory {peak() / 1e6:,.0f} MB, of which {before / 1e6:,.0f} MB had been reached before stitching")
    print("met" if ended - begun < TARGET * said.tickets / 1_000_000 else "NOT MET")


def touch(lanes: Lanes) -> None:
    """Make every column of every table."""
    for table in (lanes.cases, lanes.stays, lanes.handoffs, lanes.loops, lanes.closures, lanes.charges):
        for name in table.columns:
            _ = table[name].array


def peak() -> int:
    """Return the greatest memory that this process has had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
