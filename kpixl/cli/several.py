"""One verb on many workbooks: each is done as if it had been named alone, and told in a line.

A workbook that cannot be done stops none of the others. Where only one is named, the verb answers as ever.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kpixl.cli import outside
from kpixl.cli.command import DONE, OWNER_NEEDED, Answer, Arguments, Option, Word
from kpixl.errors import N_, NotOurWorkbook, UsageError
from kpixl.message import harmless, one_line
from kpixl.verbs.failures import as_ours, error_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from kpixl.i18n import Language
    from kpixl.verbs.folders import Meant, Workbooks
    from kpixl.verbs.kept_answers import KeptAnswers, Question
    from kpixl.verbs.spread import Piece, Spread

NOT_DONE = 2
_ERRORS = N_("Check has errors: {count}")
WORKBOOKS = Word("files", "FILE", N_("the workbook; or several, or folders with workbooks"), many=True)
WORKERS = Option(
    "--workers",
    N_("of many workbooks: how many are worked on at once"),
    value="NUMBER",
    manual="of many workbooks: how many are worked on at once, each by a process of its own; without it as many as the "
    "computer has cores",
)
SCHEDULER = Option(
    "--scheduler",
    N_("of many workbooks: the Dask cluster that does the work"),
    value="ADDRESS",
    manual="of many workbooks: the address of a Dask scheduler, such as `tcp://10.0.0.5:8786`, whose workers do the "
    "work; see [portfolio.md](portfolio.md)",
)
CACHE = Option(
    "--cache",
    N_("of many workbooks: where answers are kept until something changes"),
    value="FOLDER",
    path=True,
    manual="of many workbooks: the folder where answers are kept until the workbook or kpixl changes, or the day where "
    "it matters; without it, the user's folder for such things. It can be deleted at any time",
)
SPREADING = (WORKERS, SCHEDULER, CACHE)
_OURS = {option.name for option in SPREADING} | {"files", "file", "json", "lang"}


class NotACount(UsageError):
    """``--workers`` without a sensible number."""

    code = "not_a_count"
    template = N_("“{got}” is no number of workers; write a whole one from 1 on, such as 4.")


class OneAlone(UsageError):
    """An option that makes sense for one workbook only."""

    code = "one_alone"
    template = N_("{option} is for one workbook; name one file alone.")


class OnlyRead(UsageError):
    """A workbook behind a URL, for a verb that writes."""

    code = "only_read"
    template = N_(
        "{path} is only read where it lies: a lock, a backup and a swap at once are there on file systems alone; "
        "copy it into a folder first."
    )


class Verb(NamedTuple):
    """How a verb treats many workbooks."""

    name: str
    one: Callable[[Arguments], Answer]
    """What it does with ``file``."""
    alone: tuple[str, ...] = ()
    """Its options that are for one workbook only."""
    writes: tuple[str, ...] | None = ()
    """Its options with which it writes to workbooks; None where it always does."""
    daily: bool = True
    """Whether its answer depends on the day."""
    passes_over: tuple[str, ...] = ()
    """The refusals by which there is nothing to do for a workbook that was found in a folder."""
    out: str = ""
    """The ending of what it makes of each workbook in the folder ``--out``."""


class Job(NamedTuple):
    """One workbook of many, for a worker anywhere."""

    verb: Verb
    found: Meant
    now: datetime
    options: Mapping[str, Any]
    cache: str = ""

    def __str__(self) -> str:
        return self.found.place


class Reply(NamedTuple):
    """What came of one workbook: its exit code, its answer for machines."""

    code: int
    data: Any
    unchanged: bool = False
    """Whether it was not worked on again, since nothing had changed."""
    passed_over: str = ""
    """Why a workbook that was found in a folder is none to work on: the code of the refusal."""


def run(verb: Verb, arguments: Arguments) -> Answer:
    """One workbook as ever, many in lines."""
    from kpixl.files.remote import is_url
    from kpixl.verbs.folders import is_one

    words = arguments.files
    if len(words) == 1 and is_one(words[0]):
        if is_url(words[0]):
            return _from_afar(verb, words[0], arguments)
        return verb.one(_with_file(arguments, Path(words[0])))
    return _many(verb, arguments)


def _with_file(arguments: Arguments, path: Path) -> Arguments:
    return Arguments(arguments.now, {**arguments.values, "file": path})


def _from_afar(verb: Verb, url: str, arguments: Arguments) -> Answer:
    """One workbook behind a URL: a copy of it is read."""
    from kpixl.files.remote import fetched

    _refuse_writing(verb, url, arguments.values)
    with fetched(url) as path:
        answer = verb.one(_with_file(arguments, path))
    return answer._replace(data=lambda: _placed(answer.data(), path, url))


def _placed(data: Any, copy: Path, url: str) -> Any:
    """An answer about a copy as one about what was copied."""
    return {**data, "path": url} if data.get("path") == str(copy) else data


def _refuse_writing(verb: Verb, url: str, options: Mapping[str, Any]) -> None:
    makes_beside = bool(verb.out) and not options.get("out")
    if verb.writes is None or makes_beside or any(options.get(name) for name in verb.writes):
        raise OnlyRead(path=url)


# Many


def spread_of(arguments: Arguments) -> Spread:
    """By whom the work is to be done; NotACount."""
    from kpixl.verbs.spread import Spread, cores

    typed = arguments.workers
    if typed is not None and not (typed.isascii() and typed.isdecimal() and int(typed)):
        raise NotACount(got=typed)
    return Spread(int(typed) if typed else cores(), arguments.scheduler)


def _many(verb: Verb, arguments: Arguments) -> Answer:
    from kpixl.i18n import language
    from kpixl.languages import default_language
    from kpixl.verbs.folders import workbooks

    for name in verb.alone:
        if arguments.values.get(name):
            raise OneAlone(option=f"--{name}")
    how, found = spread_of(arguments), workbooks(arguments.files)
    t = language(default_language(arguments.lang))
    summary = _Summary(found, t)
    if arguments.json:
        summary.say = partial(_say_line, t=t)
    summary.tell(_jobs(verb, found, arguments), how)
    return Answer(lambda: None, lambda: "" if arguments.json else summary.text(), summary.code)


def _jobs(verb: Verb, found: Workbooks, arguments: Arguments) -> list[Job]:
    """A job for each workbook. What is made of them goes into the folder that is named, as they lie in theirs."""
    from kpixl.verbs.kept_answers import usual_folder

    cache = str((arguments.cache or usual_folder()).absolute())
    options = {name: value for name, value in arguments.values.items() if name not in _OURS} | {"lang": arguments.lang}
    out, taken = options.get("out") if verb.out else None, Counter[Path]()
    jobs = []
    for one in found.found:
        own = options
        if out:
            path = Path(out, one.within, Path(one.place).stem)
            taken[path] += 1
            more = f" ({taken[path]})" if taken[path] > 1 else ""
            own = {**options, "out": path.with_name(path.name + more + verb.out)}
        jobs.append(Job(verb, one, arguments.now, own, cache))
    return jobs


def _say_line(done: Piece[Job, Reply], t: Language) -> None:
    """The answer of a workbook as a line of JSON."""
    import json  # not for every command

    data = _data(done, t)
    text = json.dumps(data, ensure_ascii=False)
    outside.say(text if harmless(text) == text else json.dumps(data), sys.stdout)


def _data(done: Piece[Job, Reply], t: Language) -> Any:
    if done.answer is None:
        error = done.error or RuntimeError()
        return {"path": str(done.thing), **error_json(as_ours(error), t)}
    return done.answer.data


class _Summary:
    """What is told while workbooks are done, and at the end."""

    def __init__(self, found: Workbooks, t: Language) -> None:
        self.found, self.t = found, t
        self.code = DONE
        self.done = self.needed = self.failed = self.unchanged = self.others = self.waiting = 0
        self.say: Callable[[Piece[Job, Reply]], None] | None = None

    def tell(self, jobs: list[Job], how: Spread) -> None:
        """Have all done, and tell each that needs somebody at once."""
        from kpixl.cli.progress_bar import Progress
        from kpixl.message import Verbatim
        from kpixl.verbs.spread import spread

        with Progress() as bar:
            bar(0, len(jobs), Verbatim(jobs[0]))
            for number, done in enumerate(spread(answered, jobs, how), start=1):
                line = self._counted(done)
                if done.answer is None or not done.answer.passed_over:
                    if self.say:
                        self.say(done)
                    elif line:
                        bar.hide()
                        outside.say(line, sys.stdout)
                bar(number, len(jobs), Verbatim(jobs[min(number, len(jobs) - 1)]))

    def _counted(self, done: Piece[Job, Reply]) -> str:
        """Count a workbook; what is to be told of it, where it needs somebody."""
        told = done.answer
        if told is not None and told.passed_over:
            self.others += told.passed_over == NotOurWorkbook.code
            self.waiting += told.passed_over != NotOurWorkbook.code
            return ""
        code = told.code if told else NOT_DONE
        self.code = max(self.code, code)
        self.done += code != NOT_DONE
        self.unchanged += bool(told and told.unchanged)
        if code == NOT_DONE:
            self.failed += 1
            return one_line(f"{done.thing}: {_data(done, self.t)['error']['message']}")
        if code == OWNER_NEEDED:
            self.needed += 1
            assert told is not None
            errors = told.data.get("problem_count", {}).get("error", 0)
            return one_line(f"{done.thing}: {self.t(_ERRORS).format(count=errors)}")
        return ""

    def text(self) -> str:
        """How many there were of each kind."""
        counts = {
            N_("Done: {count}"): self.done,
            N_("of which unchanged since the last time: {count}"): self.unchanged,
            N_("with errors in Check: {count}"): self.needed,
            N_("could not be done: {count}"): self.failed,
            N_("left alone, of closed periods: {count}"): self.found.closed,
            N_("left alone, not over yet: {count}"): self.waiting,
            N_("left alone, not of kpixl: {count}"): self.others,
        }
        parts = [self.t(text).format(count=count) for text, count in counts.items() if count]
        return ("; ".join(parts) or self.t(N_("Done: {count}")).format(count=0)) + "."


# In a worker


def answered(job: Job) -> Reply:
    """The answer for one workbook, from what was kept where nothing has changed. Raises nothing that is about the
    workbook."""
    from kpixl.i18n import language
    from kpixl.languages import default_language

    try:
        return _fetched(job)
    except Exception as error:
        ours = as_ours(error)
        if not job.found.named and ours.code in (NotOurWorkbook.code, *job.verb.passes_over):
            return Reply(DONE, None, passed_over=ours.code)
        t = language(job.options.get("lang") or default_language(None))
        return Reply(NOT_DONE, {"path": job.found.place, **error_json(ours, t)})


def _fetched(job: Job) -> Reply:
    from kpixl.files.remote import fetched, is_url

    place = job.found.place
    if not is_url(place):
        return _kept(job, Path(place))
    _refuse_writing(job.verb, place, job.options)
    with fetched(place) as path:
        told = _kept(job, path)
        return told._replace(data=_placed(told.data, path, place))


def _kept(job: Job, path: Path) -> Reply:
    """The answer that was kept for this content, else a new one, which is kept."""
    from kpixl.verbs.kept_answers import KeptAnswers, Question, digest

    options = {name: str(value) for name, value in job.options.items() if value not in (None, False, [])}
    day = str(job.now.date()) if job.verb.daily else ""
    question, answers = Question(job.verb.name, job.found.place, day, options), KeptAnswers(Path(job.cache))
    content = digest(path)
    kept = answers.get(question, content) if content else None
    if kept is not None:
        return Reply(kept["code"], {**kept["data"], "unchanged": True}, unchanged=True)
    code, data = _anew(job, path)
    _keep(answers, question, path, {"code": code, "data": data})
    return Reply(code, {**data, "unchanged": False})


def _anew(job: Job, path: Path) -> tuple[int, Any]:
    values = {"json": True, **job.options, "files": [str(path)], "file": path}
    if out := job.options.get("out"):
        out.parent.mkdir(parents=True, exist_ok=True)
    answer = job.verb.one(Arguments(job.now, values))
    return answer.code, answer.data()


def _keep(answers: KeptAnswers, question: Question, path: Path, answer: Any) -> None:
    """Keep an answer for the content that the workbook has now, which the verb may have changed."""
    from kpixl.verbs.kept_answers import digest

    content = digest(path)
    made = answer["data"].get("path")
    others = {made: digest(Path(made))} if made and Path(made) != path and Path(made).is_file() else {}
    data = answer["data"]
    if "written" in data:
        data = {**data, "written": False, "backup": None}
    if content:
        answers.put(question, content, {**answer, "data": data}, others)
