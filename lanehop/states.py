"""The closed vocabularies: what a state, a verdict or a reason may be, and nothing else.

Every vocabulary is a tuple in its fixed order. That order is also the order of the integer codes
that the kernel works on and of the pandas categories that a user sees, so that comparing codes is
comparing names. ``-1`` is the code of a missing value throughout.
"""

from __future__ import annotations

STATES = (
    "queued",
    "working",
    "waiting_customer",
    "waiting_other",
    "open",
    "resolved",
    "closed",
    "cancelled",
)
"""What a ticket may be in. The first five are open, the last three are done."""

QUEUED, WORKING, WAITING_CUSTOMER, WAITING_OTHER, OPEN, RESOLVED, CLOSED, CANCELLED = range(8)
FIRST_DONE = RESOLVED
"""The smallest code of a done state: ``code >= FIRST_DONE`` is "done", ``0 <= code < FIRST_DONE`` is open."""

OPEN_STATES = STATES[:FIRST_DONE]
DONE_STATES = STATES[FIRST_DONE:]

CHARGED_STATES = (*OPEN_STATES, "false_done", "settled")
"""What a minute may be charged as: an open state, or done with a bad verdict, or done otherwise."""

FALSE_DONE, SETTLED = 5, 6

RESOLUTION_CLASSES = ("fixed", "workaround", "not_fixed", "withdrawn", "duplicate")
"""What a resolution code may mean."""

FIXED, WORKAROUND, NOT_FIXED, WITHDRAWN, DUPLICATE = range(5)

REASONS = ("reopened", "continued", "negative_code", "silence", "no_claim", "continued_inferred")
"""Evidence that a closure was without a fix, in the order in which the first that applies is named."""

VERDICTS = ("fixed", "unproven", "unresolved", "withdrawn")
"""What a closure may turn out to be."""

VERDICT_FIXED, VERDICT_UNPROVEN, VERDICT_UNRESOLVED, VERDICT_WITHDRAWN = range(4)

OUTCOMES = ("open", *VERDICTS)
"""What a case may have come to at ``as_of``: open, or the verdict of its last closure."""

ENDINGS = ("other_ticket", "handoff", "assigned", "unassigned", "end", "open")
"""How a stay may end, the earlier name taking precedence."""

BY_OTHER_TICKET, BY_HANDOFF, BY_ASSIGNED, BY_UNASSIGNED, BY_END, STILL_OPEN = range(6)

VIAS = ("reassignment", "other_ticket")
"""How a handoff came about: inside one ticket, or by going on in another."""

MARKS = ("gap", "backfilled", "group_deleted", "bulk", "merge", "rule")
"""What a reader may know about how an event came about."""

LINK_KINDS = ("follow_up", "transferred", "merged_into", "duplicate_of", "parent", "problem", "inferred")
"""How one ticket may go on from another."""

SURVEY_KINDS = ("transaction", "relationship")
AUTHOR_ROLES = ("agent", "customer", "bot")
LEDGER_EFFECTS = ("used", "set_aside", "noted")
"""What became of the rows under a ledger line; the first two add up to the rows read."""
