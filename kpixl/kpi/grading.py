"""How a value is graded, as expressions: level, standing, position, what it takes, and how it stands to the target.

Each rule is one expression over names: ``value``, ``target``, ``previous``, ``typical`` … are what goes in, and a rule
may name another one. Python evaluates them over one workbook or many, the sheets write them as formulas over cells.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import cache, reduce
from typing import TYPE_CHECKING, Literal

from kpixl.catalog.model import Level, Standing
from kpixl.decimals import SHOWN
from kpixl.formula import Name, denominators, names, parse, substituted
from kpixl.formula.expressions import (
    BLANK,
    NO,
    YES,
    absolute,
    at_least,
    at_most,
    cases,
    choose,
    count,
    either,
    equal,
    every,
    first_known,
    floor,
    known,
    less_than,
    maximum,
    minimum,
    more_than,
    noise,
    opposite,
    or_else,
    round_up,
    some,
)
from kpixl.formula.nodes import Binary, Node, Truth, Wording, as_node, walk
from kpixl.kpi.traits import GRADED, MOST_OF_A_SCORE, Comparison, Traits

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpixl.catalog.model import BusinessKpi, Kpi
    from kpixl.kpi.evaluation import Evaluation

Waits = Literal["not_begun", "impossible", "beyond", "too_few", "in_doubt", "unsaid"]

# What goes in

VALUE, TARGET, PREVIOUS, RAISED = Name("value"), Name("target"), Name("previous"), Name("raised")
"""``raised`` is the value that one more of the lever would bring; ``target`` is one that a value can have."""
TYPED_TARGET = Name("typed_target")
"""What the owner has typed as her target."""
SAMPLE, FEWEST = Name("sample"), Name("minimum_cases")
WITHHELD = Name("withheld")
"""Why a value is shown without being judged, as a number; blank where nothing stands against it."""
GONE, LEFT = Name("days_gone"), Name("days_left")
FALLS = Name("falls")
"""Whether less is better, of a KPI of which the owner says so."""
EDGES = tuple(Name(level.id) for level in GRADED)

RUNNING = GONE * LEFT > 0
"""The period has begun and is not over."""
PART = Name("part")
"""The share that had come by now in closed periods; blank where they do not say."""
TOLD = every(RUNNING, known(PART), PART > 0)
"""Whether the period runs and there is a share of it to go by."""
NOT_BEGUN = equal(GONE, 0)
"""Before the first day of the period nothing in it can be judged."""
REASONS_TO_WAIT: tuple[Waits, ...] = ("not_begun", "impossible", "beyond", "too_few", "in_doubt", "unsaid")
"""Why a value is not judged, in the order of their numbers from 1; the first that holds counts."""


def reason_number(waits: Waits) -> int:
    """The number of a reason to wait."""
    return REASONS_TO_WAIT.index(waits) + 1


JUDGED = opposite(known(WITHHELD))
COMPARED = opposite(every(known(WITHHELD), some(WITHHELD <= 2, equal(WITHHELD, reason_number("unsaid")))))
"""Of what cannot be, has not begun, or may not be known, nothing is better or worse."""
_NOTHING_YET = every(equal(WITHHELD, reason_number("not_begun")), equal(VALUE, 0))
_UNSAID = equal(WITHHELD, reason_number("unsaid"))
KEPT = either(known(WITHHELD), opposite(some(_UNSAID, _NOTHING_YET)), YES)
"""Whether a value stands among those of other periods: what is 0 since nothing was entered does not, nor the 0 of a
period that has not begun."""
OUTCOMES_OPEN, OUTCOMES_TYPED = Name("outcomes_open"), Name("outcomes_typed")
"""1 until outcomes have had their time since the end of the period, and how many totals of such outcomes were typed."""
TENTHS = 10
"""What is not counted in whole numbers is told to a tenth."""
UNPLACED = 9
"""Comes after every position."""
MORE, LESS = "+", "−"
PASSES: Mapping[Comparison, Callable[[Node, Node], Node]] = {
    ">=": at_least, ">": more_than, "<=": at_most, "<": less_than
}  # fmt: skip


def _falls(traits: Traits) -> Node:
    return FALLS if traits.falls is None else Truth(traits.falls)


def still_open(traits: Traits) -> Node:
    """Whether outcomes that the value rests on may still come: it can only get better. What was typed is final."""
    return every(OUTCOMES_OPEN > 0, equal(OUTCOMES_TYPED, 0)) if traits.late else NO


def growing(traits: Traits) -> Node:
    """Whether the value still goes the one way that it can: it builds up in a period that runs, and nothing says what
    it will come to. What it divides by is that of the whole period, or nothing."""
    if not traits.builds_up:
        return NO
    return RUNNING if traits.benchmarked else every(RUNNING, opposite(TOLD))


def least(traits: Traits) -> Node:
    """Whether a level is the least that it can be."""
    return still_open(traits) if traits.falls else some(still_open(traits), growing(traits))


def so_far(traits: Traits, found: Node) -> Node:
    """The level that was ``found``, if nothing more can change it for the other side: below all of them only once
    nothing more can come, and, of what gets worse with every case, nothing else before the period is over."""
    if not traits.late and not traits.builds_up:
        return found
    below = equal(found, Level.BELOW)
    if traits.falls and traits.builds_up:
        return either(every(growing(traits), opposite(below)), BLANK, found)
    return either(every(least(traits), below), BLANK, found)


def final(traits: Traits) -> Node:
    """Whether all outcomes have had their time."""
    return opposite(still_open(traits))


def held(traits: Traits) -> Node:
    """What stands against thresholds, the target and other periods: the forecast, where no benchmark is published for
    what builds up in a period that still runs; a published benchmark grades what is there."""
    if traits.benchmarked or not traits.builds_up:
        return VALUE
    return either(every(known(VALUE), TOLD, final(traits)), VALUE / PART, VALUE)


def expected(traits: Traits) -> Node:
    """What is held against other periods: the forecast, of all that builds up."""
    if traits.benchmarked and traits.builds_up:
        return either(every(known(VALUE), TOLD, final(traits)), VALUE / PART, VALUE)
    return held_name(traits)


def comparable(traits: Traits) -> Node:
    """Whether it can be held against whole periods: a part of one cannot, unless its end can be forecast."""
    if not traits.partial:
        return YES
    return some(opposite(RUNNING), TOLD) if traits.builds_up else opposite(RUNNING)


def held_name(traits: Traits) -> Name:
    """The same, under its name for other rules."""
    held_ = held(traits)
    return held_ if isinstance(held_, Name) else Name("held")


def enough(traits: Traits) -> Node:
    """As many cases as the owner wants; what counts none has enough."""
    return opposite(every(known(SAMPLE), SAMPLE < FEWEST)) if traits.counted else YES


# Levels


def reached(traits: Traits, value: Node) -> Node:
    """The number of the best level whose threshold ``value`` passes. A blank threshold is never passed; noise counts as
    equal."""
    found = as_node(Level.BELOW)
    for level, edge, comparison in zip(GRADED, EDGES, traits.comparisons, strict=True):
        passed = PASSES[comparison](value, edge)
        if traits.falls is None:
            sign = either(FALLS, -1, 1)
            passed = at_least(value * sign, edge * sign)
        found = either(either(known(edge), passed, NO), level, found)
    return found


@cache
def level(traits: Traits, value: Node) -> Node:
    """The level of a value that is there; none where no threshold is."""
    return either(every(known(value), count(*EDGES) > 0), reached(traits, value))


def _level(traits: Traits) -> Node:
    """The level that is reached."""
    found = so_far(traits, reached(traits, held_name(traits)))
    return either(every(known(VALUE), count(*EDGES) > 0, JUDGED), found)


def following(of: Node) -> Node:
    """The next level after ``of`` that there is a threshold for."""
    return cases(*((every(of < other, known(edge)), other) for other, edge in zip(GRADED, EDGES, strict=True)))


# One rule a name


@cache
def rules(traits: Traits) -> Mapping[str, Node]:
    """The rules of every KPI with these traits, by name. ``order`` wants the KPI's ``place`` among the others, from 1;
    ``slope`` wants ``raised``."""
    standing, low, high = Name("standing"), Name("low"), Name("high")
    level_, next_, next_value = Name("level"), Name("next"), Name("next_value")
    value = held_name(traits)
    progress = maximum(0, minimum(1, (value - low) / (high - low)))
    target_level, target_next = Name("target_level"), Name("target_next")
    by_place = either(equal(high, low), 0, progress)
    return {
        "target": _aim(traits),
        "held": held(traits),
        "level": _level(traits),
        "standing": either(known(level_), level_, _unbenchmarked(traits, value)),
        "shade": either(known(standing), choose(standing + 1, *_SHADES)),
        "next": either(known(level_), following(level_)),
        "next_value": either(known(next_), choose(next_, *EDGES)),
        "low": either(known(level_), either(equal(level_, 0), _worst(traits, next_value), choose(level_, *EDGES))),
        "high": either(known(level_), either(known(next_), next_value, _best(traits, low))),
        "position": either(known(level_), level_ + by_place, _unbenchmarked_position(traits, value)),
        "order": either(known(Name("position")), Name("position"), UNPLACED) + Name("place") / 1_000_000,
        "slope": either(known(level_), or_else(RAISED - VALUE)) if traits.lever else BLANK,
        "strict": either(known(next_), choose(next_, *(int(one in (">", "<")) for one in traits.comparisons))),
        "needed": _needed(traits, value) if traits.lever else BLANK,
        "sign": _sign(traits) if traits.lever else BLANK,
        "change": either(
            every(known(value, PREVIOUS), COMPARED, final(traits), comparable(traits)), expected(traits) - PREVIOUS
        ),
        "against_target": _against_target(traits),
        "gap": either(every(known(VALUE, TARGET), COMPARED), VALUE - TARGET),
        "moves": either(known(Name("change")), moves(traits, expected(traits), Name("change"))),
        "trend": either(known(MOVES), choose(MOVES + 2, *map(Wording, _TRENDS))),
        "target_level": either(every(known(TARGET), count(*EDGES) > 0), reached(traits, TARGET)),
        "target_next": either(known(target_level), following(target_level)),
        "target_position": _target_position(traits, target_level, target_next),
        "open": either(still_open(traits), 1, 0),
        "least": either(least(traits), 1, 0),
        "needs": _needs(traits, standing),
        "good": either(known(standing), either(at_least(Name("shade"), Level.ABOVE_AVERAGE), 1, 0), 0),
        **(_pace(traits) if traits.builds_up else dict.fromkeys(("forecast", "steady", "pace"), BLANK)),
    }


def _aim(traits: Traits) -> Node:
    """The owner's target; none where it is one that no value can have, which is neither met nor missed."""
    least_, most = traits.reach
    possible = [at_least(TYPED_TARGET, least_)] if least_ is not None else []
    possible += [at_most(TYPED_TARGET, most)] if most is not None else []
    aimed = either(every(*possible), TYPED_TARGET) if possible else TYPED_TARGET
    return either(known(TYPED_TARGET), aimed)


MOVES = Name("moves")
"""1 where it is better than before, −1 where it is worse, 0 where it is neither."""
_TRENDS = ("worse", "same", "better")
USUAL_LOW, USUAL_HIGH, SIGNAL = Name("usual_low"), Name("usual_high"), Name("signal_number")
"""What is usual by the closed periods, and the number of the signal, 0 where there is none; blank where nothing can be
said."""


def usual(value: Node, change: Node) -> Node:
    """Whether a change is the usual up and down, in which nothing is better or worse. A period that is over says so by
    its signal, which counts where the change goes its way; one that runs, by the limits alone."""
    over = choose(SIGNAL + 1, YES, change < 0, change > 0, change < 0, change > 0)
    within = every(at_least(value, USUAL_LOW), at_most(value, USUAL_HIGH))
    return either(known(SIGNAL), over, either(known(USUAL_LOW, USUAL_HIGH), within, NO))


_SHADES = tuple(shaded.value for shaded in (*Level, *(standing.shade for standing in Standing)))


_IN_NEED = (Standing.MISSED, Standing.WORSE, Standing.OFF_TRACK)


def _needs(traits: Traits, standing: Node) -> Node:
    """1 of what an owner should do something about: below its benchmark, typical while her target is not met, a target
    missed, worse than before; 0 of all else. What still builds up is behind until the period is over: it needs nobody
    unless it is off its pace."""
    content = either(every(equal(standing, Level.TYPICAL), known(TARGET)), met(traits, VALUE), NO)
    bad = some(every(standing <= Level.TYPICAL, opposite(content)), *(equal(standing, one.number) for one in _IN_NEED))
    if traits.builds_up:
        bad = every(bad, opposite(every(known(Name("forecast")), opposite(equal(Name("pace"), Wording("off_track"))))))
    return either(known(standing), either(bad, 1, 0), 0)


def _unbenchmarked(traits: Traits, value: Node) -> Node:
    """The standing of a KPI without a level: against the target, else against the previous period. Blank where a
    benchmark is published, which does not apply just now."""
    if traits.benchmarked:
        return BLANK
    by_change = moved(MOVES)
    by_target = to_target(traits, VALUE, value)
    if traits.late:
        so_far = either(met(traits, VALUE), Standing.MET.number)
        by_target = either(still_open(traits), so_far, by_target)
    return either(every(known(value), JUDGED), either(known(TARGET), by_target, either(known(MOVES), by_change)))


def moved(moves_: Node) -> Node:
    """The standing of what moves to the better, the worse, or not."""
    return choose(moves_ + 2, *(Standing(one).number for one in _TRENDS))


def _unbenchmarked_position(traits: Traits, value: Node) -> Node:
    """Where it is on the scale of positions: 2 is what it is held against, also where that is the usual up and down."""
    if traits.benchmarked:
        return BLANK
    reference = either(known(TARGET), TARGET, PREVIOUS)
    share = either(_falls(traits), reference / value, value / reference)
    near = either(every(value > 0, reference > 0), minimum(4, 2 * share), Name("shade") + 1)
    return either(known(Name("standing")), either(equal(Name("standing"), Standing.SAME.number), 2, near))


def _target_position(traits: Traits, level_: Node, next_: Node) -> Node:
    """Where the target lies on the scale of positions; without a benchmark, in the middle is what the value is held
    against."""
    upper = choose(next_, *EDGES)
    low = either(equal(level_, 0), _worst(traits, upper), choose(level_, *EDGES))
    high = either(known(next_), upper, _best(traits, low))
    progress = maximum(0, minimum(1, (TARGET - low) / (high - low)))
    graded = either(known(level_, Name("position")), level_ + either(equal(high, low), 0, progress))
    return either(equal(count(*EDGES), 0), either(known(Name("standing")), 2), graded)


def _needed(traits: Traits, value: Node) -> Node:
    """How much of the lever is missing to the next level: the smallest whole number, or tenth, that passes. Every
    formula is linear in its lever, so that one step tells what each brings; at a strict edge it is one past it."""
    edge, slope = Name("next_value"), Name("slope")
    short = either(_falls(traits), value - edge, edge - value)
    per_unit = 1 if traits.lever == "whole" else TENTHS
    step = absolute(slope) if per_unit == 1 else absolute(slope) / per_unit
    strict, inclusive = floor((short + noise(edge)) / step) + 1, round_up((short - noise(edge)) / step)
    fewest = either(equal(Name("strict"), 1), strict, inclusive)
    return either(known(edge, slope), either(equal(slope, 0), BLANK, fewest if per_unit == 1 else fewest / per_unit))


def amount(kpi: Kpi, traits: Traits) -> Mapping[str, Node]:
    """What an owner is told to reach the next level, if it is possible: nobody can take away more than there is, and
    no part can be more than its whole. Of answers to a survey, so many that would have to be other ones where there are
    enough that are neither for nor against, else so many new ones; ``how`` says which, 1 or 2."""
    needed, lever = Name("needed"), Name(f"measure.{kpi.lever}")
    if not kpi.lever:
        return {"amount": BLANK, "how": BLANK}
    if kpi.disjoint and kpi.sample:
        answers = Name(f"measure.{kpi.sample}")
        changed = at_least(answers - _together(kpi), needed)
        new = or_else(_new_answers(kpi, answers))
        told = either(known(needed), either(changed, needed, new))
        return {"amount": told, "how": either(known(Name("amount")), either(changed, 1, 2))}
    possible: Node = YES
    if traits.falls:
        possible = at_least(lever, needed)
        if traits.builds_up and not traits.benchmarked:
            possible = either(RUNNING, at_least(held_name(traits) - VALUE, needed * absolute(Name("slope"))), possible)
    elif traits.bounded and not traits.may_exceed:
        possible = at_most(VALUE + needed * absolute(Name("slope")), 1)
    return {"amount": either(known(needed), either(possible, needed)), "how": BLANK}


def _new_answers(kpi: Kpi, answers: Node) -> Node:
    """So many more answers, all for, bring a score over its edge: with each the sum rises by 100, and what the edge
    asks of the sum by the edge."""
    edge = Name("next_value")
    short, near = (edge - VALUE) * answers, noise(edge) * answers
    strict, inclusive = floor((short + near) / (100 - edge)) + 1, round_up((short - near) / (100 - edge))
    return either(edge < 100, either(equal(Name("strict"), 1), strict, inclusive))


def _sign(traits: Traits) -> Node:
    rises = Name("slope") > 0
    sign = either(rises, LESS, MORE) if traits.falls else either(rises, MORE, LESS)
    return either(known(Name("amount")), sign)


def _against_target(traits: Traits) -> Node:
    """Whether the target is met. Before the period is over, only what more days cannot undo."""
    reached_: Node = Wording("met")
    short: Node = Wording("missed")
    if traits.partial and traits.falls:
        reached_ = either(RUNNING, BLANK, reached_)
    if traits.partial and not (traits.builds_up and traits.falls):
        short = either(RUNNING, BLANK, short)
    short = either(still_open(traits), BLANK, short)
    return either(every(known(VALUE, TARGET), JUDGED), either(met(traits, VALUE), reached_, short))


def _pace(traits: Traits) -> Mapping[str, Node]:
    """The same, of outcomes that are all there."""
    found = dict(pace(falls=traits.falls))
    return found | {"forecast": either(final(traits), found["forecast"])}


def pace(*, falls: bool | None) -> Mapping[str, Node]:
    """Where a value that builds up will stand at the end of a period that still runs, if it goes on as closed ones did;
    where one on its way to the target would stand now; and whether it is on the right side of that."""
    steady = Name("steady")
    ahead = at_most(VALUE, steady) if falls else at_least(VALUE, steady)
    return {
        "forecast": either(every(known(VALUE), TOLD), VALUE / PART),
        "steady": either(known(Name("forecast"), TARGET), TARGET * PART),
        "pace": either(known(steady), either(ahead, Wording("on_track"), Wording("off_track"))),
    }


def _worst(traits: Traits, first: Node) -> Node:
    """Where the scale of positions begins: the natural worst, or twice the first threshold where less is better."""
    return either(_falls(traits), 2 * first, -MOST_OF_A_SCORE if traits.score else 0)


def _best(traits: Traits, last: Node) -> Node:
    """Where it ends: the natural best, or twice the last threshold where there is none."""
    most = MOST_OF_A_SCORE if traits.score else 1 if traits.bounded else 2 * last
    return either(_falls(traits), 0, most)


# The owner's target, and the previous period

AGAINST = first_known(TARGET, Name("next_value"), PREVIOUS, BLANK)
"""What a value is held against: the target, else the next level, else the previous period."""
DISTANCE = either(
    known(VALUE, Name("against")), (first_known(Name("forecast"), VALUE) - Name("against")) * Name("unit_scale")
)
"""How far a value, or its forecast, is from that; ``unit_scale`` is 100 of a share."""


def each_digits(kpi: BusinessKpi) -> int | None:
    """The decimals that an average is shown with, of which an owner is told how much each case has to move; None for
    other KPIs, whose total she moves."""
    match parse(kpi.kpi.formula):
        case Binary("/", Name(total), Name()) if total == kpi.kpi.lever and kpi.argument(total).unit == kpi.kpi.unit:
            return SHOWN.get(kpi.kpi.unit)
    return None


def each(digits: int) -> Node:
    """How much an average has to move, rounded up to the digits that are shown."""
    scale = int(10**digits)
    moved = Name("amount") * absolute(Name("slope")) * scale
    return round_up(moved - noise(moved)) / scale


@cache
def met(traits: Traits, value: Node) -> Node:
    """Whether a value reaches the target, where both are there."""
    return either(_falls(traits), value - TARGET, TARGET - value) <= noise(TARGET)


def under_way(traits: Traits, value: Node, expected: Node) -> Node:
    """How what builds up stands to the target while the period runs. What more days cannot undo is said: a target for
    more that is met, one for less that is missed; else whether what is to be ``expected`` would meet it."""
    track = either(TOLD, either(met(traits, expected), Standing.ON_TRACK.number, Standing.OFF_TRACK.number))
    settled = either(met(traits, value), Standing.MET.number, track)
    undone = either(met(traits, value), track, Standing.MISSED.number)
    return either(_falls(traits), undone, settled)


def to_target(traits: Traits, value: Node, held_: Node) -> Node:
    """How a value without a benchmark stands to the target, where both are there."""
    over = either(met(traits, held_), Standing.MET.number, Standing.MISSED.number)
    if traits.builds_up:
        return either(RUNNING, under_way(traits, value, held_), over)
    reached_ = either(met(traits, value), Standing.MET.number) if traits.falls is False else BLANK
    return either(RUNNING, reached_, over) if traits.partial else over


def moves(traits: Traits, value: Node, change: Node) -> Node:
    """Which way a change to ``value`` goes."""
    rise, fall = either(_falls(traits), -1, 1), either(_falls(traits), 1, -1)
    still = absolute(change) <= noise(value)
    still = some(still, usual(value, change)) if traits.by_period else still
    return either(still, 0, either(change > 0, rise, fall))


# The KPI's own formula


def computed(kpi: Kpi, prefix: str = "measure.", raised: str | None = None) -> Node:
    """The KPI's formula over its measures, called by the ``prefix`` and their arguments' names; ``raised`` is one to
    take one more of."""
    bound: dict[str, Node] = {name: Name(prefix + name) for name in kpi.arguments}
    if raised:
        bound[raised] = bound[raised] + 1
    return substituted(parse(kpi.formula), bound)


def reason(kpi: Kpi, traits: Traits) -> Node:
    """Why there is no value or no level, as the word of the reason; of one that has to do with a measure, ``missing``
    or ``zero`` with the argument's name. Blank where both are there."""
    why: Node = Wording("divisor")
    for divisor in (one for one in reversed(denominators(computed(kpi))) if names(one)):
        why = either(equal(divisor, 0), Wording(f"zero.{names(divisor)[0].removeprefix('measure.')}"), why)
    for name in reversed(kpi.arguments):
        why = either(known(Name(f"measure.{name}")), why, Wording(f"missing.{name}"))
    bands: Node = Wording("no_bands")
    if traits.in_dollars:
        bands = either(known(Name("dollar_rate")), bands, Wording("no_rate"))
    held_against = some(count(*EDGES) > 0, known(TARGET), known(PREVIOUS))
    if traits.builds_up:
        bands = either(every(growing(traits), count(*EDGES) > 0), Wording("running"), bands)
    if traits.partial and not traits.benchmarked:
        bands = either(every(RUNNING, some(known(TARGET), known(PREVIOUS))), Wording("running"), bands)
    bands = either(every(still_open(traits), held_against), Wording("open"), bands)
    bands = either(known(WITHHELD), choose(WITHHELD, *map(Wording, REASONS_TO_WAIT)), bands)
    why = either(NOT_BEGUN, Wording(REASONS_TO_WAIT[0]), why)
    return either(known(VALUE), either(known(Name("standing")), BLANK, bands), why)


def withheld(kpi: Kpi, traits: Traits, *, own: bool, rows: bool = True) -> Node:
    """Why a value that is there is not judged: the period has not begun, its figures contradict each other, it is more
    than the whole, the owner wants more cases, ``rows`` behind it are wrong that may change how it stands, or a cost is
    nothing since no row is of its kind. Of the owner's ``own`` nobody knows what is too much."""
    if own:
        return either(known(VALUE), cases((NOT_BEGUN, 1), (CONTRADICTED > 0, 2)))
    free = every(equal(VALUE, 0), UNSAID > 0) if traits.cost and traits.by_period else NO
    over = more_than(VALUE, 1)
    past_whole = over if traits.bounded and not traits.may_exceed else NO
    return either(
        known(VALUE),
        cases(
            (NOT_BEGUN, 1),
            (some(impossible(kpi, traits), past_whole, CONTRADICTED > 0), 2),
            (over if traits.may_exceed else NO, 3),
            (opposite(enough(traits)), 4),
            (in_doubt(kpi, traits) if rows else NO, 5),
            (free if rows else NO, 6),
        ),
    )


CONTRADICTED = Name("contradicted")
"""1 where a figure behind it is more than what it is a part of, or less than its parts; 0 else."""
UNSAID = Name("unsaid")
"""1 where nothing says what was spent; 0 else."""


def unsaid() -> Node:
    """That, of an amount which is added up from rows: none of them is of its kind, no total is typed, and the owner has
    not said that there was ``nothing``, as a number."""
    return either(some(Name("rows") > 0, Name("typed") > 0, Name("nothing") > 0), 0, 1)


WRONG_LEVER, WRONG_SAMPLE = Name("wrong_lever"), Name("wrong_sample")
"""How many rows that are wrong may be more of the lever, and how many may be more cases."""
UNREAD_LEVER = Name("unread_lever")
"""How many of them may be in the lever now: those with an error in the place of a text."""
IF_FOR, IF_AGAINST = Name("if_for"), Name("if_against")
"""The value if all of them count for it, and if all count against it."""


def either_way(kpi: Kpi) -> Mapping[str, Node]:
    """The value with the rows that are wrong as cases for and against; blank where what is wrong is no case."""
    if not kpi.lever:
        return {"if_for": BLANK, "if_against": BLANK}
    cases: dict[str, Node] = {kpi.sample: WRONG_SAMPLE} if kpi.sample and kpi.sample in kpi.arguments else {}
    against = {name: number for name, number in cases.items() if name != kpi.lever}
    against[kpi.lever] = as_node(0) - UNREAD_LEVER
    if kpi.disjoint:
        against[kpi.disjoint[1]] = WRONG_LEVER
    there = WRONG_LEVER + WRONG_SAMPLE > 0
    return {
        "if_for": either(there, or_else(_computed_with(kpi, {**cases, kpi.lever: WRONG_LEVER}))),
        "if_against": either(there, or_else(_computed_with(kpi, against))),
    }


def _computed_with(kpi: Kpi, more: Mapping[str, Node]) -> Node:
    """The KPI's formula with more of some of its measures."""
    bound: dict[str, Node] = {name: Name(f"measure.{name}") for name in kpi.arguments}
    bound |= {name: bound[name] + number for name, number in more.items()}
    return substituted(parse(kpi.formula), bound)


def in_doubt(kpi: Kpi, traits: Traits) -> Node:
    """Whether rows that are wrong decide how the value stands."""
    if not kpi.lever:
        return NO
    level_ = reached(traits, VALUE)
    graded = [opposite(equal(reached(traits, one), level_)) for one in (IF_FOR, IF_AGAINST)]
    aimed = [opposite(equal(_met(traits, one), _met(traits, VALUE))) for one in (IF_FOR, IF_AGAINST)]
    by_target: Node = NO if traits.benchmarked else either(known(TARGET), some(*aimed), NO)
    moved = either(count(*EDGES) > 0, some(*graded), by_target)
    return either(known(IF_FOR, IF_AGAINST), moved, NO)


def _met(traits: Traits, value: Node) -> Node:
    # As numbers: not every engine finds TRUE equal to TRUE.
    return either(met(traits, value), 1, 0)


def waits(found: Evaluation) -> Waits | None:
    """The same of rules that were evaluated, in a word."""
    number = found.number("withheld")
    return None if number is None else REASONS_TO_WAIT[int(number) - 1]


def impossible(kpi: Kpi, traits: Traits) -> Node:
    """Whether figures are less than nothing, or parts more than what they are part of."""
    figures = [Name(f"measure.{name}") for name in traits.never_negative]
    tests: list[Node] = [less_than(minimum(*figures), 0)] if figures else []
    if (
        traits.least is not None
        and not kpi.disjoint
        and any(isinstance(part, Binary) and part.operator == "-" for part in walk(computed(kpi)))
    ):
        tests.append(less_than(VALUE, traits.least))
    if traits.cost:
        tests.append(less_than(VALUE, 0))
    if kpi.disjoint and kpi.sample:
        tests.append(more_than(_together(kpi), Name(f"measure.{kpi.sample}")))
    return some(*tests)


def _together(kpi: Kpi) -> Node:
    """The cases that the KPI counts apart from each other, added up."""
    first, *others = (Name(f"measure.{name}") for name in kpi.disjoint)
    return reduce(operator.add, others, first)
