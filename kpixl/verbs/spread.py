"""The same work on many things, by workers: in this process, in others on this machine, or on a Dask cluster.

All three are executors of ``concurrent.futures``, so that there is one way of handing out work and taking it back. Work
that ends its worker is told of the one thing that it was about, and never stops the others.
"""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kpixl.errors import N_, ExtraMissing, KpixlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

A = TypeVar("A")
B = TypeVar("B")

_AHEAD = 4
"""So many pieces of work for each worker are handed out before the first is back: workers never wait, and what is
handed out stays small however much there is."""
_SECONDS = "10s"
"""How long a scheduler may take to answer."""
_ATTEMPTS = 2
"""How often work whose worker was lost is begun once more by a cluster."""


class WorkerDied(KpixlError):
    """The process ended in which the work was done."""

    code = "worker_died"
    template = N_("{path} ended the process that worked on it, each time; look at it by itself.")


class WorkGivenUp(KpixlError):
    """The cluster is gone that had the work."""

    code = "work_given_up"
    template = N_("{path} was given up by the cluster before it was done; try again.")


class SchedulerSilent(UsageError):
    """No scheduler under that address."""

    code = "scheduler_silent"
    template = N_("No scheduler answers at {got} ({detail}); start one with “dask scheduler”, or check the address.")


@dataclass(frozen=True)
class Spread:
    """By how many workers, and whose."""

    workers: int = 1
    scheduler: str | None = None
    """The address of a Dask scheduler; without one, processes of this machine."""


@dataclass
class _Here(Executor):
    """No other process: work is done when it is handed out."""

    done: int = field(default=0)

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Do it at once."""
        future: Future[Any] = Future()
        self.done += 1
        try:
            future.set_result(work(*given, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def cores() -> int:
    """How many processes this machine works on at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Piece(Generic[A, B]):
    """A thing, and what came of it; or why nothing did."""

    thing: A
    answer: B | None
    error: Exception | None = None


def spread(work: Callable[[A], B], things: Sequence[A], how: Spread) -> Iterator[Piece[A, B]]:
    """What ``work`` makes of each thing, in the order of the things, which are told by their ``str``. ``work`` is a
    function of a module, and it and the things can be pickled; it is done once more where a worker was lost, so twice
    must be as good as once.
    ExtraMissing or SchedulerSilent before anything is begun."""
    with _crew(how, len(things)) as crew:
        yield from _in_order(crew.all(work, things), things)


def _in_order(found: Iterator[tuple[int, B | None, Exception | None]], things: Sequence[A]) -> Iterator[Piece[A, B]]:
    early: dict[int, tuple[B | None, Exception | None]] = {}
    turn = 0
    for place, answer, error in found:
        early[place] = answer, error
        while turn in early:
            yield Piece(things[turn], *early.pop(turn))
            turn += 1


@dataclass
class _Crew:
    """Workers, and how to have new ones."""

    size: int
    made: Callable[[int], Executor]
    executor: Executor = field(init=False)

    def __post_init__(self) -> None:
        self.executor = self.made(self.size)

    def all(self, work: Callable[[A], B], things: Sequence[A]) -> Iterator[tuple[int, B | None, Exception | None]]:
        """What comes of each thing, by its place, whichever is done first."""
        places = iter(range(len(things)))
        out: dict[Future[B], int] = {}
        while True:
            try:
                while len(out) < self.size * _AHEAD and (place := next(places, None)) is not None:
                    out[self.executor.submit(work, things[place])] = place
            except BrokenExecutor:
                # It broke between two pieces of work: what is out is told below, and this one is still to do.
                assert place is not None
                yield from self._alone(work, things, [*out.values(), place])
                out = {}
                continue
            if not out:
                return
            suspects = []
            for future in wait(out, return_when=FIRST_COMPLETED).done:
                place = out.pop(future)
                error = WorkGivenUp(path=str(things[place])) if future.cancelled() else future.exception()
                if isinstance(error, BrokenExecutor):
                    suspects.append(place)
                elif isinstance(error, Exception):
                    yield place, None, _told(error, str(things[place]))
                else:
                    yield place, future.result(), None
            if suspects:
                # Whichever of them ended its process took all others with it.
                yield from self._alone(work, things, [*suspects, *out.values()])
                out = {}

    def _alone(
        self, work: Callable[[A], B], things: Sequence[A], places: Sequence[int]
    ) -> Iterator[tuple[int, B | None, Exception | None]]:
        """Each of some things in a process of its own, then the crew anew."""
        self.executor.shutdown(wait=False)
        one = self.made(1)
        for place in sorted(places):
            try:
                yield place, one.submit(work, things[place]).result(), None
            except BrokenExecutor:
                yield place, None, WorkerDied(path=str(things[place]))
                one = self.made(1)
            except Exception as error:
                yield place, None, error
        one.shutdown()
        self.executor = self.made(self.size)


def _told(error: Exception, thing: str) -> Exception:
    """What a cluster says of work that ended worker after worker."""
    return WorkerDied(path=thing) if type(error).__name__ == "KilledWorker" else error


@contextmanager
def _crew(how: Spread, things: int) -> Iterator[_Crew]:
    if how.scheduler:
        client = _client(how.scheduler)
        try:
            size = max(2, sum(client.nthreads().values()))
            yield _Crew(size, lambda _: client.get_executor(pure=False, retries=_ATTEMPTS))
        finally:
            client.close()
        return
    size = min(how.workers, things)
    crew = _Crew(1, lambda _: _Here()) if size <= 1 else _Crew(size, _processes)
    try:
        yield crew
    finally:
        crew.executor.shutdown(wait=True, cancel_futures=True)


def _processes(size: int) -> Executor:
    import multiprocessing

    # A process that begins with nothing of this one: the same on every system.
    return ProcessPoolExecutor(size, mp_context=multiprocessing.get_context("spawn"))


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise ExtraMissing(what="--scheduler", install='"kpixl[portfolio]"') from error
    try:
        return Client(address, timeout=_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise SchedulerSilent(got=address, detail=" ".join(str(error).split())) from error
