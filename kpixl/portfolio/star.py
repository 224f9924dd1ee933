"""A portfolio as tables for other tools: one of facts, and what their columns mean; as Parquet files and in DuckDB.

docs/portfolio.md describes the tables. A file of another's is never replaced.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from kpixl.catalog.model import Level
from kpixl.errors import ExtraMissing, FileExists
from kpixl.i18n import language
from kpixl.period import Kind, Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kpixl.portfolio.group import Portfolio

TABLES: Mapping[str, Mapping[str, str]] = {
    "figure": {
        "workbook": "int32", "period": "string", "kpi": "string", "measure": "string", "value": "float64",
        "level": "string", "source": "string",
    },
    "workbook": {
        "workbook": "int32", "path": "string", "company": "string", "business": "string", "period": "string",
        "currency": "string", "owner": "string", "region": "string", "errors": "int32", "warnings": "int32",
        "missing_periods": "int32", "open_actions": "int32",
    },
    "period": {"period": "string", "kind": "string", "first_day": "date32", "last_day": "date32"},
    "kpi": {
        "kpi": "string", "id": "string", "business": "string", "abbreviation": "string", "name": "string",
        "unit": "string", "direction": "string", "typical": "float64", "above_average": "float64",
        "exceptional": "float64",
    },
    "measure": {"measure": "string", "name": "string", "unit": "string"},
    "level": {"level": "string", "number": "int32"},
}  # fmt: skip
"""The columns of each table with their types, as Arrow calls them."""
_MARK = b"kpixl"
"""By this key of their metadata our Parquet files are known; by a schema of that name our databases."""


def tables(group: Portfolio) -> dict[str, Any]:
    """The tables as Arrow has them; ExtraMissing without it."""
    arrow = _arrow()
    rows: dict[str, Iterator[tuple[Any, ...]]] = {
        "figure": _figures(group),
        "workbook": _workbooks(group),
        "period": _periods(group),
        "kpi": _kpis(group),
        "measure": _measures(group),
        "level": ((level.id, level.number) for level in Level),
    }
    return {name: _table(arrow, columns, rows[name]) for name, columns in TABLES.items()}


def _table(arrow: Any, columns: Mapping[str, str], rows: Iterator[tuple[Any, ...]]) -> Any:
    types = {"int32": arrow.int32(), "float64": arrow.float64(), "date32": arrow.date32(), "string": arrow.string()}
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()], metadata={_MARK: b"portfolio"})
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return arrow.table(
        [arrow.array(one, type=field.type) for one, field in zip(values, schema, strict=True)], schema=schema
    )


def _figures(group: Portfolio) -> Iterator[tuple[Any, ...]]:
    for number, member in enumerate(group.members):
        kpis = {member.kpi(figure.kpi).history_id for figure in member.figures}
        for figure in member.figures:
            id_ = member.kpi(figure.kpi).history_id
            yield number, member.period, id_, None, figure.value, figure.level, "computed"
        for one in member.measures:
            yield number, member.period, None, one.measure, one.value, None, one.source
        kind = member.covers.kind
        for line in member.past:
            is_kpi = line.id in kpis
            period = str(Period.containing(kind, date.fromisoformat(line.start)))
            which = (line.id, None) if is_kpi else (None, line.id)
            yield number, period, *which, line.value, _level(line.level), line.source or "past"


def _level(text: str) -> str | None:
    return text if text in {level.id for level in Level} else None


def _workbooks(group: Portfolio) -> Iterator[tuple[Any, ...]]:
    for number, one in enumerate(group.members):
        yield (
            number, one.place, one.company, one.business, one.period, one.currency, one.owner or None,
            one.region or None, one.problems.get("error", 0), one.problems.get("warning", 0), len(one.missing),
            len(one.to_do),
        )  # fmt: skip


def _periods(group: Portfolio) -> Iterator[tuple[Any, ...]]:
    found = {member.covers for member in group.members}
    for member in group.members:
        found |= {Period.containing(member.covers.kind, date.fromisoformat(line.start)) for line in member.past}
    for period in sorted(found, key=lambda one: (list(Kind).index(one.kind), one.start)):
        yield str(period), period.kind.value, period.start, period.end


def _kpis(group: Portfolio) -> Iterator[tuple[Any, ...]]:
    en, told = language("en"), set()
    for column in group.columns:
        kpi = column.kpi
        if kpi.history_id in told:
            continue
        told.add(kpi.history_id)
        edges = [threshold.value if (threshold := kpi.threshold(level)) else None for level in list(Level)[1:]]
        words = (en(kpi.abbreviation), en(kpi.name), kpi.kpi.unit, kpi.kpi.direction)
        yield kpi.history_id, kpi.id, kpi.business, *words, *edges


def _measures(group: Portfolio) -> Iterator[tuple[Any, ...]]:
    from kpixl.texts.words import measure_label

    en = language("en")
    found = {
        measure.name: measure
        for id_ in sorted({member.business for member in group.members})
        for measure in group.business(id_).measures
    }
    for name, measure in found.items():
        yield name, measure_label(measure, en), measure.unit


# Files


def ensure_parquet(folder: Path) -> None:
    """FileExists where a file of another's lies that would be replaced; ExtraMissing."""
    _arrow()
    for path in (folder / f"{name}.parquet" for name in TABLES):
        if path.exists() and not _is_our_parquet(path):
            raise FileExists(path=path)


def ensure_duckdb(path: Path) -> None:
    """The same of a database."""
    _arrow("--duckdb")
    try:
        import duckdb  # noqa: F401  (whether it is there)
    except ImportError as error:
        raise ExtraMissing(what="--duckdb", install='"kpixl[portfolio]"') from error
    if path.exists() and not _is_our_database(path):
        raise FileExists(path=path)


def write_parquet(group: Portfolio, folder: Path) -> list[Path]:
    """A file for each table in a folder, made where it is not there; what ``ensure_parquet`` raises."""
    ensure_parquet(folder)
    from pyarrow import parquet

    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables(group).items():
        draft = paths[name].with_suffix(f".{os.getpid()}.tmp")
        parquet.write_table(table, draft, compression="zstd")
        draft.replace(paths[name])
    return list(paths.values())


def _is_our_parquet(path: Path) -> bool:
    from pyarrow import ArrowException, parquet

    try:
        return _MARK in (parquet.read_schema(path).metadata or {})
    except (OSError, ArrowException):
        return False


def write_duckdb(group: Portfolio, path: Path) -> Path:
    """A database with a table for each in the schema ``kpixl``, and one view of the facts with all that they mean; what
    ``ensure_duckdb`` raises."""
    ensure_duckdb(path)
    import duckdb

    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with duckdb.connect(draft) as base:
            base.execute("create schema kpixl")
            for name, table in tables(group).items():
                base.register("made", table)
                base.execute(f'create table kpixl."{name}" as select * from made')
                base.unregister("made")
            base.execute(_VIEW)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return path


_VIEW = """
create view kpixl.facts as
select f.*, w.company, w.business, w.owner, w.region, w.path, p.kind, p.first_day, p.last_day, k.name as kpi_name,
    k.unit as kpi_unit, m.name as measure_name
from kpixl.figure f
join kpixl.workbook w using (workbook)
join kpixl.period p on p.period = f.period
left join kpixl.kpi k on k.kpi = f.kpi
left join kpixl.measure m on m.measure = f.measure
"""


def _is_our_database(path: Path) -> bool:
    import duckdb

    try:
        with duckdb.connect(path, read_only=True) as base:
            found = base.execute("select 1 from duckdb_schemas() where schema_name = 'kpixl' and not internal")
            return found.fetchone() is not None
    except (duckdb.Error, OSError):
        return False


def _arrow(what: str = "--parquet") -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise ExtraMissing(what=what, install='"kpixl[portfolio]"') from error
    return pyarrow
