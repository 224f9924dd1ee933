"""The catalogue is whole: every KPI has what an owner is shown of it, and nothing names what is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import pytest

from kpixl.catalog import (
    Aggregate,
    Business,
    BusinessKpi,
    Condition,
    Elapsed,
    Field,
    Lookup,
    Made,
    Mean,
    Measure,
    Once,
    Window,
    business,
    businesses,
    catalogue,
)
from kpixl.catalog.load import EDGES, FOLDER, MONTHS, parse_condition, parse_line
from kpixl.catalog.model import OWN_SLOTS, with_parts
from kpixl.catalog.needs import columns_read, settings_of
from kpixl.catalog.settings import READS, SETTINGS
from kpixl.catalog.tables import Chained, Comparison, Each, Else, InOrder, Months, Table, Where, branches
from kpixl.errors import UnknownChoice
from kpixl.formula import names, parse
from kpixl.kpi.breakdown import dimensions

KPIS = [pytest.param(kpi, id=f"{kpi.code}_{kpi.id}") for owner in businesses() for kpi in owner.kpis]
BUSINESSES = [pytest.param(owner, id=owner.id) for owner in businesses()]
MEASURES = [pytest.param(measure, id=measure.id) for measure in catalogue().measures.values()]
COUNTED = [pytest.param(measure, id=measure.id) for measure in catalogue().measures.values() if measure.table]

# Over the period, unless the figures of the source are yearly or quarterly.
WINDOWS = {
    **dict.fromkeys(("va_crr", "pa_crr", "ml_kept", "sb_kept", "sb_churn", "cc_cjpsr"), Window.YEAR),
    "cc_crr": Window.QUARTER,
}
# Where an argument is not bound to the measure of its own name.
BOUND = {
    "va_crr": {"clients_new": "clients_new_staying"},
    "pa_crr": {"clients_new": "clients_new_staying"},
    "cc_crr": {"clients_new": "clients_new_staying"},
    "pa_rpc": {"revenue": "revenue_monthly"},
    "pa_upsell": {"clients_active": "clients_served"},
    "pa_referral": {"clients_existing": "clients_start"},
    "cc_arpu": {"revenue": "revenue_monthly", "users": "clients_served"},
    "sb_leadref": {"clients_active": "clients_served"},
    "ml_css": {"satisfied": "satisfied_multilingual", "surveyed": "surveyed_multilingual"},
    "ml_art": {
        "resolution_hours": "resolution_hours_multilingual",
        "requests_resolved": "requests_resolved_multilingual",
    },
    "ml_tph": {"tasks_done": "tasks_done_multilingual", "hours_worked": "hours_worked_multilingual"},
    "ml_nps": {name: f"{name}_multilingual" for name in ("promoters", "detractors", "respondents")},
}


# KPIs


@pytest.mark.parametrize("kpi", KPIS)
def test_windows_and_bindings(kpi: BusinessKpi) -> None:
    place = f"{kpi.code}_{kpi.id}"
    assert kpi.window is kpi.default_window is WINDOWS.get(place, kpi.window)
    assert tuple(argument.name for argument in kpi.arguments) == kpi.kpi.arguments
    bound = {argument.name: argument.measure.id for argument in kpi.arguments}
    assert bound == {**bound, **BOUND.get(place, {})}
    assert {argument.measure.window for argument in kpi.arguments} == {kpi.window}
    assert set(kpi.bound) >= {kpi.window}
    for other, arguments in kpi.bound.items():
        assert [(a.name, a.measure.id) for a in arguments] == [(a.name, a.measure.id) for a in kpi.arguments]
        assert {argument.measure.window for argument in arguments} == {other}


def test_every_business_is_a_file() -> None:
    files = {file.stem for file in Path(str(FOLDER)).glob("businesses/*.yaml")}
    assert {owner.id for owner in businesses()} == files
    assert len({owner.code for owner in businesses()}) == len(files)
    # As owners have seen them since the first version.
    known = ["remote-va-agency", "luxury-personal-assistant", "multilingual-va", "career-coaching", "service-business"]
    assert [owner.id for owner in businesses()][: len(known)] == known


@pytest.mark.parametrize("kpi", KPIS)
def test_every_kpi_is_told_in_full(kpi: BusinessKpi) -> None:
    of = kpi.texts
    texts = (kpi.name, kpi.abbreviation, of.definition, of.published, of.reading, of.source)
    assert 2 <= len(of.tips) <= 5
    assert 2 <= len(of.benefits) <= 4
    for text in (*texts, *of.benefits, *of.limits, *of.tips, *of.cautions):
        assert text.strip() == text != ""
    assert of.limits
    if kpi.code == "sb":  # its source publishes no benchmarks, and none are invented
        assert kpi.thresholds == {}
    assert kpi.name_prefix == f"{kpi.code}_{kpi.id}"


@pytest.mark.parametrize("kpi", KPIS)
def test_formula_and_arguments_agree(kpi: BusinessKpi) -> None:
    assert set(names(parse(kpi.kpi.formula))) == set(kpi.kpi.arguments)
    assert kpi.kpi.lever in kpi.kpi.arguments
    assert kpi.sample is None or kpi.sample.unit in ("count", "ratio")


@pytest.mark.parametrize("kpi", KPIS)
def test_thresholds_run_in_the_direction_of_the_kpi(kpi: BusinessKpi) -> None:
    edges = [kpi.thresholds[level] for level in ("typical", "above_average", "exceptional") if level in kpi.thresholds]
    assert all(edge.comparison[0] == ("<" if kpi.kpi.direction == "down" else ">") for edge in edges)
    values = [edge.value for edge in edges]
    assert values == sorted(set(values), reverse=kpi.kpi.direction == "down")


# Businesses


def made_from(measure: Measure) -> Iterator[Measure]:
    yield measure
    for part in measure.parts:
        yield from made_from(part)


@pytest.mark.parametrize("owner", BUSINESSES)
def test_a_business_yields_what_its_formulas_name(owner: Business) -> None:
    yielded = {measure.name: measure for measure in owner.measures}
    assert len(yielded) == len(owner.measures)
    bound = [argument.measure for kpi in owner.kpis for arguments in kpi.bound.values() for argument in arguments]
    for measure in (*bound, *owner.companions):
        for part in made_from(measure):
            assert yielded[part.name] == part
        if measure.through_past:
            assert measure.id in yielded


@pytest.mark.parametrize("owner", BUSINESSES)
def test_a_business_has_the_columns_that_its_measures_read(owner: Business) -> None:
    for measure in owner.measures:
        if of := measure.aggregate:
            columns = {column.id for column in owner.table(of.table).columns}
            assert {*of.distinct, *filter(None, [of.column]), *read(of.where)} <= columns
            assert not of.distinct or measure.behind in columns
    for table in owner.tables:
        for column in table.calculated:
            assert set(column.reads) <= {other.id for other in table.columns}, column.id
            if isinstance(column, Lookup):
                other_columns = {other.id for other in owner.table(column.table).columns}
                assert {column.match, *read(column.where)} <= other_columns, column.id
            if isinstance(column, Once):
                behind = next(item for item in owner.measures if item.behind == column.id)
                assert behind.aggregate is not None
                assert (column.keys, column.where) == (behind.aggregate.distinct, behind.aggregate.where)
                assert column.window == behind.window


def test_columns_that_only_some_businesses_need() -> None:
    found = {owner.code: owner.table("clients") for owner in businesses()}
    extra = ("coaching_start", "placed", "milestone")
    with_them = {code for code, table in found.items() for field in table.fields if field.id in extra}
    assert with_them == {"cc"}
    behind = {
        code: [c.id for c in table.calculated if not isinstance(c, Once | Chained | Each)]
        for code, table in found.items()
    }
    chained = {code: [c.id for c in table.calculated if isinstance(c, Chained)] for code, table in found.items()}
    # Retention asks who began and who stays; only churn and lifetime ask who has left.
    stays = ["renews", "stays_until", "stay", "since"]
    assert chained == {"va": stays, "pa": stays, "ml": stays, "cc": stays, "sb": ["renews", "goes_on", *stays[1:]]}
    assert behind == {
        "va": ["ends_after"],
        "pa": ["ends_after", "additional_sales", "additional_sales_12m"],
        "ml": ["ends_after"],
        "cc": ["milestone_months", "milestone_months_squared", "placed_after", "ends_after"],
        "sb": ["stay_months", "ends_after", "recent_sales"],
    }


@pytest.mark.parametrize("owner", BUSINESSES)
def test_headings_of_a_table_differ(owner: Business) -> None:
    for table in owner.tables:
        headings = [column.heading.lower() for column in table.columns]
        assert len(set(headings)) == len(headings), table.id
        assert all(heading.strip() == heading != "" for heading in headings)


def test_what_a_sheet_waits_for() -> None:
    """Nothing is known of a sheet before a row has one of these days, its own or one that its measures count by;
    complaints, incidents and invitations wait for none, where no row says that there was nothing."""
    found = {owner.code: {t.id: set(owner.days_of(t.id)) for t in owner.tables if t.waits} for owner in businesses()}
    seen, asked, sold = {"surveys": {"date"}}, {"requests": {"opened", "resolved"}}, {"sales": {"date"}}
    assert found == {
        "va": {**seen, **asked, "tasks": {"assigned", "due"}, "hours": {"date"}, "leads": {"date"}},
        "pa": {**seen, **asked, **sold, "tasks": {"assigned", "completed"}},
        "ml": {**seen, **asked, "tasks": {"assigned", "completed"}, "hours": {"date"}, "translations": {"date"}},
        "cc": {**seen, **sold, "sessions": {"scheduled"}, "leads": {"date", "consultation"}},
        "sb": {**seen, **sold, "leads": {"date"}, "expenses": {"date"}},
    }


def test_settings_that_a_business_has() -> None:
    assert {owner.code: [setting.id for setting in settings_of(owner)] for owner in businesses()} == {
        "va": ["satisfied_cut", "stay_gap", "minimum_cases", "entered_until", "late_days"],
        "pa": ["satisfied_cut", "stay_gap", "minimum_cases", "entered_until", "late_days", "dollar_rate"],
        "ml": ["satisfied_cut", "house_language", "stay_gap", "minimum_cases", "entered_until", "late_days"],
        "cc": ["satisfied_cut", "stay_gap", "minimum_cases", "entered_until", "late_days", "dollar_rate"],
        "sb": ["satisfied_cut", "repeat_days", "stay_gap", "minimum_cases", "entered_until", "late_days"],
    }


# Measures and tables


def conditions(where: Where) -> list[Condition]:
    return [condition for clause in where for alternative in clause for condition in alternative]


def read(where: Where) -> set[str]:
    return {condition.column for condition in conditions(where)}


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_told_in_full(measure: Measure) -> None:
    assert measure.label.strip() == measure.label != ""
    # It stands alone as a reason, and before “in this period”.
    assert re.fullmatch(r"[a-z].*[^.]", measure.absent)
    if of := measure.aggregate:
        assert bool(of.heading) == (of.kind in ("distinct", "median"))
        assert (of.kind == "distinct") == bool(of.distinct)
    assert bool(measure.note) == (isinstance(measure.definition, Made) and bool(measure.definition.otherwise))


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_is_made_of_what_there_is(measure: Measure) -> None:
    known = {*catalogue().measures, MONTHS}
    match measure.definition:
        case Aggregate(table=table, where=where) as of:
            assert (of.column is not None) == (of.kind in ("sum", "median"))
            assert read(where) <= {column.id for column in catalogue().tables[table].columns}
            assert_there_is(where, table)
        case Made(formula=formula, otherwise=otherwise):
            assert {*names(parse(formula)), *names(parse(otherwise or "1"))} <= known
        case Mean(of=other):
            assert other in known


def assert_there_is(where: Where, table: str) -> None:
    """Whatever conditions compare with is there: choices of the field, settings, days."""
    columns = {column.id: column for column in catalogue().tables[table].columns}
    for condition in conditions(where):
        column = columns[condition.column]
        if condition.kind == "choice":
            assert isinstance(column, Field)
            assert condition.operand in column.choices
        elif condition.kind == "name":
            assert condition.operand in {*EDGES, *SETTINGS}
        else:
            assert isinstance(condition.operand, float)
        assert condition.text == (isinstance(column, Field) and column.type in ("text", "choice"))


@pytest.mark.parametrize("measure", COUNTED)
def test_every_measure_begins_with_a_field_that_is_filled(measure: Measure) -> None:
    """Else blank rows of a table would count, and nobody could say whether a list has been filled in."""
    (first,) = measure.where[0][0]
    assert measure.where[0] == ((first,),)
    assert isinstance(catalogue().tables[str(measure.table)].field(first.column), Field)
    assert not first.or_blank


def test_alternatives_exclude_each_other() -> None:
    """Each way through ``where`` is counted by itself, so that no row may meet two of them."""
    for measure in catalogue().measures.values():
        for one, other in combinations(branches(measure.where), 2):
            table = catalogue().tables[str(measure.table)]
            assert any(contradict(a, b, table) for a, b in product(one, other)), measure.id


def contradict(one: Condition, other: Condition, table: Table) -> bool:
    """Whether no row can meet both: by the same column, or by one that is made of a column that is blank."""
    for a, b in ((one, other), (other, one)):
        made_of = [c.reads for c in table.calculated if isinstance(c, InOrder) and c.id == b.column]
        if a.comparison == "blank" and any(a.column in columns for columns in made_of):
            return True
        if a.column == b.column and a.comparison == "blank" and b.comparison != "blank" and not b.or_blank:
            return True
        if a.column == b.column and (a.comparison, b.comparison) == (">=", "<") and not b.or_blank:
            return True
    # A client who is known to speak another language, and one whose language is not known.
    pair = {(one.column, one.comparison), (other.column, other.comparison)}
    return pair == {("client_foreign", ">="), ("client_known", "<")}


def test_every_calculated_column_is_made_of_what_there_is() -> None:
    tables = catalogue().tables
    for table in tables.values():
        fields = {field.id for field in table.fields}
        for column in table.calculated:
            if isinstance(column, Lookup):
                assert column.match in fields
                assert column.match in {field.id for field in tables[column.table].fields}
                assert_there_is(column.where, column.table)
                # Lookups do not wait for each other.
                assert read(column.where) <= {field.id for field in tables[column.table].fields}
            elif isinstance(column, Chained):
                assert {table.field(column.start).type, table.field(column.end).type} == {"date"}
                assert table.field(column.key).key
            elif isinstance(column, Else):
                assert {table.field(id_).type for id_ in column.reads} == {"number"}
            else:
                assert isinstance(column, Elapsed | Months | InOrder)
                days = (column.first, column.then) if isinstance(column, InOrder) else (column.since, column.until)
                numbers = isinstance(column, InOrder) and not column.days
                assert {table.field(day).type for day in days} == {"number" if numbers else "date"}
            if isinstance(column, Elapsed):
                assert column.open_until in (None, *EDGES)


def test_every_reference_leads_to_a_table_with_a_key() -> None:
    tables = catalogue().tables
    for table in tables.values():
        for field in table.fields:
            if field.refers_to:
                assert sum(other.key for other in tables[field.refers_to].fields) == 1
                assert field.type == "text"
            assert bool(field.choices) == (field.type == "choice")
            assert len({word.lower() for word in field.choices.values()}) == len(field.choices)
        assert table.date is None or table.field(table.date).type == "date"
        assert table.kept or table.date


def test_edges_that_follow_from_a_setting() -> None:
    assert set(READS) <= set(EDGES)
    assert set(READS.values()) <= set(SETTINGS)


# Conditions as text


def test_conditions_are_read() -> None:
    tables = catalogue().tables
    clients, surveys, sales, leads = (tables[id_] for id_ in ("clients", "surveys", "sales", "leads"))
    assert parse_condition("score <= 5", surveys) == Condition(column="score", comparison="<=", operand=5.0)
    assert parse_condition("score >= satisfied_cut", surveys) == Condition(
        column="score", comparison=">=", operand="satisfied_cut", kind="name"
    )
    assert parse_condition("kind = additional", sales) == Condition(
        column="kind", comparison="=", operand="additional", kind="choice", text=True
    )
    assert parse_condition("language <> house_language", surveys) == Condition(
        column="language", comparison="<>", operand="house_language", kind="name", text=True
    )
    assert parse_condition("referred_by filled", leads) == Condition(
        column="referred_by", comparison="filled", text=True
    )
    assert parse_condition("additional_sales >= 1", clients) == Condition(
        column="additional_sales", comparison=">=", operand=1.0
    )


def test_lines_are_read() -> None:
    clients, surveys = catalogue().tables["clients"], catalogue().tables["surveys"]
    since = Condition(column="date", comparison=">=", operand="window_start", kind="name")
    until = Condition(column="date", comparison="<", operand="after_window", kind="name")
    assert parse_line("date in window", surveys) == (((since,),), ((until,),))
    end = Condition(column="end", comparison=">=", operand="after_window", kind="name", or_blank=True)
    assert parse_line("end >= after_window or blank", clients) == (((end,),),)
    foreign, unknown = (Condition(column=f"client_{c}", comparison=o, operand=1.0) for c, o in OTHER_CLIENTS)
    other = Condition(column="language", comparison="<>", operand="house_language", kind="name", text=True)
    line = "client_foreign >= 1 or client_known < 1 and language <> house_language"
    assert parse_line(line, surveys) == (((foreign,), (unknown, other)),)
    assert branches((((since,),), ((foreign,), (unknown, other)))) == ((since, foreign), (since, unknown, other))


OTHER_CLIENTS: tuple[tuple[str, Comparison], ...] = (("foreign", ">="), ("known", "<"))


@pytest.mark.parametrize(
    "text",
    [
        "score between 1 and 5",
        "score >=5",
        "language > house_language",
        "language = 5",
        "score = additional",
        "kind = gifts",
        "date in month",
    ],
)
def test_what_is_no_condition(text: str) -> None:
    table = catalogue().tables["sales" if text.startswith("kind") else "surveys"]
    with pytest.raises(ValueError, match=r"not a (condition|number)"):
        parse_line(text, table)


def test_an_unknown_business() -> None:
    with pytest.raises(UnknownChoice, match="career-coaching"):
        business("bakery")


# Names in the workbook


def test_names_of_all_businesses_fit_one_workbook() -> None:
    """Tables, names, settings and functions share one namespace, without case; none looks like a cell."""
    parts = ["value", "level", "level_number", "target", "window", "change", "position"]
    parts += ["typical", "above_average", "exceptional"]
    prefixes = [*(kpi.name_prefix for owner in businesses() for kpi in owner.kpis), *OWN_SLOTS]
    measures = {measure.name for owner in businesses() for measure in owner.measures}
    groups = [
        [f"{prefix}_{part}" for prefix in prefixes for part in parts],
        sorted(measures | set(catalogue().measures)),
        [*SETTINGS, "company", "currency", "period_day", "period_start", "period_end", "period_after"],
        [f"tbl_{id_}" for id_ in catalogue().tables],
        [f"KPI_{id_}" for id_ in catalogue().kpis],
    ]
    every = [name for group in groups for name in group]
    assert len(set(prefixes)) == len(prefixes)
    assert len({name.lower() for name in every}) == len(every)
    for name in every:
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
        assert len(name) <= 255
        assert not re.fullmatch(r"(?i)[a-z]{1,3}\d+|r\d*(c\d*)?|c\d*|true|false", name), f"{name} looks like a cell"
    assert [name for name in every if name.upper().startswith("KPI_")] == groups[-1]


def test_english_everywhere_in_names() -> None:
    for table in catalogue().tables.values():
        for column in table.columns:
            suffix = column.window.suffix if isinstance(column, Lookup) else ""
            assert re.fullmatch(r"[a-z][a-z_]*", column.id.removesuffix(suffix))


ONLY_NAMES = {"id", "description"}
"""Columns that say which row it is, to whoever reads it."""


def _read(owner: Business) -> set[tuple[str, str]]:
    """The columns of a business that something is made of: a measure, a breakdown, the largest groups of a total, or
    the day from which a row is needed no more."""
    read = columns_read([table.id for table in owner.tables], {one.id: one for one in owner.tables}, owner.measures)
    for dimension, kpis in dimensions(owner).items():
        measures = (part for kpi in kpis for one in kpi.arguments for part in with_parts(one.measure))
        read |= {(item.table, dimension) for item in measures if item.table}
    read |= {(table.id, one.column) for table in owner.tables for branch in branches(table.leaves) for one in branch}
    return read | {(str(one.measure.table), one.by) for one in owner.pareto}


@pytest.mark.parametrize("owner", BUSINESSES)
def test_nothing_is_asked_for_that_nobody_reads(owner: Business) -> None:
    """An owner who fills in a column sees something of it: a figure, a breakdown, rows that stay until it is settled,
    or a line of Check about this very column (a name given twice, a lead won who is not on Clients)."""
    read = _read(owner)
    for table in owner.tables:
        told = {*table.same, *(table.stays or ()), *([table.date] if table.date else [])}
        told |= {field.id for field in table.fields if field.key}
        for field in table.fields:
            if field.becomes:
                told |= {field.id, field.becomes.date}
        unread = {field.id for field in table.fields if (table.id, field.id) not in read}
        assert unread <= told | ONLY_NAMES, (table.id, unread - told - ONLY_NAMES)
