"""The reference names every verb and option, and its examples are what kpixl answers."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from kpixl.cli import main, parser

REFERENCE = (Path(__file__).parent.parent / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = {
    heading.split()[0]: body
    for heading, body in re.findall(r"^### `kpixl (.+?)`\n(.*?)(?=^##|\Z)", REFERENCE, re.M | re.S)
}
EXAMPLES = re.findall(r"^\$ kpixl (calc .*|kpis .*|--version)\n((?:(?!\$ |```).*\n)+)", REFERENCE, re.M)


def verbs() -> dict[str, argparse.ArgumentParser]:
    (choices,) = (action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(choices)


def options(of: argparse.ArgumentParser) -> list[str]:
    return [option for action in of._actions for option in action.option_strings]


def test_every_verb_has_a_section_and_no_other() -> None:
    assert list(SECTIONS) == list(verbs())


@pytest.mark.parametrize("verb", list(verbs()))
def test_every_option_is_named(verb: str) -> None:
    common = {"-h", "--help", "--json", "--lang"}
    heading = next(line for line in REFERENCE.splitlines() if line.startswith(f"### `kpixl {verb}"))
    for option in set(options(verbs()[verb])) - common:
        assert f"`{option}" in SECTIONS[verb], option
    for action in verbs()[verb]._get_positional_actions():
        assert str(action.metavar or action.dest) in heading


def test_common_options_are_named() -> None:
    for option in {"--json", "--lang", *options(parser())} - {"-h"}:
        assert f"`{option}" in REFERENCE, option


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize(("words", "answer"), EXAMPLES, ids=[words for words, _ in EXAMPLES])
def test_examples_are_what_kpixl_answers(
    words: str, answer: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPIXL_LANG", "en")
    main(shlex.split(words))
    out, err = capsys.readouterr()
    if answer.rstrip().endswith("…"):
        assert (out + err).startswith(answer.rstrip().removesuffix("…").rstrip())
    else:
        assert out + err == answer.rstrip() + "\n"
