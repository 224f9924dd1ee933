"""The functions as LAMBDA names of one workbook: formulas alone, so that they work where no Python or macro does.

They grade by the thresholds that the workbook uses, the owner's own before the published ones, and speak his
language. No name calls another, and nothing on the sheets may call any: only newer Excel evaluates them.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING

from kpixl.catalog.model import Level
from kpixl.cellvalue import ExcelError
from kpixl.errors import N_
from kpixl.formula import parse, to_excel
from kpixl.formula.expressions import BLANK
from kpixl.formula.reduced import in_order
from kpixl.functions.describe import functions_of, help_text
from kpixl.functions.grades import LEVEL, STEP, level_rules, step_rules
from kpixl.functions.scores import CUT, DETRACTOR, PROMOTER
from kpixl.kpi.traits import GRADED
from kpixl.ooxml.cells import column_letters
from kpixl.workbook.formulas import escaped
from kpixl.workbook.grid import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kpixl.catalog.model import BusinessKpi
    from kpixl.formula.nodes import Node
    from kpixl.functions.describe import Function
    from kpixl.workbook.grid import Context

USED = N_("Takes the thresholds that the workbook uses.")
_ROOM = 8192
"""Characters of the formula of a name."""
_THRESHOLDS_OF = ("KPI_GRADE", "KPI_LEVEL", "KPI_THRESHOLD", "KPI_TO_NEXT")


@dataclass(frozen=True, slots=True)
class Lambda:
    """A defined name: its formula as Excel stores it, and the help that Excel shows, at most 255 characters."""

    name: str
    formula: str
    comment: str


def lambdas(c: Context) -> tuple[Lambda, ...]:
    """Every function as a name of the workbook; of a pack of very many KPIs, those that a name has room for."""
    every = (_of(function, c) for function in functions_of(c.business).values())
    return tuple(one for one in every if len(one.formula) <= _ROOM)


def _of(function: Function, c: Context) -> Lambda:
    note = USED if function.name in _THRESHOLDS_OF else ""
    if function.kpi is None:
        # The workbook has one business and one language; a LAMBDA has no argument that could be left out.
        given = [one.name for one in function.parameters if one.name not in ("business", "language")]
        return Lambda(function.name, _lambda(given, _BODIES[function.name](c)), help_text(function, c.t, note))
    own = next((kpi for kpi in c.business.kpis if kpi.id == function.kpi.id), function.kpi)
    cells = {name: _p(name) for name in own.kpi.arguments}
    return Lambda(function.name, _lambda(own.kpi.arguments, _guarded(own, cells)), help_text(function, c.t))


# The formula of a KPI


def _guarded(kpi: BusinessKpi, cells: Mapping[str, str]) -> str:
    """The KPI over its arguments, if all are numbers."""
    text = to_excel(parse(kpi.kpi.formula), cells)
    for name in reversed(kpi.kpi.arguments):
        text = _if_number(cells[name], text)
    return text


def _if_number(cell: str, then: str) -> str:
    """``then`` for a number; an error stays itself, and a blank, a text or a truth value is one."""
    return f"IF(ISNUMBER({cell}),{then},IF(ISERROR({cell}),{cell},{ExcelError.VALUE}))"


# Levels and texts


def _level(c: Context) -> str:
    return _at_kpi(c, _if_number(_p("value"), _let([*_edges(c), *_rules(c, level_rules)], _p(LEVEL))))


def _grade(c: Context) -> str:
    words = c.span("words", "text", [f"word_{level.value}" for level in Level])
    return f"INDEX({words},{_level(c)}+1)"


def _threshold(c: Context) -> str:
    level, number = _p("level"), _p("number")
    ids = ",".join(f'"{one.id}"' for one in Level)
    words, shaped = (c.span("words", "text", [f"{row}_{one.value}" for one in Level]) for row in ("word", "level"))
    known = f"MATCH({escaped(level)},{{{ids}}},0)"
    for span in (words, shaped):
        known = f"IFERROR({known},MATCH({escaped(level)},{span},0))"
    wanted = (
        f"IF(ISNUMBER({level}),{level},IF(ISTEXT({level}),IFERROR({known},0)-1,"
        f"IF(ISERROR({level}),{level},{ExcelError.VALUE})))"
    )
    edge = _p("edge")
    start = _let([("edge", f"INDEX({_table(c)},{_p('place')},{number})")], f"IF(ISNUMBER({edge}),{edge},NA())")
    graded = ",".join(str(one.value) for one in GRADED)
    body = f"IF(ISERROR({number}),{number},IF(ISNUMBER(MATCH({number},{{{graded}}},0)),{start},NA()))"
    return _at_kpi(c, _let([("number", wanted)], body))


def _name(c: Context) -> str:
    ids = [kpi.id for kpi in c.business.kpis]
    found = _matched(_p("kpi"), _keys(c, "kpis", ids))
    return _if_text(_p("kpi"), f"INDEX({c.span('kpis', 'name', ids)},{found})")


def _explain(c: Context) -> str:
    kpis = c.business.kpis
    rows = [f"{kpis[0].id}_definition", f"{kpis[-1].id}_formula"]
    keys, texts = _keys(c, "guide", rows), c.span("guide", "text", rows)
    definition, formula = (
        f"INDEX({texts},{_matched(_p('kpi'), keys, f'_{part}')})" for part in ("definition", "formula")
    )
    return _if_text(_p("kpi"), f"{definition}&CHAR(10)&{formula}")


def _if_text(cell: str, then: str) -> str:
    return f"IF(ISTEXT({cell}),{then},IF(ISERROR({cell}),{cell},{ExcelError.VALUE}))"


def _matched(cell: str, keys: str, ending: str = "") -> str:
    sought = f'{escaped(cell)}&"{ending}"' if ending else escaped(cell)
    return f"IFERROR(MATCH({sought},{keys},0),NA())"


def _at_kpi(c: Context, then: str) -> str:
    """``then`` where ``place`` is the number of the KPI among those of the business."""
    ids = [kpi.id for kpi in c.business.kpis]
    place = _if_text(_p("kpi"), _matched(_p("kpi"), _keys(c, "calc", ids)))
    return _let([("place", place)], f"IF(ISERROR({_p('place')}),{_p('place')},{then})")


def _keys(c: Context, block: str, rows: Sequence[str]) -> str:
    """The ids to the left of a block; as in Excel, #REF! where it or one of the rows is gone."""
    place = c.placements.get(block)
    if place is None or not {rows[0], rows[-1]} <= place.row_numbers.keys():
        return str(ExcelError.REF)
    letter, numbers = column_letters(place.left), place.row_numbers
    return f"{quoted(c.titles[place.sheet])}!${letter}${numbers[rows[0]]}:${letter}${numbers[rows[-1]]}"


def _table(c: Context) -> str:
    """The thresholds in use: a row a KPI, a column a level."""
    ids = [kpi.id for kpi in c.business.kpis]
    first, last = c.at("calc", ids[0], GRADED[0].id), c.at("calc", ids[-1], GRADED[-1].id)
    return f"{first}:{last.rpartition('!')[2]}"


def _edges(c: Context) -> list[tuple[str, str]]:
    """Where the levels of the KPI start."""
    return [(level.id, f"INDEX({_table(c)},{_p('place')},{level.value})") for level in GRADED]


def _by_kpi(c: Context, texts: Sequence[str]) -> str:
    """What belongs to the KPI, of texts in the order of those of the business; each is written once."""
    different = list(dict.fromkeys(texts))
    if len(different) == 1:
        return texts[0]
    numbers = ",".join(str(different.index(text) + 1) for text in texts)
    return f"CHOOSE(INDEX({{{numbers}}},{_p('place')}),{','.join(different)})"


def _rules(c: Context, of: Callable[[BusinessKpi], Mapping[str, Node]]) -> list[tuple[str, str]]:
    """A variable for each rule, after those for what it names."""
    rules = [of(kpi) for kpi in c.business.kpis]
    order = in_order(rules)
    binds = [
        {id_: _p(id_) for id_ in (*order, "value", *(level.id for level in GRADED))}
        | {f"measure.{name}": cell for name, cell in _cells(kpi).items()}
        for kpi in c.business.kpis
    ]
    pairs = list(zip(rules, binds, strict=True))
    return [(id_, _by_kpi(c, [to_excel(one.get(id_, BLANK), bind) for one, bind in pairs])) for id_ in order]


# What it takes


def _to_next(c: Context) -> str:
    count = _by_kpi(c, [str(len(kpi.kpi.arguments)) for kpi in c.business.kpis])
    measures, value = _p("measures"), _p("value")
    given = [*_arguments(c), ("value", _by_kpi(c, [_guarded(kpi, _cells(kpi)) for kpi in c.business.kpis]))]
    step = _let([*_edges(c), *_rules(c, step_rules)], _p(STEP))
    size = f"ROWS({measures})*COLUMNS({measures})"
    return _at_kpi(c, f"IF({size}<>{count},{ExcelError.VALUE},{_let(given, f'IF(ISERROR({value}),{value},{step})')})")


def _cells(kpi: BusinessKpi) -> dict[str, str]:
    if len(kpi.kpi.arguments) == 1:
        return {kpi.kpi.arguments[0]: _p("measures")}  # which may be a number, and that has no place
    return {name: _p(letter) for letter, name in zip(ascii_lowercase, kpi.kpi.arguments, strict=False)}


def _arguments(c: Context) -> list[tuple[str, str]]:
    """Short names for the measures, by their places, since a name holds no formula beyond 8,192 characters."""
    most = max(len(kpi.kpi.arguments) for kpi in c.business.kpis)
    return [(letter, f"INDEX({_p('measures')},{place})") for place, letter in enumerate(ascii_lowercase[:most], 1)]


# Over whole columns


def _nps_scores(c: Context) -> str:
    scores = _p("scores")
    promoters = f'COUNTIFS({scores},">={PROMOTER}",{scores},"<=10")'
    detractors = f'COUNTIFS({scores},">=0",{scores},"<={DETRACTOR}")'
    answers = f'COUNTIFS({scores},">=0",{scores},"<=10")'
    return _sound([scores], f"100*({promoters}-{detractors})/{answers}")


def _css_scores(c: Context) -> str:
    scores, edge = _p("scores"), _p("edge")
    answers = f'{scores},">=1",{scores},"<=5"'
    share = f'COUNTIFS({answers},{scores},">="&{edge})/COUNTIFS({answers})'
    cut = f"IF(ISBLANK({_p('cut')}),{CUT},{_p('cut')})"
    return _sound([scores], _let([("edge", cut)], _if_number(edge, share)))


def _art_times(c: Context) -> str:
    opened, resolved = _p("opened"), _p("resolved")
    since, until = _p("since"), _p("until")

    def total(what: str) -> str:
        counted = f"IF(ISNUMBER({since}),IF(ISNUMBER({until}),IF({until}>={since},{what},0),0),0)"
        return f"SUM(_xlfn.MAP({opened},{resolved},{_lambda(('since', 'until'), counted)}))"

    mean = _sound([opened, resolved], f"24*{total(f'{until}-{since}')}/{total('1')}")
    apart = f"OR(ROWS({opened})<>ROWS({resolved}),COLUMNS({opened})<>COLUMNS({resolved}))"
    return f"IF({apart},{ExcelError.VALUE},{mean})"


def _sound(ranges: Sequence[str], then: str) -> str:
    """``then``, unless a cell holds an error: a sum passes it on."""
    for cells in reversed(ranges):
        then = f"IF(ISERROR(SUM({cells})),SUM({cells}),{then})"
    return then


_BODIES: Mapping[str, Callable[[Context], str]] = {
    "KPI_GRADE": _grade,
    "KPI_LEVEL": _level,
    "KPI_THRESHOLD": _threshold,
    "KPI_TO_NEXT": _to_next,
    "KPI_NAME": _name,
    "KPI_EXPLAIN": _explain,
    "KPI_NPS_SCORES": _nps_scores,
    "KPI_CSS_SCORES": _css_scores,
    "KPI_ART_TIMES": _art_times,
}


# How Excel stores it


def _p(name: str) -> str:
    """A parameter or a variable. The line at its end keeps it apart from the workbook's own names, which measures have
    bare, so that no engine has to decide between the two."""
    return f"_xlpm.{name}_"


def _lambda(parameters: Iterable[str], body: str) -> str:
    return f"_xlfn.LAMBDA({','.join(map(_p, parameters))},{body})"


def _let(variables: Iterable[tuple[str, str]], body: str) -> str:
    return f"_xlfn.LET({','.join(f'{_p(name)},{value}' for name, value in variables)},{body})"
