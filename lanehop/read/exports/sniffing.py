"""Sniffing: what an export is, told from the keys that its records have; the signs of every vendor in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["HISTORY", "SYSTEMS", "WORDS", "Sign", "known_keys", "tell", "tell_whole"]

Record = Mapping[str, Any]


def _always(record: Record) -> bool:
    return True


SYSTEMS = {"zendesk": "Zendesk", "jira": "Jira", "servicenow": "ServiceNow", "freshdesk": "Freshdesk"}


@dataclass(frozen=True)
class Sign:
    """How records of one kind are known.

    Attributes
    ----------
    kind : str
        The system and what it is: ``zendesk_audits``.
    words : str
        The same in words.
    keys : tuple of str
        The keys of a wrapper under which such records stand.
    needs : frozenset of str
        Keys that each such record has.
    also : callable
        What must hold besides.
    surely : callable
        What must hold besides where no key of a wrapper says it: in a bare list, in JSON lines, in a table.
    whole : bool
        Whether the wrapper itself is the record, since its other keys are needed.
    tabular : bool
        Whether it also comes as CSV.
    """

    kind: str
    words: str
    keys: tuple[str, ...]
    needs: frozenset[str]
    also: Callable[[Record], bool] = _always
    surely: Callable[[Record], bool] = _always
    whole: bool = False
    tabular: bool = False

    @property
    def system(self) -> str:
        return self.kind.partition("_")[0]

    def fits(self, record: Record) -> bool:
        return self.needs <= record.keys() and self.also(record)


def _url(part: str, key: str = "url") -> Callable[[Record], bool]:
    return lambda record: part in str(record.get(key) or "")


def _any(*keys: str) -> Callable[[Record], bool]:
    return lambda record: any(key in record for key in keys)


def _inside(key: str, *keys: str) -> Callable[[Record], bool]:
    return lambda record: isinstance(record.get(key), Mapping) and all(k in record[key] for k in keys)


def _needs(*keys: str) -> frozenset[str]:
    return frozenset(keys)


_ZENDESK_OTHER = (
    "comments",
    "ticket_comments",
    "ticket_fields",
    "ticket_field",
    "ticket_forms",
    "ticket_form",
    "organizations",
    "organization",
    "brands",
    "brand",
    "views",
    "macros",
    "triggers",
    "automations",
    "ticket_metrics",
    "ticket_metric",
    "metric_sets",
    "ticket_metric_events",
    "sla_policies",
    "schedules",
    "deleted_tickets",
    "suspended_tickets",
    "group_memberships",
    "organization_memberships",
)

SIGNS = (
    Sign(
        "freshdesk_activities",
        "a Freshdesk ticket activities export",
        ("activities_data",),
        _needs("performed_at", "ticket_id", "activity"),
    ),
    Sign("freshdesk_tickets", "Freshdesk tickets", ("tickets",), _needs("id", "status", "responder_id")),
    Sign(
        "freshdesk_groups",
        "Freshdesk groups",
        ("groups",),
        _needs("id", "name"),
        _any("agent_ids", "escalate_to", "unassigned_for", "business_hour_id"),
    ),
    Sign(
        "freshdesk_agents",
        "Freshdesk agents",
        ("agents",),
        _needs("id", "contact"),
        _any("occasional", "ticket_scope", "available"),
    ),
    Sign(
        "freshdesk_ratings",
        "Freshdesk satisfaction ratings",
        ("satisfaction_ratings",),
        _needs("id", "survey_id", "ticket_id", "ratings"),
    ),
    Sign("zendesk_audits", "Zendesk ticket audits", ("audits", "audit"), _needs("ticket_id", "events")),
    Sign(
        "zendesk_ticket_events",
        "Zendesk ticket events (incremental export)",
        ("ticket_events",),
        _needs("ticket_id", "child_events"),
    ),
    Sign(
        "zendesk_tickets",
        "Zendesk tickets",
        ("tickets", "ticket"),
        _needs("id", "status"),
        surely=lambda record: "generated_timestamp" in record or _inside("via", "channel")(record),
    ),
    Sign("zendesk_groups", "Zendesk groups", ("groups", "group"), _needs("id", "name"), surely=_url("/api/v2/groups/")),
    Sign("zendesk_users", "Zendesk users", ("users", "user"), _needs("id", "name"), surely=_url("/api/v2/users/")),
    Sign(
        "zendesk_custom_statuses",
        "Zendesk custom statuses",
        ("custom_statuses", "custom_status"),
        _needs("id", "status_category"),
    ),
    Sign(
        "zendesk_ratings",
        "Zendesk satisfaction ratings",
        ("satisfaction_ratings", "satisfaction_rating"),
        _needs("id", "ticket_id", "score"),
        surely=_url("/api/v2/satisfaction_ratings/"),
    ),
    Sign(
        "zendesk_other",
        "Zendesk comments, fields or the like",
        _ZENDESK_OTHER,
        _needs("id"),
        surely=_url(".zendesk.com/api/v2/"),
    ),
    Sign(
        "jira_changelog",
        "a Jira changelog",
        (),
        _needs("values"),
        lambda top: (
            "/changelog" in str(top.get("self") or "")
            or (isinstance(top["values"], Mapping) and {"items", "created"} <= top["values"].keys())
        ),
        whole=True,
    ),
    Sign(
        "jira_bulk_changelogs",
        "a Jira changelog (bulk)",
        ("issueChangeLogs",),
        _needs("issueId", "changeHistories"),
    ),
    Sign(
        "jira_histories",
        "Jira histories",
        (),
        _needs("id", "created", "items"),
        _any("issueId", "issueKey"),
    ),
    Sign("jira_webhooks", "Jira webhooks", (), _needs("changelog", "issue"), _inside("changelog", "items"), whole=True),
    Sign("jira_issues", "Jira issues", ("issues",), _needs("key", "fields")),
    Sign("jira_statuses", "Jira statuses", ("values", "statuses"), _needs("id", "name", "statusCategory")),
    Sign(
        "jira_resolutions",
        "Jira resolutions",
        ("values",),
        _needs("id", "name", "self"),
        _url("/resolution/", "self"),
    ),
    Sign(
        "jira_link_types",
        "Jira types of issue link",
        ("issueLinkTypes",),
        _needs("id", "name", "inward", "outward"),
    ),
    Sign("jira_users", "Jira users", ("values", "users"), _needs("accountId", "displayName")),
    Sign("jira_fields", "Jira fields", ("values",), _needs("id", "name"), _any("clauseNames", "schema", "searchable")),
    Sign("jira_priorities", "Jira priorities", ("values",), _needs("id", "name", "self"), _url("/priority/", "self")),
    Sign("jira_transitions", "Jira transitions", ("transitions",), _needs("id", "name", "to")),
    Sign(
        "servicenow_audit",
        "ServiceNow sys_audit",
        ("result", "records"),
        _needs("documentkey", "fieldname"),
        tabular=True,
    ),
    Sign(
        "servicenow_journal",
        "ServiceNow journal entries (sys_journal_field)",
        ("result", "records"),
        _needs("element_id", "element", "value"),
        tabular=True,
    ),
    Sign("servicenow_records", "ServiceNow records", ("result", "records"), _needs("sys_id"), tabular=True),
)
"""Told in this order; the first that fits is it."""

_SHARED = ("result", "records", "values", "comments", "users", "groups", "tickets", "views", "satisfaction_ratings")
"""Keys of wrappers that are not those of one system alone."""

WORDS = {sign.kind: sign.words for sign in SIGNS}

HISTORY = {
    "zendesk_audits": "zendesk_audits",
    "zendesk_ticket_events": "zendesk_ticket_events",
    "jira_changelog": "jira_changelog",
    "jira_bulk_changelogs": "jira_changelog",
    "jira_histories": "jira_changelog",
    "jira_webhooks": "jira_changelog",
    "jira_issues": "jira_changelog",
    "servicenow_audit": "servicenow_audit",
    "freshdesk_activities": "freshdesk_activities",
}
"""The kinds that (may) hold a history, and the format that each belongs to."""


def tell(key: str | None, record: Record | None, *, tabular: bool = False) -> Sign | None:
    """Tell what records are.

    Parameters
    ----------
    key : str or None
        The key of the wrapper under which they stand; None in a bare list, in JSON lines or in a table.
    record : mapping or None
        The first of them, or anything that has its keys; None where there is none.
    tabular : bool
        Whether they are the rows of a table.
    """
    for sign in SIGNS:
        if sign.whole or (tabular and not sign.tabular):
            continue
        if key is not None and key not in sign.keys:
            continue
        if record is None:
            # `result`, `values` and the like are not the wrapper of one system alone.
            if key is not None and key not in _SHARED:
                return sign
        elif sign.fits(record) and (key is not None or sign.surely(record)):
            return sign
    return None


def tell_whole(top: Record) -> Sign | None:
    """Tell what one object is; a list in it may be given by its first element."""
    for sign in SIGNS:
        if sign.whole and sign.fits(top):
            return sign
    return None


def known_keys() -> frozenset[str]:
    """Return the keys of wrappers that some sign names."""
    return frozenset(key for sign in SIGNS for key in sign.keys)
