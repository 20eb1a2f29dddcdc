"""suggest_dialect on real logs, on hand-made exports of unlike style, and on what would mislead it."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from real_logs import DATA, needs_data

from lanehop.dialect import ROLES, Dialect
from lanehop.errors import DialectError, NoHistoryError, SourceError, UnmappedWarning
from lanehop.read.logs import read_log
from lanehop.read.suggest.label_words import STATE_WORDS, UNSURE_WORDS
from lanehop.read.suggest.state_guesses import place_label, place_labels
from lanehop.read.suggest.suggested_dialect import suggest_dialect
from lanehop.read.suggest.wordings import HeaderSaying, plain_words, read_header, spellings

EXPORTS = Path(__file__).parent / "data" / "exports"


def columns_of(suggestion):
    return dict(suggestion.dialect.columns)


def states_of(suggestion):
    return {state: set(labels) for state, labels in suggestion.dialect.states.items()}


def unplaced_of(suggestion):
    return [tuple(row) for row in suggestion.unplaced.itertuples(index=False)]


def asked(suggestion, key):
    return [q for q in suggestion.questions if q.startswith(key)]


def uncomment(lines, at):
    """Take the first # from a line, or from a block up to the next empty line, as an analyst does."""
    for i in range(at, len(lines)):
        if not lines[i]:
            return
        lines[i] = lines[i].removeprefix("# ")


def complete(toml, replaced):
    """Edit a proposal as an analyst does: each line that begins so is replaced."""
    lines = toml.splitlines()
    for old, new in replaced.items():
        at = [i for i, line in enumerate(lines) if line.startswith(old)]
        assert len(at) == 1, (old, at)
        lines[at[0]] = new
    return Dialect.from_toml("\n".join(lines))


# Ten and more exports of unlike style; what is expected was written down from reading them.

EXPECTED = {
    "german_cp1252.csv": {
        "columns": {
            "case": "Vorgangsnummer",
            "time": "Geändert am",
            "department": "Bearbeitergruppe",
            "state": "Status",
            "agent": "Bearbeiter",
            "requester": "Melder",
            "priority": "Priorität",
            "opened_at": "Eröffnet am",
        },
        "time_format": "%d.%m.%Y %H:%M",
        "missing": {"N/A"},
        "states": {
            "queued": {"Neu"},
            "working": {"In Bearbeitung"},
            "waiting_customer": {"Wartet auf Kunden"},
            "resolved": {"Gelöst"},
            "closed": {"Geschlossen"},
            "cancelled": {"Storniert"},
        },
        "unplaced": [("Angehalten", 1, 6)],
        "asks": {"timezone", "encoding"},
    },
    "french_bom.csv": {
        "columns": {
            "case": "N° ticket",
            "time": "Horodatage",
            "department": "Groupe d'affectation",
            "state": "État",
            "agent": "Affecté à",
            "requester": "Demandeur",
            "category": "Catégorie",
            "opened_at": "Date d'ouverture",
        },
        "time_format": "%d/%m/%Y %Hh%M",
        "missing": set(),
        "states": {
            "queued": {"Nouveau"},
            "working": {"En cours"},
            "waiting_other": {"En attente fournisseur"},
            "resolved": {"Résolu"},
            "closed": {"Clos"},
        },
        "unplaced": [("En attente", 1, 2), ("Affecté", 1, 5), ("Rouvert", 1, 8)],
        "asks": {"timezone", "reopenings"},
    },
    "spanish_undecided.csv": {
        "columns": {
            "case": "Número de incidencia",
            "time": "Fecha de actualización",
            "department": "Grupo de asignación",
            "state": "Estado",
            "agent": "Técnico",
            "requester": "Solicitante",
            "resolution": "Código de cierre",
        },
        "time_format": None,
        "missing": {"sin asignar"},
        "states": {"queued": {"Nuevo"}, "working": {"En curso"}, "resolved": {"Resuelto"}, "closed": {"Cerrado"}},
        "unplaced": [("Pendiente", 1, 2)],
        "asks": {"timezone", "time_format", "resolutions"},
    },
    "us_excel.csv": {
        "columns": {
            "case": "Incident Number",
            "time": "Last Updated",
            "department": "Assigned Team",
            "state": "Status",
            "agent": "Assigned To",
            "requester": "Customer Name",
            "resolution": "Close Code",
        },
        "time_format": "%m/%d/%Y %I:%M %p",
        "missing": {"#N/A"},
        "states": {
            "queued": {"New"},
            "working": {"In Progress"},
            "waiting_other": {"On Hold - Vendor"},
            "resolved": {"Resolved"},
            "closed": {"Closed"},
        },
        "unplaced": [("Reopened", 1, 3), ("Pending", 1, 6)],
        "asks": {"timezone", "reopenings", "resolutions"},
    },
    "turned_by_spreadsheet.csv": {
        "columns": {"case": "Ticket ID", "time": "Updated at", "department": "Team", "state": "Status"},
        "time_format": None,
        "missing": set(),
        "states": {"queued": {"New"}, "working": {"In progress"}, "resolved": {"Resolved"}, "closed": {"Closed"}},
        "unplaced": [],
        "asks": {"timezone", "time_format"},
    },
    "turned_quietly.csv": {
        "columns": {"case": "Ticket ID", "time": "Updated at", "department": "Team", "state": "Status"},
        "time_format": None,
        "missing": set(),
        "states": {"queued": {"New"}, "working": {"In progress"}, "resolved": {"Resolved"}, "closed": {"Closed"}},
        "unplaced": [],
        "asks": {"timezone", "time_format"},
    },
    "two_status_columns.tsv": {
        "columns": {
            "case": "Request ID",
            "time": "Modified Date",
            "department": "Support Group",
            "state": ("Status", "Status Reason"),
            "agent": "Assignee",
        },
        "time_format": None,
        "missing": set(),
        "states": {
            "queued": {"New"},
            "working": {"In Progress"},
            "waiting_customer": {"Pending/Awaiting Customer"},
            "waiting_other": {"Pending/Third Party"},
            "closed": {"Closed"},
        },
        "unplaced": [("Resolved/No Further Action", 1, 3), ("Pending/Monitoring", 1, 6)],
        "asks": {"timezone", "closing_is_claim"},
    },
    "polish_iso.csv": {
        "columns": {
            "case": "Numer zgłoszenia",
            "time": "Data modyfikacji",
            "department": "Zespół",
            "state": "Status",
            "agent": "Przypisane do",
            "requester": "Zgłaszający",
            "priority": "Priorytet",
        },
        "time_format": None,
        "missing": set(),
        "states": {
            "queued": {"Nowe"},
            "working": {"W trakcie realizacji"},
            "waiting_other": {"Oczekuje na dostawcę"},
            "resolved": {"Rozwiązane"},
            "closed": {"Zamknięte"},
        },
        "unplaced": [],
        "asks": set(),
    },
    "dutch_two_groups.csv": {
        "columns": {
            "case": "Meldingnummer",
            "time": "Gewijzigd op",
            "state": "Status",
            "agent": "Behandelaar",
            "requester": "Aanmelder",
            "opened_at": "Aangemeld op",
        },
        "time_format": "%d-%m-%Y %H:%M:%S",
        "missing": {"-"},
        "states": {
            "queued": {"Nieuw"},
            "working": {"In behandeling"},
            "waiting_other": {"Wacht op leverancier"},
            "resolved": {"Opgelost"},
        },
        "unplaced": [("Afgehandeld", 1, 3)],
        "asks": {"timezone", "department"},
    },
    "ticket_list.csv": {
        "columns": {
            "case": "Ticket #",
            "time": "Created",
            "department": "Group",
            "state": "Status",
            "priority": "Priority",
        },
        "time_format": None,
        "missing": set(),
        "states": {"open": {"Open"}, "closed": {"Closed"}},
        "unplaced": [("Pending", 1, 3)],
        "asks": {"no history", "timezone", "time_format", "closing_is_claim"},
    },
    "portuguese_split_time.csv": {
        "columns": {
            "case": "Chamado",
            "time": "Data",
            "department": "Equipe",
            "state": "Situação",
            "agent": "Atendente",
        },
        "time_format": "%d/%m/%Y",
        "missing": set(),
        "states": {
            "queued": {"Novo"},
            "working": {"Em atendimento"},
            "waiting_other": {"Aguardando terceiros"},
            "closed": {"Encerrado"},
        },
        "unplaced": [("Concluído", 1, 3)],
        "asks": {"time: the day may stand", "timezone", "closing_is_claim"},
    },
    "italian_month_names.csv": {
        "columns": {
            "case": "Numero ticket",
            "time": "Ultimo aggiornamento",
            "department": "Gruppo di assegnazione",
            "state": "Stato",
            "agent": "Operatore",
            "requester": "Richiedente",
            "promised_at": "Scadenza",
        },
        "time_format": "%d-%b-%Y %H:%M",
        "missing": set(),
        "states": {"queued": {"Nuovo"}, "working": {"In lavorazione"}, "resolved": {"Risolto"}, "closed": {"Chiuso"}},
        "unplaced": [("Sospeso", 1, 2)],
        "asks": {"timezone"},
    },
    "headers_that_say_nothing.csv": {
        "columns": {"time": "F2", "state": "F3"},
        "time_format": None,
        "missing": set(),
        "states": {"queued": {"New"}, "working": {"In Progress"}, "resolved": {"Resolved"}, "closed": {"Closed"}},
        "unplaced": [],
        "asks": {"timezone", "case", "department"},
    },
    "zendesk_words.csv": {
        "columns": {
            "case": "ticket_id",
            "time": "updated_at",
            "department": "group_name",
            "state": "status",
            "agent": "assignee_name",
            "requester": "requester_id",
            "promised_at": "due_at",
        },
        "time_format": None,
        "missing": set(),
        "states": {
            "queued": {"new"},
            "working": {"open"},
            "waiting_customer": {"pending"},
            "waiting_other": {"hold"},
            "resolved": {"solved"},
            "closed": {"closed"},
        },
        "unplaced": [],
        "asks": {"columns that stand more than once"},
    },
}


def test_every_export_has_its_expectation():
    assert {path.name for path in EXPORTS.iterdir() if path.is_file()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_export(name):
    suggestion, expected = suggest_dialect(EXPORTS / name), EXPECTED[name]
    assert columns_of(suggestion) == expected["columns"]
    assert suggestion.dialect.time_format == expected["time_format"]
    assert suggestion.dialect.timezone is None
    assert set(suggestion.dialect.missing) == expected["missing"]
    assert states_of(suggestion) == expected["states"]
    assert unplaced_of(suggestion) == expected["unplaced"]
    # Each question is one that was expected, and each that was expected is asked.
    for question in suggestion.questions:
        assert any(question.startswith(key) for key in expected["asks"]), question
    for key in expected["asks"]:
        assert asked(suggestion, key), key


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_toml_is_the_dialect_and_holds_every_candidate_label_and_question(name):
    suggestion = suggest_dialect(EXPORTS / name)
    text = suggestion.to_toml()
    assert Dialect.from_toml(text) == suggestion.dialect
    for label, n, first in unplaced_of(suggestion):
        assert f'#   "{label}",  # {n} row' in text
        assert f"first: row {first}" in text
    for question in suggestion.questions:
        assert question in text
    shown = suggestion.columns
    assert list(shown.columns) == ["role", "column", "confidence", "why"]
    assert set(shown["role"]) <= set(ROLES)
    first = shown.drop_duplicates("role").set_index("role")
    for role, column in suggestion.dialect.columns.items():
        assert first.loc[role, "column"] == (column if isinstance(column, str) else " + ".join(column))
        assert first.loc[role, "confidence"] >= 0.6
    for role in set(first.index) - set(suggestion.dialect.columns):
        assert first.loc[role, "confidence"] < 0.6
    assert repr(suggestion).startswith("Suggestion: ")


# Two columns of the status


TWO_STATUS = """Vorgangsnr.;Geändert am;Status;Bearbeitungsstatus;Bearbeitergruppe
V1;04.03.2024 08:00;Offen;Neu;Netz
V1;13.03.2024 09:00;Offen;In Bearbeitung;Netz
V1;14.03.2024 10:00;Angehalten;Wartet auf Kunden;Server
V1;15.03.2024 11:00;Geschlossen;Gelöst;Server
V2;04.03.2024 08:30;Offen;Neu;Netz
V2;15.03.2024 09:30;Geschlossen;Gelöst - erfolglos;Netz
"""


@pytest.fixture
def two_status(tmp_path):
    path = tmp_path / "vorgaenge.csv"
    path.write_text(TWO_STATUS, encoding="utf-8")
    return path


def chosen_state(path, written):
    """Return the proposal with this line for the state, and its block of states, taken in."""
    lines = suggest_dialect(path).to_toml().splitlines()
    (at,) = [i for i, line in enumerate(lines) if line.startswith(f"# {written}  #")]
    lines[at] = lines[at].removeprefix("# ")
    (at,) = [i for i, line in enumerate(lines) if line == f"# With {written}:"]
    uncomment(lines, at + 1)
    return Dialect.from_toml("\n".join(lines))


@pytest.mark.parametrize(
    ("written", "states", "unknown"),
    [
        ('state = "Status"', {"open": ("Offen",), "closed": ("Geschlossen",)}, {"Angehalten"}),
        (
            'state = "Bearbeitungsstatus"',
            {
                "queued": ("Neu",),
                "working": ("In Bearbeitung",),
                "waiting_customer": ("Wartet auf Kunden",),
                "resolved": ("Gelöst",),
            },
            {"Gelöst - erfolglos"},
        ),
        (
            'state = ["Status", "Bearbeitungsstatus"]',
            {
                "queued": ("Offen/Neu",),
                "working": ("Offen/In Bearbeitung",),
                "waiting_customer": ("Angehalten/Wartet auf Kunden",),
                "resolved": ("Geschlossen/Gelöst",),
            },
            {"Geschlossen/Gelöst - erfolglos"},
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")
def test_each_column_that_may_be_the_state_brings_its_labels(two_status, written, states, unknown):
    dialect = chosen_state(two_status, written)
    assert dict(dialect.states) == states
    with pytest.warns(UnmappedWarning):
        log = read_log(two_status, dialect=dialect, timezone="Europe/Berlin")
    ledger = log.ledger[log.ledger["reason"] == "unmapped_state"]
    assert set(ledger["first_value"]) == unknown
    said = {label: state for state, labels in states.items() for label in labels}
    shown = pd.read_csv(two_status, sep=";")
    names = [name for name in ("Status", "Bearbeitungsstatus") if f'"{name}"' in written]
    labels = shown[names].agg("/".join, axis=1)
    assert list(log.events.sort_values("row")["state"].dropna()) == list(labels.map(said).dropna())


def test_labels_without_a_place_are_counted_for_each_column_that_may_be_the_state(two_status):
    suggestion = suggest_dialect(two_status)
    assert "state" not in suggestion.dialect.columns
    assert asked(suggestion, "state: 'Status' or 'Bearbeitungsstatus' or 'Status + Bearbeitungsstatus', which one?")
    text = suggestion.to_toml()
    assert Dialect.from_toml(text) == suggestion.dialect
    assert '# #   "Angehalten",  # 1 row, first: row 2; waiting, but not for whom' in text
    assert '# #   "Gelöst - erfolglos",  # 1 row, first: row 5; says done and not fixed' in text


def test_columns_that_change_together_but_mean_other_states_are_both_shown():
    rows = history(state=["Open", "Closed"])
    rows["Ticket status"] = ["New", "Resolved"] * 2
    suggestion = suggest_dialect(rows)
    assert "state" not in suggestion.dialect.columns
    text = suggestion.to_toml()
    assert "'Ticket status' changes with it, but means other states" in text
    assert '# closed = ["Closed"]' in text
    assert '# resolved = ["Resolved"]' in text
    rows["Ticket status"] = ["Opened", "closed"] * 2
    assert suggest_dialect(rows).dialect.columns["state"] == "Status"


def test_word_for_nobody_in_a_column_that_may_be_the_state_is_not_missing():
    rows = history(state=["Unassigned", "In progress", "Closed"], department=["unassigned", "Net", "Net"])
    rows["Ticket status"] = ["New", "In progress", "In progress"] * 2
    rows["Assigned team"] = ["Unassigned", "Net", "Db"] * 2
    suggestion = suggest_dialect(rows)
    assert "state" not in suggestion.dialect.columns
    assert "Unassigned" not in suggestion.dialect.missing
    assert asked(suggestion, "missing: 'Unassigned' is a label of 'Status'")


# Headers and values of the ticket's id


@pytest.mark.parametrize(
    "header",
    [
        "Vorgangsnr",
        "Vorgangsnr.",
        "VorgangsNr",
        "Vorgangs-Nr.",
        "Ticketnr",
        "Ticketnr.",
        "Ticket-Nummer",
        "Meldungsnr.",
        "Auftragsnr",
        "Auftrags-Nr.",
        "Auftrag",
        "Anfrage-ID",
        "Anfragenr.",
        "Stoerungsnr.",
        "Störungs-Nr",
        "Incidentnr",
        "Fallnr.",
    ],
)
def test_german_numbers_of_tickets(header):
    rows = history(state=["New", "In progress", "Closed"]).rename(columns={"Ticket": header})
    suggestion = suggest_dialect(rows)
    assert suggestion.dialect.columns["case"] == header
    assert read_header(header)["case"].score == 0.95


@pytest.mark.parametrize(
    "header", ["Kundennr.", "Seriennr", "Rechnungsnr.", "Telefonnummer", "Personalnr", "Auftraggeber"]
)
def test_german_numbers_of_other_things(header):
    assert read_header(header).get("case", HeaderSaying(0, "")).score < 0.6


@pytest.mark.parametrize(
    "amounts",
    [
        ["12,50", "3,50"],
        ["12.50", "3.5"],
        ["1.234,56 €", "12,50 €"],
        ["EUR 12.50", "EUR 1,200.00"],
        ["$3", "$12.99"],
        ["0,25 h", "1,5 h"],
        [12.5, 3.25],
    ],
)
@pytest.mark.parametrize("header", ["Auftrag", "Ticket", "Nummer", "Betrag"])
def test_amounts_are_no_tickets(amounts, header):
    rows = history(state=["New", "In progress", "Closed"]).rename(columns={"Ticket": header})
    rows[header] = [amounts[0]] * 3 + [amounts[1]] * 3
    suggestion = suggest_dialect(rows)
    assert header not in set(suggestion.columns.loc[suggestion.columns["role"] == "case", "column"])


@pytest.mark.parametrize("ids", [["1001.0", "1002.0"], ["2024.0001", "2024.0002"], ["12", "13"], ["A1.5", "A1.6"]])
def test_numbers_that_are_no_amounts_may_be_tickets(ids):
    rows = history(state=["New", "In progress", "Closed"])
    rows["Ticket"] = [ids[0]] * 3 + [ids[1]] * 3
    assert suggest_dialect(rows).dialect.columns["case"] == "Ticket"


def test_one_is_written_in_the_singular():
    rows = history(state=["New", "Pending", "Closed"], department=["A", "B", "A"])
    rows["Assigned to"] = ["Amy", "n/a", "Bo", "Amy", "Bo", "Bo"]
    rows["Status"] = ["New", "Blue", "Closed", "New", "Closed", "Closed"]
    text = suggest_dialect(rows).to_toml()
    assert "'n/a' in 'Assigned to' (1 row)" in text
    assert "labels placed by their words: 2 of 3; please check" in text
    assert "labels that are known words for states: 2 of 3" in text
    assert '"Blue",  # 1 row, first: row 1' in text
    assert not re.search(r"\b1 (?:rows|labels|events|times|values|columns)\b", text)
    assert suggest_dialect(rows[:1]).to_toml().startswith("# Proposed by lanehop from 1 row and 5 columns")


# Honest where the data do not tell


def test_undecided_order_shows_both_with_what_each_would_mean():
    text = suggest_dialect(EXPORTS / "spanish_undecided.csv").to_toml()
    assert "time_format: day-first or month-first? all 7 times fit both" in text
    assert '# time_format = "%d/%m/%Y %H:%M"  # 7 of 7 times, 2024-03-02 to 2024-04-05' in text
    assert '# time_format = "%m/%d/%Y %H:%M"  # 7 of 7 times, 2024-02-03 to 2024-05-04' in text


def test_undecided_order_puts_no_rows_in_order():
    columns = suggest_dialect(EXPORTS / "spanish_undecided.csv").columns
    (why,) = columns.loc[columns["role"] == "department", "why"]
    assert why.endswith("changes within a case 1 time in 1 of 2 cases, in the order of the rows")


def test_undecided_order_cannot_be_read_by_mistake():
    suggestion = suggest_dialect(EXPORTS / "spanish_undecided.csv")
    with pytest.raises(DialectError, match="time_format"):
        read_log(EXPORTS / "spanish_undecided.csv", dialect=suggestion.dialect, timezone="UTC")


def test_dates_that_a_spreadsheet_turned_prove_nothing():
    (question,) = asked(suggest_dialect(EXPORTS / "turned_quietly.csv"), "time_format")
    assert "2 different values that prove the order are written in another manner than the other 4" in question


def test_list_of_tickets_is_called_one():
    suggestion = suggest_dialect(EXPORTS / "ticket_list.csv")
    assert asked(suggestion, "no history: 4 rows, each with its own 'Ticket #'")
    dialect = suggestion.dialect.with_changes(time_format="%d.%m.%y", timezone="UTC")
    with pytest.raises(NoHistoryError):
        read_log(EXPORTS / "ticket_list.csv", dialect=dialect)


def test_two_levels_of_department_are_both_shown():
    suggestion = suggest_dialect(EXPORTS / "dutch_two_groups.csv")
    rows = suggestion.columns[suggestion.columns["role"] == "department"]
    assert list(rows["column"]) == ["Behandelaarsgroep", "Team"]
    assert "changes within a case 3 times in 2 of 2 cases" in rows["why"].iloc[0]
    assert "changes within a case 2 times in 2 of 2 cases" in rows["why"].iloc[1]


def test_nobody_in_words_means_unassigned():
    suggestion = suggest_dialect(EXPORTS / "spanish_undecided.csv")
    assert suggestion.dialect.missing_department == "unassigned"
    assert "'sin asignar' in 'Grupo de asignación' (2 rows)" in suggestion.to_toml()


def test_nobody_in_words_beside_empty_cells_is_asked():
    rows = pd.read_csv(EXPORTS / "spanish_undecided.csv")
    rows.loc[1, "Grupo de asignación"] = None
    suggestion = suggest_dialect(rows)
    assert suggestion.dialect.missing_department == "carry"
    (question,) = asked(suggestion, "missing_department")
    assert "3 of 7 rows name no department, 2 of them in words ('sin asignar')" in question


def test_word_for_nobody_that_is_a_state_too_is_not_missing():
    rows = history(state=["Unassigned", "In progress", "Closed"], department=["unassigned", "Net", "Net"])
    rows["Assigned team"] = ["Unassigned", "Net", "Db"] * 2
    suggestion = suggest_dialect(rows)
    assert states_of(suggestion)["queued"] == {"Unassigned"}
    assert "Unassigned" not in suggestion.dialect.missing
    assert asked(suggestion, "missing: 'Unassigned'")


def history(n_cases=2, **columns):
    """Return rows of tickets with one event for each value given."""
    length = len(next(iter(columns.values())))
    made = {
        "Ticket": [f"T{i}" for i in range(n_cases) for _ in range(length)],
        "Updated at": [f"2024-05-{i + 1:02d}T{k + 8:02d}:00Z" for i in range(n_cases) for k in range(length)],
    }
    names = {"state": "Status", "department": "Team"}
    return pd.DataFrame(made | {names.get(k, k): list(v) * n_cases for k, v in columns.items()})


def test_state_of_a_country_is_no_state_of_a_ticket():
    rows = history(state=["New", "In progress", "Closed"], department=["A", "B", "C"])
    rows["State"] = ["TX", "TX", "TX", "CA", "CA", "CA"]
    assert suggest_dialect(rows).dialect.columns["state"] == "Status"
    assert "state" not in suggest_dialect(rows.drop(columns="Status")).dialect.columns


def test_customers_department_is_no_lane():
    rows = history(state=["New", "In progress", "Closed"])
    rows["Department"] = ["Sales"] * 3 + ["Plant"] * 3
    suggestion = suggest_dialect(rows)
    assert "department" not in suggestion.dialect.columns
    assert asked(suggestion, "department: 'Department', is it that?")


def test_standard_xes_life_cycle_is_no_state():
    rows = history(**{"lifecycle:transition": ["start", "suspend", "complete"]})
    assert "state" not in suggest_dialect(rows).dialect.columns


def test_list_of_changed_fields_is_called_one():
    rows = history(field=["status", "group", "status"], value=["open", "Net", "closed"])
    suggestion = suggest_dialect(rows)
    assert "state" not in suggestion.dialect.columns
    assert asked(suggestion, "one row per changed field ('field', 'value')")


def test_code_that_is_written_back_from_the_end_is_final():
    rows = history(state=["New", "In progress", "Closed"], department=["A", "B", "B"])
    rows["Close code"] = ["fixed"] * 3 + ["void"] * 3
    assert suggest_dialect(rows).dialect.final == ("Close code",)
    rows["Close code"] = [None, None, "fixed", None, None, "void"]
    assert suggest_dialect(rows).dialect.final == ()


def test_times_in_seconds_are_named():
    rows = history(state=["New", "In progress", "Closed"])
    rows["Updated at"] = [1714550000 + 3600 * i for i in range(6)]
    (question,) = asked(suggest_dialect(rows), "time: no column")
    assert "seconds or milliseconds since 1970" in question


def test_one_row_and_no_rows():
    suggestion = suggest_dialect(history(n_cases=1, state=["New"]))
    assert asked(suggestion, "one row only")
    with pytest.raises(SourceError):
        suggest_dialect(pd.DataFrame())


# Times


DATES = [pd.Timestamp("2024-01-02T03:04:05") + pd.Timedelta(days=37 * i, hours=5 * i, minutes=7 * i) for i in range(40)]
FORMATS = [
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y, %H:%M",
    "%d-%m-%y %H:%M",
    "%m/%d/%y %I:%M %p",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y%m%d%H%M%S",
    "%d/%m/%Y %Hh%M",
    "%d.%m.%Y um %H:%M Uhr",
    "%d %b %Y %H:%M",
    "%b %d, %Y %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S.%f",
    "%d.%m.%Y",
    "%d/%B/%Y %H:%M",
]


def instants(texts, written):
    return [dt.datetime.strptime(f"{text} +0000", f"{written} %z") for text in texts]


@pytest.mark.parametrize("written", FORMATS)
@pytest.mark.parametrize("tops", [12, 31])
def test_format_is_right_or_open(written, tops):
    dates = [d for d in DATES if d.day <= tops]
    assert len(dates) > 10
    texts = [d.strftime(written) for d in dates]
    rows = pd.DataFrame({"Ticket": ["A", "B"] * (len(texts) // 2), "Updated at": texts[: len(texts) // 2 * 2]})
    suggestion = suggest_dialect(rows)
    numeric = "%b" not in written and "%B" not in written and written[:2] != "%Y"
    said = suggestion.dialect.time_format
    if said is None:
        assert numeric
        assert asked(suggestion, "time_format")
        # Days up to 12 prove nothing; with two digits for the year, days up to 31 may be years.
        assert tops == 12 or "%y" in written
        assert f'"{written}"' in suggestion.to_toml()
    else:
        assert tops == 31 or not numeric
        assert instants(texts, said) == instants(texts, written)


def test_another_column_of_the_export_proves_the_order():
    rows = history(state=["New", "In progress", "Closed"])
    rows["Updated at"] = ["03/04/2024 09:00", "04/04/2024 09:00", "05/04/2024 09:00"] * 2
    rows["Opened at"] = ["01/04/2024 08:00"] * 3 + ["25/03/2024 08:00"] * 3
    suggestion = suggest_dialect(rows)
    assert suggestion.dialect.time_format == "%d/%m/%Y %H:%M"
    assert "proved by 'Opened at': 3 of its rows" in suggestion.to_toml()
    rows["Closed at"] = ["04/25/2024 08:00"] * 6
    contradicted = suggest_dialect(rows)
    assert contradicted.dialect.time_format is None
    assert "the columns contradict each other" in contradicted.to_toml()


def test_both_orders_in_one_column_decide_nothing():
    rows = history(state=["New", "In progress", "Closed"])
    rows["Updated at"] = ["13/04/2024 09:00", "14/04/2024 09:00", "05/16/2024 09:00"] * 2
    suggestion = suggest_dialect(rows)
    assert suggestion.dialect.time_format is None
    assert "orders are mixed: 2 different values fit '%d/%m/%Y %H:%M' only, 1 fit '%m/%d/%Y %H:%M' only" in repr(
        suggestion.questions
    )


def test_opening_written_otherwise_than_the_time_is_left_out():
    rows = history(state=["New", "In progress", "Closed"])
    rows["Opened at"] = ["25.03.2024"] * 3 + ["26.03.2024"] * 3
    suggestion = suggest_dialect(rows)
    assert "opened_at" not in suggestion.dialect.columns
    assert "written otherwise than the time" in suggestion.to_toml()


def test_instants_need_no_format_and_keep_their_zone():
    rows = history(state=["New", "In progress", "Resolved"], department=["A", "B", "A"])
    rows["Updated at"] = pd.to_datetime(rows["Updated at"], utc=True)
    assert suggest_dialect(rows).questions == ()
    rows["Updated at"] = rows["Updated at"].dt.tz_localize(None)
    assert asked(suggest_dialect(rows), "timezone: 6 of 6 times of 'Updated at' state no zone")


# States


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("New", "queued"),
        ("IN_PROGRESS", "working"),
        ("in bearbeitung", "working"),
        ("Geloest", "resolved"),
        ("Résolue", "resolved"),
        ("Wait - User", "waiting_customer"),
        ("On hold: awaiting caller", "waiting_customer"),
        ("Warten auf Lieferanten", "waiting_other"),
        ("En attente du prestataire", "waiting_other"),
        ("Resolved (Permanently)", "resolved"),
        ("Closed - Canceled", "cancelled"),
        ("Ouvert", "open"),
        ("waiting_customer", "waiting_customer"),
        ("waiting_other", "waiting_other"),
        ("Pending", None),
        ("On Hold", None),
        ("Done", None),
        ("Erledigt", None),
        ("Assigned", None),
        ("Reopened", None),
        ("Not resolved", None),
        ("User waiting", None),
        ("Resolved, pending confirmation", None),
        ("Waiting for customer or vendor", None),
        ("Waiting for support", None),
        ("Open/Closed", None),
        ("3", None),
        ("-100", None),
        ("Frobnicated", None),
        # A number before it, or what is known to be harmless behind it, leaves done what it is.
        ("6 - Resolved", "resolved"),
        ("Closed - by timer", "closed"),
        ("Geschlossen (automatisch)", "closed"),
        ("Reopened - In progress", "working"),
        ("Not assigned", "queued"),
        ("Queued: Not assigned", "queued"),
        # Waiting, and nothing of it denied.
        ("Pending (user has not answered)", "waiting_customer"),
        ("Not waiting for customer", None),
        ("Pending, not with vendor", None),
        ("Resolved, awaiting customer confirmation", None),
    ],
)
def test_label(label, state):
    assert place_label(label).state == state


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        (("Accepted", "In Progress"), "working"),
        (("Accepted", "Assigned"), "working"),
        (("Accepted", "Wait"), None),
        (("Completed", "Resolved"), "resolved"),
        (("Completed", "In Call"), None),
        (("Unmatched", "Unmatched"), None),
        (("On Hold", "Awaiting Vendor"), "waiting_other"),
        (("Pending", "Client"), "waiting_customer"),
        (("Resolved", "In Progress"), None),
        (("In Progress", "Lunch"), None),
        (("Resolved", "Permanently"), "resolved"),
        (("Resolved", "Unsuccessful"), None),
        (("Resolved", "No Further Action"), None),
        (("Closed", "Resolved - Unsuccessful"), None),
        (("Not", "Resolved"), None),
        (("Reopened", "Resolved"), None),
        (("Rejected", "Closed"), None),
        (("Nearly", "Closed"), None),
    ],
)
def test_label_in_two_parts(parts, state):
    assert place_labels([parts])[0].state == state


NOT_FIXED = [
    "Resolved - Unsuccessful",
    "Closed - Not Resolved",
    "Closed / unresolved",
    "Geschlossen - nicht gelöst",
    "Geschlossen: ungelöst",
    "Fermé - non résolu",
    "Cerrado - no resuelto",
    "Fechado - não resolvido",
    "Chiuso (non risolto)",
    "Gesloten - niet opgelost",
    "Zamknięte - nie rozwiązane",
]


@pytest.mark.parametrize("label", NOT_FIXED)
def test_done_and_not_fixed_has_no_place(label):
    placing = place_label(label)
    assert placing.state is None
    assert placing.why == "says done and not fixed: a state, or a resolution code?"


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        (
            "Closed (No response)",
            "'Closed' alone would mean closed; with 'No response', a state, or a resolution code?",
        ),
        ("Closed - by user", "'Closed' alone would mean closed; with 'by user', a state, or a resolution code?"),
        ("Cancelled: 2", "'Cancelled' alone would mean cancelled; with '2', a state, or a resolution code?"),
        ("To be - closed", "'closed' alone would mean closed"),
        ("Resolved?", "its mark leaves it open"),
    ],
)
def test_done_with_what_is_not_known_has_no_place(label, hint):
    assert place_label(label) == (None, hint)


# By language, a denial in a word of its own.
DENIALS = [
    "not",
    "no",
    "non",
    "never",
    "without",
    "nicht",
    "kein",
    "ohne",
    "pas",
    "sans",
    "sin",
    "nunca",
    "não",
    "nao",
    "sem",
    "senza",
    "mai",
    "niet",
    "geen",
    "nooit",
    "nie",
    "bez",
]


@pytest.mark.parametrize("state", ["resolved", "closed", "cancelled"])
def test_denied_label_is_never_done(state):
    for phrase in STATE_WORDS[state]:
        for denial in DENIALS:
            for shape in (
                "{0} {1}",
                "{1} {0}",
                "{0}-{1}",
                "{0}: {1}",
                "({0}) {1}",
                "{1} - {0}",
                "{1} ({0})",
                "{0} / {1}",
            ):
                label = shape.format(denial, phrase)
                assert place_label(label).state is None, label
                assert place_labels([(denial, phrase)])[0].state is None, label
        for prefix in ("un", "non", "in", "on", "nie", "nicht", "non-", "un-", "!"):
            assert place_label(prefix + phrase).state is None, prefix + phrase


def test_denied_label_of_an_export_is_left_to_be_placed():
    rows = history(state=["New", "Resolved - Unsuccessful", "Closed"])
    suggestion = suggest_dialect(rows)
    assert states_of(suggestion) == {"queued": {"New"}, "closed": {"Closed"}}
    hint = "says done and not fixed: a state, or a resolution code?"
    assert f'#   "Resolved - Unsuccessful",  # 2 rows, first: row 1; {hint}' in suggestion.to_toml()


def test_zendesk_words_need_their_company():
    both = place_labels([("open",), ("pending",), ("solved",)])
    assert [p.state for p in both] == ["working", "waiting_customer", "resolved"]
    alone = place_labels([("open",), ("pending",), ("resolved",)])
    assert [p.state for p in alone] == ["open", None, "resolved"]
    marked = place_labels([("open",), ("pending",), ("solved?",)])
    assert [p.state for p in marked] == ["open", None, None]


def test_no_word_means_two_states():
    meant: dict[str, str] = {}
    for name, phrases in itertools.chain(STATE_WORDS.items(), UNSURE_WORDS.items()):
        for words in {w for phrase in phrases for w in spellings(phrase)}:
            assert meant.setdefault(words, name) == name, words


def test_every_state_is_known_in_every_language():
    import lanehop.read.suggest.label_words as words

    for text in (*words._STATES.values(), words._NEGATIONS, words._FAILURES, words._HARMLESS):
        assert len(text.strip().splitlines()) == 8


@pytest.mark.parametrize("name", ["TicketID", "ticket_id", "Ticket-Id", "  TICKET ID "])
def test_headers_are_compared_as_plain_words(name):
    assert plain_words(name) == "ticket id"
    assert read_header(name)["case"].phrase == "ticket id"


def test_labels_are_counted_exactly_and_by_the_rows_of_the_source(tmp_path):
    rng = np.random.default_rng(5)
    labels = rng.choice(["New", "Blue", "Closed", "Green"], size=500, p=[0.4, 0.05, 0.5, 0.05])
    lines = [f"T{i % 50},2024-05-01T{i // 60:02d}:{i % 60:02d}Z,{label}" for i, label in enumerate(labels)]
    # A blank row counts as a row of the source.
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["Ticket,Updated at,Status", ",,", *lines]) + "\n", encoding="utf-8")
    expected = {
        label: (int((labels == label).sum()), int(np.flatnonzero(labels == label)[0]) + 1)
        for label in ("Blue", "Green")
    }
    assert {label: (n, first) for label, n, first in unplaced_of(suggest_dialect(path))} == expected


def test_names_that_would_break_toml():
    rows = history(state=['say "hi"\\ # = [', "line\nbreak\x07", "Closed"])
    rows = rows.rename(columns={"Updated at": "Updated\nat"})
    suggestion = suggest_dialect(rows)
    text = suggestion.to_toml()
    assert Dialect.from_toml(text) == suggestion.dialect
    assert suggestion.dialect.columns["time"] == "Updated\nat"
    assert set(suggestion.unplaced["label"]) == {'say "hi"\\ # = [', "line\nbreak\x07"}


# Sources


def test_sources_of_every_kind_say_the_same(tmp_path):
    rows = history(state=["New", "Pending", "Closed"], department=["A", "B", "A"])
    expected = suggest_dialect(rows)
    csv, parquet = tmp_path / "log.csv", tmp_path / "log.parquet"
    rows.to_csv(csv, index=False, sep=";")
    rows.to_parquet(parquet)
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(csv.read_bytes()))
    table = pa.Table.from_pandas(rows, preserve_index=False)
    for source in (csv, str(csv), parquet, packed, table, table.to_reader()):
        made = suggest_dialect(source)
        assert made.dialect == expected.dialect
        pd.testing.assert_frame_equal(made.unplaced, expected.unplaced)
        pd.testing.assert_frame_equal(made.columns, expected.columns)


def test_workbook_of_several_sheets(tmp_path):
    pytest.importorskip("openpyxl")
    path = tmp_path / "book.xlsx"
    rows = history(state=["New", "Pending", "Resolved"], department=["A", "B", "A"])
    rows["Updated at"] = pd.to_datetime(rows["Updated at"]).dt.tz_localize(None)
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["read me"]}).to_excel(book, sheet_name="Info", index=False)
        rows.to_excel(book, sheet_name="Events", index=False)
    suggestion = suggest_dialect(path)
    assert suggestion.dialect.sheet == "Events"
    assert columns_of(suggestion) == {
        "case": "Ticket",
        "time": "Updated at",
        "state": "Status",
        "department": "Team",
    }
    log = read_log(path, dialect=suggestion.dialect, timezone="UTC", states={"waiting_other": ["Pending"]})
    assert len(log.events) == 6


def test_ids_that_became_floats_are_texts():
    rows = history(state=["New", "Pending", "Closed"])
    rows["Status"] = [1.0, 2.0, 7.0] * 2
    assert [label for label, _, _ in unplaced_of(suggest_dialect(rows))] == ["1", "2", "7"]


def test_source_is_not_changed():
    rows = history(state=["New", "Pending", "Closed"])
    before = rows.copy(deep=True)
    suggest_dialect(rows)
    pd.testing.assert_frame_equal(rows, before)


# Completed proposals are read as they stand


def test_completed_proposal_of_a_hand_made_export_is_read():
    name = EXPORTS / "dutch_two_groups.csv"
    dialect = complete(
        suggest_dialect(name).to_toml(),
        {
            "# timezone": 'timezone = "Europe/Amsterdam"',
            '# department = "Behandelaarsgroep"': 'department = "Behandelaarsgroep"',
            "# closed = []": 'closed = ["Afgehandeld"]',
        },
    )
    log = read_log(name, dialect=dialect)
    first = log.events[log.events["case"] == "M2403 001"]
    assert list(first["state"]) == ["queued", "working", "waiting_other", "closed"]
    assert list(first["department"]) == ["Servicedesk", "Netwerk", "Opslag", "Opslag"]
    assert first["time"].iloc[0] == pd.Timestamp("2024-03-25T08:01:10Z")
    assert (log.ledger["effect"] == "set_aside").sum() == 0


COLUMNS = ["case", "time", "state", "department", "agent"]


def _same_events(path, dialect, bundled):
    made, known = read_log(path, dialect=dialect), read_log(path, dialect=bundled)
    assert len(made.events) == len(known.events)
    for name in COLUMNS:
        one, two = made.events[name].astype("str"), known.events[name].astype("str")
        pd.testing.assert_series_equal(one, two)


@needs_data
@pytest.mark.filterwarnings("ignore::lanehop.errors.ClaimWarning")
@pytest.mark.parametrize("department", ["org:group", "organization involved"])
def test_bpic2013_incidents(department):
    path = DATA / "bpic2013" / "BPI_Challenge_2013_incidents.xes.gz"
    suggestion = suggest_dialect(path)
    assert "department" not in suggestion.dialect.columns
    rows = suggestion.columns[suggestion.columns["role"] == "department"].set_index("column")
    # The counts of handoffs that independent code found.
    assert "changes within a case 9,454 times in 3,820 of 7,554 cases" in rows.loc["org:group", "why"]
    assert "changes within a case 4,350 times in 2,034 of 7,554 cases" in rows.loc["organization involved", "why"]
    assert columns_of(suggestion) == {
        "case": "case:concept:name",
        "time": "time:timestamp",
        "state": ("concept:name", "lifecycle:transition"),
        "activity": "concept:name",
        "agent": "org:resource",
        "priority": "impact",
    }
    assert [label for label, _, _ in unplaced_of(suggestion)] == [
        "Completed/In Call",
        "Accepted/Wait",
        "Unmatched/Unmatched",
    ]
    assert asked(suggestion, "timezone") == []
    dialect = complete(
        suggestion.to_toml(),
        {
            "# A number in brackets": 'notes = ["Unmatched/Unmatched"]',
            f'# department = "{department}"': f'department = "{department}"',
            "missing =": "",
            "waiting_other =": 'waiting_other = ["Accepted/Wait", "Accepted/Wait - Implementation", '
            '"Accepted/Wait - Vendor"]',
            "resolved =": 'resolved = ["Completed/Resolved", "Completed/In Call"]',
        },
    )
    _same_events(path, dialect, "bpic2013_incidents" + "_org_line" * (department != "org:group"))


@needs_data
def test_bpic2013_closed_problems():
    path = DATA / "bpic2013" / "BPI_Challenge_2013_closed_problems.xes.gz"
    suggestion = suggest_dialect(path)
    rows = suggestion.columns[suggestion.columns["role"] == "department"]
    assert set(rows["column"].iloc[:2]) == {"org:group", "organization involved"}
    assert "department" not in suggestion.dialect.columns
    assert asked(suggestion, "closing_is_claim")
    dialect = complete(
        suggestion.to_toml(),
        {
            "# closing_is_claim": "closing_is_claim = true",
            "# A number in brackets": 'notes = ["Unmatched/Unmatched"]',
            '# department = "organization involved"': 'department = "organization involved"',
            "missing =": "",
            "# waiting_other = []": 'waiting_other = ["Accepted/Wait"]',
        },
    )
    _same_events(path, dialect, "bpic2013_closed_problems")


@needs_data
def test_bpic2013_open_problems():
    path = DATA / "bpic2013" / "BPI_Challenge_2013_open_problems.xes.gz"
    suggestion = suggest_dialect(path)
    assert suggestion.dialect.columns["department"] == "org:group"
    assert [label for label, _, _ in unplaced_of(suggestion)] == ["Accepted/Wait"]
    dialect = complete(
        suggestion.to_toml(),
        {
            "# closing_is_claim": "closing_is_claim = true",
            "missing =": "",
            "# waiting_other = []": 'waiting_other = ["Accepted/Wait"]',
        },
    )
    _same_events(path, dialect, "bpic2013_open_problems")


@needs_data
def test_uci_incidents():
    path = DATA / "uci_incident" / "incident_event_log.zip"
    suggestion = suggest_dialect(path)
    bundled = dict(read_log(path, dialect="uci_incidents").dialect.columns)
    assert columns_of(suggestion) == bundled
    assert suggestion.dialect.time_format == "%d/%m/%Y %H:%M"
    assert suggestion.dialect.missing == ("?",)
    assert suggestion.dialect.final == ("closed_code",)
    assert unplaced_of(suggestion) == [("-100", 5, 115_641)]
    why = suggestion.columns.set_index("column").loc["assignment_group", "why"]
    assert "changes within a case 19,087 times in 9,575 of 24,918 cases" in why
    dialect = complete(
        suggestion.to_toml(), {"# timezone": 'timezone = "UTC"', "# A number in brackets": 'notes = ["-100"]'}
    )
    _same_events(path, dialect, "uci_incidents")


VENDORS = sorted((DATA / "formats").rglob("*.csv")) if DATA else []


@needs_data
@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_vendor_samples_are_answered_with_what_is_there(path):
    suggestion = suggest_dialect(path)
    assert Dialect.from_toml(suggestion.to_toml()) == suggestion.dialect
    columns = columns_of(suggestion)
    # Small tables of a database: none has tickets, their times, departments and states with a history.
    if {"case", "time", "department", "state"} <= set(columns):
        assert asked(suggestion, "no history")
    else:
        assert suggestion.questions


@needs_data
@pytest.mark.parametrize(
    ("name", "columns", "asks"),
    [
        (
            "zendesk/dbt_zendesk_seeds/ticket_field_history_data.csv",
            {"case": "ticket_id", "time": "updated"},
            "one row per changed field ('field_name', 'value')",
        ),
        (
            "jira/dbt_jira_seeds/issue_field_history.csv",
            {"case": "issue_id", "time": "time", "actor": "author_id"},
            "one row per changed field ('field_id', 'value')",
        ),
        (
            "zendesk/dbt_zendesk_seeds/ticket_data.csv",
            {"case": "id", "time": "updated_at", "department": "group_id", "state": "status"},
            "no history: 10 rows",
        ),
        (
            "intercom/dbt_intercom_seeds/conversation_part_history_data.csv",
            {"case": "conversation_id", "time": "updated_at"},
            "department: no column found",
        ),
        ("hubspot/dbt_hubspot_seeds/team_data.csv", {}, "no history: 3 rows, each with its own 'id'"),
    ],
)
def test_vendor_samples_by_name(name, columns, asks):
    suggestion = suggest_dialect(DATA / "formats" / name)
    assert columns.items() <= columns_of(suggestion).items()
    for role in ("case", "time", "department", "state"):
        assert (role in columns) == (role in suggestion.dialect.columns)
    assert asked(suggestion, asks)
