"""The reference is made from the commands, and its examples are what kpixl answers."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from kpixl.cli import commands
from kpixl.cli.command import Command
from kpixl.cli.main import main

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\$ kpixl (calc .*|kpis .*|--version)\n((?:(?!\$ |```).*\n)+)", REFERENCE, re.M)


def test_the_reference_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_cli_reference", ROOT / "tools" / "make_cli_reference.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.page() == REFERENCE, "run “make reference”"


def every_command() -> list[Command]:
    found = [commands.command(name) for name in commands.names()]
    return [*found, *(one for above in found for one in above.family)]


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.name)
def test_every_command_is_explained(command: Command) -> None:
    assert len(command.manual) > 40
    assert (
        command.family
        or command.name in ("new", "watch", "calc", "refresh")
        or "`--json`" in command.manual + command.after
    )


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


# What contributors read


def test_every_room_of_the_house_is_on_the_architecture_page() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "kpixl").glob("*/__init__.py")} - {"__pycache__"}
    assert {room for room in rooms if f"`{room}/`" not in page} == set()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_what_a_page_names_is_there(page: str) -> None:
    text, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in (page, "Makefile"))
    commands = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= commands
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / link.replace("%20", " ")).exists()] == []
