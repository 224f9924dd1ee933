"""Measures and grading as Excel formulas: only functions of Excel 2016, only forms that every engine evaluates.

Texts are counted with ``=`` alone, and what is different from a text by subtraction: engines disagree on whether
``<>`` counts blanks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from kpixl.catalog.tables import Chained, Each, Elapsed, Else, InOrder, Lookup, Months, branches, columns_of, word_key
from kpixl.formula import parse, to_excel
from kpixl.formula.expressions import noise
from kpixl.formula.nodes import Name, Number
from kpixl.kpi.measure import FEW, key_column
from kpixl.kpi.noise import NOISE
from kpixl.kpi.renewals import FOREVER
from kpixl.period import MONTH_DAYS, Window

if TYPE_CHECKING:
    from kpixl.catalog.model import Aggregate, Business, Made, Measure
    from kpixl.catalog.tables import Calculated, Condition, Once, Table, Where
    from kpixl.kpi.wrong import WrongKind

WILD = re.compile(r"[~*?]")
"""What a criterion takes for something else than itself."""
NOISE_TEXT = to_excel(Number(NOISE))
"""The same number as formulas write it."""


@dataclass(frozen=True, slots=True)
class FormulaNames:
    """What formulas call things in one workbook."""

    column: Callable[[str, str], str]
    """Table id and column id -> the structured reference of the whole column."""
    cell: Callable[[str, str], str]
    """Likewise -> the column's cell in the row that the formula stands in."""
    word: Callable[[str], str]
    """The id of a word -> the cell that holds it."""
    wild: Collection[str] = ()
    """The ids of the words in which a criterion would see wildcards."""
    entered: Mapping[str, str] = field(default_factory=dict)
    """By the id of a table that waits for entries, or of one and its field that tells outcomes: the cell that is 0
    before something is entered there."""
    edges: Mapping[str, str] = field(default_factory=dict)
    """What stands for an edge of the window, where it is another day than usual."""
    last_day: int = FOREVER
    """The workbook's number of the day until which stays who has not left."""


def measure_formula(measure: Measure, of: Aggregate, table: Table, names: FormulaNames) -> str:
    """``measure``, the aggregate ``of`` over its table. COUNTIFS has no “or”, so alternatives make it a sum.

    Blank, as in ``kpixl.kpi.measure.Tally``, where a kept list has not been filled in, or a table is gone.
    """
    what = names.column(table.id, measure.behind or str(of.column)) if of.kind != "count" else ""
    total = f"MEDIAN({what})" if of.kind == "median" else _total(table.id, of.where, measure.window, names, what)
    if of.kind == "distinct":
        total = f"ROUND({total},0)"
    # What is computed from a column that is gone counts nothing; the measure is then not 0 but unknown.
    total += "".join(f"+0*ROWS({names.column(*place)})" for place in _behind(of.reads, table))
    if table.id in names.entered and of.days:
        total = f'IF({names.entered[table.id]}=0,"",{total})'
    if of.outcome:
        total = f'IF({names.entered[outcome_row(table.id, of.outcome)]}=0,"",{total})'
    if of.kept:
        first = names.column(table.id, key_column(of, table))
        total = f'IF(COUNTBLANK({first})=ROWS({first}),"",{total})'
    return f'IFERROR({total},"")'


def none_name(table: str) -> str:
    """The name of the cell on an entry sheet that says that there is nothing to enter."""
    return f"_kpixl.none.{table}"


def entered_formula(table: str, days: Iterable[str], names: FormulaNames, none: str) -> str:
    """1 where a row of ``table`` has one of its ``days`` in the period, or ``none`` holds that it has nothing, or
    such a column is gone, of which nothing more is to be said; else 0."""
    columns = (names.column(table, id_) for id_ in days)
    counts = (f'IFERROR(COUNTIFS({one},">="&period_start,{one},"<"&period_after),1)' for one in columns)
    return f"IF({none},1,IF({'+'.join(counts)}>0,1,0))"


def outcome_row(table: str, column: str) -> str:
    """The id of the row that says whether something is known of outcomes."""
    return f"{table}.{column}"


def entered_rows(business: Business) -> tuple[str, ...]:
    """The ids of the tables that wait for entries of the period, and of the fields that tell outcomes."""
    tables = (table.id for table in business.tables if table.waits)
    return (*tables, *(outcome_row(*place) for place in business.outcomes))


def outcomes_formula(business: Business, table: str, column: str, names: FormulaNames) -> str:
    """0 where several rows of ``table`` have had a day of theirs, all are blank in ``column``, and no closed period has
    anything of what is counted by it; else 1."""
    measures, told = business.outcomes[table, column], names.column(table, column)
    ids, values = (names.column("past", id_) for id_ in ("id", "value"))
    days = (names.column(table, id_) for id_ in business.days_of(table))
    counts = [f'COUNTIFS({day},">="&period_start,{day},"<"&MIN(period_after,due_until))' for day in days]
    over = counts[0] if len(counts) == 1 else f"MAX({','.join(counts)})"
    several = f"{over}>=MAX({FEW},minimum_cases)"
    before = "+".join(f'COUNTIFS({ids},"{name}",{values},">0")' for name in measures)
    return f"IFERROR(IF(AND({several},COUNTBLANK({told})=ROWS({told}),{before}=0),0,1),1)"


def fault_formula(table: Table, fault: WrongKind, names: FormulaNames) -> str:
    """How many rows are wrong in one way; 0 where that cannot be told."""
    total = _total(table.id, fault.where, fault.window, names, "")
    total += "".join(f"+0*ROWS({names.column(*place)})" for place in _behind(columns_of(fault.where), table))
    return f"IFERROR({total},0)"


def wrong_rows_formula(table: Table, faults: Sequence[WrongKind], names: FormulaNames) -> str:
    """How many rows are wrong in one way or several, each once. COUNTIFS cannot tell, so every row is looked at: to be
    asked only where there are several causes."""
    ways = (
        "*".join(_tested(one, table.id, fault.window, names) for one in way)
        for fault in faults
        for way in branches(fault.where)
    )
    return f"SUMPRODUCT(--({'+'.join(ways)}>0))"


def _tested(condition: Condition, table: str, window: Window, names: FormulaNames) -> str:
    """1 for each row that meets a condition, else 0, as COUNTIFS tells: an error is not equal, less or more."""
    column = names.column(table, condition.column)
    error, written, number = f"ISERROR({column})", _holds(f'{column}<>""'), f"ISNUMBER({column})"
    filled, blank = f"{error}+{written}", f"1-{error}-{written}"
    match condition.comparison:
        case "filled":
            return f"({filled})"
        case "blank":
            return f"({blank})"
        case "odd" if not condition.text:
            return f"({filled}-{number})"
        case "odd":
            words = (names.word(word_key(table, condition.column, id_)) for id_ in condition.choices)
            return f"({filled}-{_holds('+'.join(f'({column}={word})' for word in words))})"
    operand = _operand(condition, table, window, names, literal=True)
    if condition.text:
        equal = _holds(f"{column}={operand}")
        return f"({filled}-{equal})" if condition.comparison == "<>" else equal
    met = f"{number}*{_holds(f'{column}{condition.comparison}{operand}')}"
    return f"({met}+{blank})" if condition.or_blank else met


def _holds(test: str) -> str:
    """1 where a test is true of a row; 0 where it is not, or fails."""
    return f"ISNUMBER(1/({test}))"


def rows_formula(table: Table, where: Where, names: FormulaNames) -> str:
    """How many rows of ``table`` meet ``where``; 0 where that cannot be told."""
    return f"IFERROR({_total(table.id, where, Window.PERIOD, names, '')},0)"


def _behind(read: Collection[str], table: Table) -> list[tuple[str, str]]:
    """The columns, as table and column, that one who reads the columns ``read`` reads only through calculated ones."""
    found: list[tuple[str, str]] = []
    for column in table.calculated:
        if column.id in read and isinstance(column, Elapsed | Months | InOrder):
            found += [(table.id, id_) for id_ in column.reads if id_ not in read]
            if isinstance(column, Elapsed) and column.squares:
                found += [(table.id, id_) for id_ in (column.since, column.until) if id_ not in read]
        elif column.id in read and isinstance(column, Else):
            found += [(table.id, id_) for id_ in column.needs if id_ not in read]
        elif column.id in read and isinstance(column, Chained):
            found += [(table.id, id_) for id_ in (column.key, column.start, column.end) if id_ not in read]
        elif column.id in read and isinstance(column, Lookup):
            found += [(column.table, id_) for id_ in column.looks_at]
    return list(dict.fromkeys(found))


def made_formula(measure: Measure, made: Made, cells: Mapping[str, str] | None = None) -> str:
    """A measure ``made`` from others, by their names, or by the ``cells`` that stand for those names."""
    bind = {part.id: (cells or {}).get(part.name, part.name) for part in measure.parts}
    months = measure.window.months
    bind["months"] = str(months) if months else "period_months"
    otherwise = '""'
    if made.otherwise:
        otherwise = f'IFERROR({to_excel(parse(made.otherwise), bind)},"")'
    return f"IFERROR({to_excel(parse(made.formula), bind)},{otherwise})"


def _total(table: str, where: Where, window: Window, names: FormulaNames, what: str, key: str = "") -> str:
    """The rows that meet ``where``: counted, or their cells in ``what`` added up. ``key`` is one more criterion."""
    times: Counter[tuple[str, ...]] = Counter()
    for branch in branches(where):
        for choice in product(*(_signed(condition, table, window, names) for condition in branch)):
            if _possible(choice):
                criteria = dict.fromkeys(part for part in (key, *(one.text for one in choice)) if part)
                times[tuple(criteria)] += prod(one.sign for one in choice)
    first = names.column(table, branches(where)[0][0].column)
    signs = {1: "+", -1: "-"}
    terms = ((number, _term(criteria, what, first)) for criteria, number in times.items() if number)
    return "".join(signs.get(number, f"{number:+}*") + term for number, term in terms).removeprefix("+") or "0"


def _term(criteria: Sequence[str], what: str, column: str) -> str:
    """The rows that meet all criteria, or all that ``column`` has: counted, or their cells in ``what`` added up."""
    if not criteria:
        return f"SUM({what})" if what else f"ROWS({column})"
    return f"SUMIFS({what},{','.join(criteria)})" if what else f"COUNTIFS({','.join(criteria)})"


@dataclass(frozen=True, slots=True)
class _Criterion:
    """A criterion of COUNTIFS, to count or, with −1, to take away again; without a text, every row."""

    sign: int
    text: str
    column: str = ""
    exact: str | None = None
    """What alone meets it: a word of a choice, by its id, or nothing."""


def _possible(chosen: Sequence[_Criterion]) -> bool:
    """Whether a row may meet all: no cell is two words, or one and blank."""
    exact = {(one.column, one.exact) for one in chosen if one.exact is not None}
    return len(exact) == len({column for column, _ in exact})


def _signed(condition: Condition, table: str, window: Window, names: FormulaNames) -> list[_Criterion]:
    """A condition as criteria to count and to take away."""
    id_, column = condition.column, names.column(table, condition.column)
    every, blank = _Criterion(1, ""), _Criterion(-1, f'{column},""', id_, "")
    if condition.comparison == "filled":
        return [every, blank]
    if condition.comparison == "blank":
        return [replace(blank, sign=1)]
    if condition.comparison == "odd":
        return [every, blank, *_proper(condition, table, names)]
    if condition.text:
        word = str(condition.operand) if condition.kind == "choice" else None
        equal = _Criterion(1, f'{column},"="&{_operand(condition, table, window, names)}', id_, word)
        return [equal] if condition.comparison == "=" else [every, replace(equal, sign=-1), blank]
    # A literal stands outside the quotes, since Excel reads the text of a criterion by the owner's decimal sign.
    met = _Criterion(1, f'{column},"{condition.comparison}"&{_operand(condition, table, window, names)}')
    return [met, replace(blank, sign=1)] if condition.or_blank else [met]


def _proper(condition: Condition, table: str, names: FormulaNames) -> list[_Criterion]:
    """The criteria that a number meets, or a word of the choice: one of them; to take away."""
    id_, column = condition.column, names.column(table, condition.column)
    if not condition.text:
        return [_Criterion(-1, f'{column},">=-1E300"')]
    words = {choice: _word(word_key(table, id_, choice), names) for choice in condition.choices}
    return [_Criterion(-1, f'{column},"="&{word}', id_, choice) for choice, word in words.items()]


def _operand(condition: Condition, table: str, window: Window, names: FormulaNames, *, literal: bool = False) -> str:
    """What a cell is compared with; of texts their criterion or, ``literal``, the text."""
    if condition.kind == "number":
        return to_excel(Number(float(condition.operand)))
    name = str(condition.operand)
    if condition.kind == "choice":
        word = word_key(table, condition.column, name)
        return names.word(word) if literal else _word(word, names)
    if condition.text:
        return name if literal else escaped(name)
    start = f"window_start{window.suffix}" if window.suffix else "period_start"
    return {"window_start": start, "after_window": "period_after", **names.edges}.get(name, name)


def _word(id_: str, names: FormulaNames) -> str:
    """A word of kpixl's as a criterion takes it literally."""
    return escaped(names.word(id_)) if id_ in names.wild else names.word(id_)


def escaped(cell: str) -> str:
    """The text of a cell as a criterion takes it literally: without wildcards."""
    return f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell},"~","~~"),"*","~*"),"?","~?")'


def calculated_formula(column: Calculated, table: str, names: FormulaNames) -> str:
    """What stands in every row of a calculated column."""
    if isinstance(column, Elapsed):
        return _elapsed(column, table, names)
    if isinstance(column, Months):
        return _months(column, table, names)
    if isinstance(column, Chained):
        return _chained(column, table, names)
    if isinstance(column, InOrder):
        first, then = (names.cell(table, id_) for id_ in column.reads)
        in_order = f"INT({first})<=INT({then})" if column.days else f"{first}<={then}"
        return f'IF(AND(ISNUMBER({first}),ISNUMBER({then})),IF({in_order},1,0),"")'
    if isinstance(column, Else):
        # A column that is gone holds no number, either.
        first, other = (names.cell(table, id_) for id_ in column.reads)
        return f'IF(ISNUMBER({first}),{first},IF(ISNUMBER({other}),{other},""))'
    if isinstance(column, Each):
        return _each(column, table, names)
    return _lookup(column, table, names) if isinstance(column, Lookup) else _once(column, table, names)


def _elapsed(column: Elapsed, table: str, names: FormulaNames) -> str:
    """Blank where a date is missing or the two run backwards."""
    if column.squares:
        number = names.cell(table, column.squares)
        return f'IF(ISNUMBER({number}),{number}^2,"")'
    since, until = names.cell(table, column.since), names.cell(table, column.until)
    test = f"ISNUMBER({until})"
    if column.open_until:
        test = f'OR(IFERROR({until}="",FALSE),ISNUMBER({until}))'
        until = f'IF({until}="",{column.open_until},MIN({until},{column.open_until}))'
    if column.unit != "hours":
        since_, until_ = f"INT({since})", f"INT({until})"
    else:
        since_, until_ = since, until
    scale = {"hours": "*24", "days": "", "months": f"/{MONTH_DAYS}"}[column.unit]
    span = f"({until_}-{since_}){scale}" if scale else f"{until_}-{since_}"
    return f'IF(AND(ISNUMBER({since}),{test}),IF({until_}>={since_},{span},""),"")'


def _months(column: Months, table: str, names: FormulaNames) -> str:
    """Blank where the row has no name, no start, or ends before it starts."""
    name, since, until = (names.cell(table, id_) for id_ in column.reads)
    # A day before all others is one, too: what YEAR makes of 0 is not the same everywhere.
    first, last = f"MAX({since},period_start)", f'IF({until}="",period_end,MAX(1,MIN({until},period_end)))'
    span = f"(YEAR({last})-YEAR({first}))*12+MONTH({last})-MONTH({first})+1"
    others = [names.column(table, id_) for id_ in column.reads]
    earlier = f'{others[0]},"="&{escaped(name)},{others[1]},"<"&{since},{others[2]}'
    month = f"DATE(YEAR({since}),MONTH({since}),1)"
    shared = f'IF({since}>=period_start,IF(COUNTIFS({earlier},">="&{month})+COUNTIFS({earlier},"")>0,1,0),0)'
    ends = f'IF(ISNUMBER({until}),{until}>={since},IFERROR({until}="",FALSE))'
    return f'IF(AND(IFERROR({name}<>"",FALSE),ISNUMBER({since})),IF({ends},MAX(0,{span}-{shared}),""),"")'


def _chained(column: Chained, table: str, names: FormulaNames) -> str:
    """Other stays of the same name that begin or end near this one; a row without a name is a stay by itself."""
    name, start, end = (names.cell(table, id_) for id_ in (column.key, column.start, column.end))
    starts, ends, renews, stay = (names.column(table, id_) for id_ in (column.start, column.end, "renews", "stay"))
    key = f'{names.column(table, column.key)},"="&{escaped(name)}'
    # An error is no name, and no end.
    nameless, open_ = f'IFERROR({name}="",TRUE)', f'IFERROR({end}="",FALSE)'
    begins, closes = f"INT({start})", f"INT({end})"
    near = f'{starts},"<"&{closes}+2+stay_gap'
    match column.id:
        case "renews":
            found = f'COUNTIFS({key},{starts},"<"&{begins},{ends},">="&{begins}-1-stay_gap)'
            return f'IF(ISNUMBER({start}),IF({nameless},0,{found}),"")'
        case "goes_on":
            found = f'COUNTIFS({key},{near},{ends},">="&{closes}+1)+COUNTIFS({key},{near},{ends},"")'
            return f'IF(ISNUMBER({end}),IF({nameless},0,{found}),IF({open_},0,""))'
        case "stays_until":
            which = f'{key},{starts},">="&{closes}+1,{near}'
            found = f"IFERROR(AVERAGEIFS({starts},{which}),{end})"
            return f'IF(ISNUMBER({end}),IF({nameless},{end},{found}),IF({open_},{names.last_day},""))'
        case "stay":
            found = f'COUNTIFS({key},{starts},"<"&{begins}+1,{renews},0)'
            return f'IF(ISNUMBER({start}),IF({nameless},1,{found}),"")'
    which = f'{key},{renews},0,{stay},"="&{names.cell(table, "stay")}'
    found = f"IFERROR(AVERAGEIFS({starts},{which}),{start})"
    return f'IF(ISNUMBER({start}),IF({nameless},{start},{found}),"")'


def _lookup(column: Lookup, table: str, names: FormulaNames) -> str:
    """How many rows of the other table have the name of this one; an error is no name."""
    name = names.cell(table, column.match)
    key = f'{names.column(column.table, column.match)},"="&{escaped(name)}'
    total = _total(column.table, column.where, column.window, names, "", key)
    return f'IFERROR(IF({name}="",0,{total}),0)'


def _each(column: Each, table: str, names: FormulaNames) -> str:
    """The conditions are those of COUNTIFS, over the cells of one row as ranges, which it asks for."""
    row = replace(names, column=lambda table, id_: f"{names.cell(table, id_)}:{names.cell(table, id_)}")
    met, number = _total(table, column.where, column.window, row, ""), names.cell(table, column.column)
    return f'IFERROR(IF({met}>0,{number},""),"")'


def _once(column: Once, table: str, names: FormulaNames) -> str:
    """One divided by the number of rows with the same name that count; an error is no name."""
    cells = [names.cell(table, key) for key in column.keys]
    key = ",".join(f'{names.column(table, k)},"="&{escaped(cell)}' for k, cell in zip(column.keys, cells, strict=True))
    total = _total(table, column.where, column.window, names, "", key)
    blank = f'{cells[0]}=""' if len(cells) == 1 else "OR(" + ",".join(f'{cell}=""' for cell in cells) + ")"
    return f'IFERROR(IF({blank},"",1/({total})),"")'


def noise_of(reference: str) -> str:
    """How far from the cell ``reference`` a number may lie and still be equal to it."""
    return to_excel(noise(Name(reference)))
