"""Every text in every language: complete, well formed, short enough for Excel, and good Spanish where texts join."""

from __future__ import annotations

import re
import string
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import builds
import narrow
from clock import NOW
from engines import contents
from kpixl.catalog import Business, business, businesses, catalogue
from kpixl.catalog.model import Level
from kpixl.catalog.settings import SETTINGS
from kpixl.catalog.tables import Unit
from kpixl.check import SENTENCES
from kpixl.check.problem import Problem, amount, figure
from kpixl.cli import commands
from kpixl.cli.command import help_of, help_of_all
from kpixl.entries import Setup
from kpixl.errors import BadSetting, KpixlError, UnknownChoice
from kpixl.i18n import language
from kpixl.imports import BAD_DATE, Rejected
from kpixl.kpi import calc
from kpixl.kpi.grade import Reason
from kpixl.languages import codes
from kpixl.message import phrase
from kpixl.ooxml.cells import parse_cell
from kpixl.ooxml.package import MAIN, Package
from kpixl.period import Period, Window
from kpixl.texts import words
from kpixl.verbs import new
from kpixl.workbook import layout
from kpixl.workbook.entry_sheets import ERROR_TITLE, PROMPT_TITLE_LIMIT, TEXT_LIMIT
from kpixl.workbook.sheets import check as check_sheet
from kpixl.workbook.sheets.guide import guide_texts
from narrow import some
from workbooks import blank, opened

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "kpixl" / "locale"
TRANSLATED = sorted(set(codes()) - {"en"})
VA = business("remote-va-agency")
NBSP = "\N{NO-BREAK SPACE}"
Spanish: TypeAlias = tuple[list[Path], set[str]]
"""Workbooks, and the texts that were asked for in making them."""


@cache
def extracted() -> frozenset[str]:
    """Every text that the sources mark, as ``make locale`` finds them."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]  # Babel gives it no types
    keywords = {**DEFAULT_KEYWORDS, "N_": None, "t": None}
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return frozenset(narrow.string(message) for _, _, message, *_ in found)


@cache
def translations(code: str | None) -> Catalog:
    """The catalogue of one language, as its file has it; the template for ``None``."""
    path = FOLDER / "kpixl.pot" if code is None else FOLDER / code / "LC_MESSAGES" / "kpixl.po"
    with path.open("rb") as file:
        return read_po(file, locale=code)


def messages(code: str | None) -> list[Message]:
    """Message by message, without the header."""
    return [message for message in translations(code) if message.id]


def pairs(code: str) -> dict[str, str]:
    """msgid -> msgstr."""
    return {narrow.string(message.id): narrow.string(message.string) for message in messages(code)}


# Complete


def test_every_language_has_a_catalogue() -> None:
    assert [path.parent.parent.name for path in sorted(FOLDER.glob("*/LC_MESSAGES/kpixl.po"))] == TRANSLATED


@pytest.mark.parametrize("code", [None, *TRANSLATED])
def test_the_catalogue_has_the_texts_of_the_sources(code: str | None) -> None:
    known = {message.id for message in messages(code)}
    assert extracted() - known == set(), "missing: run make locale"
    assert known - extracted() == set(), "obsolete: run make locale"
    assert not translations(code).obsolete


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated(code: str) -> None:
    assert [message.id for message in messages(code) if not message.string] == []
    assert [message.id for message in messages(code) if message.fuzzy] == []
    assert [message.id for message, _ in translations(code).check()] == []


@pytest.mark.parametrize("code", codes())
def test_the_house_language_begins_as_the_workbooks(code: str) -> None:
    """An owner in São Paulo works in Portuguese until she says otherwise. What it is called is known to Babel."""
    t = language(code)
    own = str(t.locale.get_language_name(code)).capitalize()
    assert words.entry_words(business("multilingual-va"), t)["house_language"] == own


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_are_kept(code: str) -> None:
    wrong = {msgid: text for msgid, text in pairs(code).items() if placeholders(msgid) != placeholders(text)}
    assert wrong == {}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", TRANSLATED)
def test_edges_are_kept(code: str) -> None:
    wrong = {msgid: text for msgid, text in pairs(code).items() if edges(msgid) != edges(text)}
    assert set(wrong) <= ABBREVIATED


ABBREVIATED = {"{number} points"}
"""Texts that may end in the full stop of an abbreviation."""


def edges(text: str) -> tuple[str, str, str]:
    """White space at both ends, and how the sentence ends."""
    bare = text.strip().rstrip("”»)")
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :], bare[-1:] if bare[-1:] in ".:?!…" else ""


@pytest.mark.parametrize("code", TRANSLATED)
def test_fragments_stay_small(code: str) -> None:
    """A fragment that goes into a sentence begins with a small letter, a sentence with a capital."""
    both = [(i, s) for i, s in pairs(code).items() if i[0].isalpha() and s[0].isalpha()]
    assert [(i, s) for i, s in both if i[0].isupper() != s[0].isupper() and "kpixl" not in (i[:5], s[:5])] == []


# Fit for Excel


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("one", businesses(), ids=lambda one: one.id)
def test_sheet_titles(one: Business, code: str) -> None:
    titles = list(layout.titles(one, language(code)).values())
    assert [title for title in titles if len(title) > 31 or set(title) & set("[]:*?/\\'")] == []
    assert len({title.casefold() for title in titles}) == len(titles)
    assert "history" not in {title.casefold() for title in titles}


@pytest.mark.parametrize("code", codes())
def test_headings(code: str) -> None:
    t = language(code)
    tables = {id_: layout.headings(table, t) for id_, table in catalogue().tables.items()}
    tables |= layout.other_headings(t)
    for id_, headings in tables.items():
        found = list(headings.values())
        assert len({heading.casefold() for heading in found}) == len(found), id_
        odd = [h for h in found if not all(sign.isalnum() or sign == " " for sign in h) or h != h.strip()]
        assert odd == [], id_


@pytest.mark.parametrize("code", codes())
def test_messages_of_cells(code: str) -> None:
    t = language(code)
    fields = [field for table in catalogue().tables.values() for field in table.fields]
    titles = [t(ERROR_TITLE), *(t(field.heading) for field in fields)]
    assert [title for title in titles if len(title) > PROMPT_TITLE_LIMIT] == []
    assert [field.id for field in fields if len(t(field.help)) > TEXT_LIMIT] == []
    texts = [t(table.help) for table in catalogue().tables.values()]
    assert [text for text in texts if len(text) > TEXT_LIMIT] == []


@pytest.mark.parametrize("code", codes())
def test_words_that_stand_together_differ(code: str) -> None:
    t = language(code)
    for group in (
        words.LEVELS,
        words.TRENDS,
        words.TARGETS,
        words.SOURCES,
        words.KINDS_OF_PAST,
        check_sheet.SEVERITIES,
    ):
        assert len({t(text) for text in group.values()}) == len(group)
    labels = [words.measure_label(measure, t) for measure in VA.measures]
    assert len(set(labels)) == len(labels)
    assert len({t(kpi.name) for kpi in VA.kpis}) == len(VA.kpis)


@pytest.mark.parametrize("code", codes())
def test_abbreviations_stay(code: str) -> None:
    assert [language(code)(kpi.abbreviation) for kpi in VA.kpis] == ["CSS", "ART", "CRR", "TCR", "AUR", "NCAR", "SDI"]


# Nothing unmarked, no English left


@pytest.fixture(scope="module")
def spanish(tmp_path_factory: pytest.TempPathFactory) -> Spanish:
    """A Spanish workbook with sample data, an empty one, and every text that was asked for in making them."""
    folder = tmp_path_factory.mktemp("es")
    made = [outcome.path for outcome in builds.samples(folder) if outcome.path.stem.endswith(" es")]
    with pytest.MonkeyPatch.context() as patch:
        builds.anew(patch)
        asked = builds.ask(patch)
        for period in ("2026-10", "2026-Q4", "2026-W43", "2026"):
            out = folder / f"empty {period}.xlsx"
            made.append(new.new(Setup(VA.id, "es", Period.parse(period), "Umbral", "EUR"), out, now=NOW))
    return made, asked | builds.asked_for_samples()


def test_every_text_asked_for_is_marked(spanish: Spanish) -> None:
    _, asked = spanish
    assert asked - {""} - extracted() == set()


def test_every_sentence_of_errors_and_check_is_marked() -> None:
    sentences = {text for s in SENTENCES.values() for text in (s.text, s.mend, s.harmless) if text}
    assert sentences | {error.template for error in errors()} <= extracted()
    help_texts = set()

    def ask(text: str) -> str:
        help_texts.add(text)
        return text

    made = [commands.command(name) for name in commands.names()]
    help_of_all(made, ask)
    for command in [*made, *(one for above in made for one in above.family)]:
        help_of(command, ask, f"kpixl {command.name}")
    assert help_texts <= extracted()


def errors(above: type[KpixlError] = KpixlError) -> list[type[KpixlError]]:
    """Every error class, the modules of the command line included."""
    assert calc
    return [above] + [error for below in above.__subclasses__() for error in errors(below)]


def test_no_english_is_left_in_a_spanish_workbook(spanish: Spanish) -> None:
    for path in spanish[0]:
        no_english_is_left(path, "es")


@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("one", businesses(), ids=lambda one: one.id)
def test_no_english_is_left_in_a_new_workbook(one: Business, code: str, tmp_path: Path) -> None:
    no_english_is_left(blank(tmp_path / "new.xlsx", one.id, code), code)


def no_english_is_left(path: Path, code: str) -> None:
    english = {msgid for msgid, text in pairs(code).items() if msgid != text} - set(pairs(code).values())
    long = [msgid for msgid in english if msgid.count(" ") >= 2 and "{" not in msgid]
    shown = texts(path)
    assert len(shown) > 300
    assert shown & english == set()
    assert [(msgid, text) for text in shown for msgid in long if msgid in text] == []


def texts(path: Path) -> set[str]:
    """Every text that an owner can see: cells, messages of cells, charts; not ids, which are hidden."""
    package = Package.open(path)
    found = {sheet.name for sheet in package.sheets}
    headers = {place.top for place in opened(path).placements.values() if place.sheet == "hidden"}
    cells = contents(path)
    for sheet in package.sheets:
        root = package.tree(sheet.part)
        hidden = {
            number
            for column in root.iter(f"{{{MAIN}}}col")
            if column.get("hidden") in ("1", "true")
            for number in range(int(some(column.get("min"))), int(some(column.get("max"))) + 1)
        }
        helper = sheet.name == layout.HIDDEN_SHEET
        rows = {int(some(row.get("r"))) for row in root.iter(f"{{{MAIN}}}row") if row.get("hidden") in ("1", "true")}
        rows |= headers if helper else set()
        skipped = {1} if helper else hidden
        for cell in root.iter(f"{{{MAIN}}}c"):
            at = some(cell.get("r"))
            row, column = parse_cell(at)
            if (sheet.name, at) in cells and row not in rows and column not in skipped:
                value = cells[sheet.name, at].value
                found |= {value} if isinstance(value, str) else set()
        for rule in root.iter(f"{{{MAIN}}}dataValidation"):
            found |= {text for name in ("promptTitle", "prompt", "errorTitle", "error") if (text := rule.get(name))}
    for part in package.parts:
        if part.startswith("xl/charts/"):
            found |= set(re.findall(r">([^<>]+)</", package.read(part).decode()))
    return found


# Typography


@pytest.mark.parametrize(("code", "wrong"), {"fr": r" [:;?!»%]|« |\w'\w", "pt": r"\d\s%", "ro": r"\d %|[\"“]"}.items())
def test_typography(code: str, wrong: str) -> None:
    """Spaces that never end a line before French signs and per-cent signs (none in Brazil), and each one's quotes."""
    assert [text for text in pairs(code).values() if re.search(wrong, text)] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_points_agree_with_every_number(code: str) -> None:
    """An abbreviation is the same for 0.9, 1 and 1.4, which are singular in one language and plural in another."""
    said = {words.in_points(number, language(code)).replace(number, "#") for number in ("0.9", "1.0", "1.4", "20.0")}
    assert {re.sub(r"[.\s]", "", text) for text in said} == {"#pp"}


READ_BADLY = {
    "en": r"^Of these\b|needs you most|Real changes|usual variation rather|too few to be sure|\bmend\b"
    r"|No signal is told|[Uu]tilisation|\d %|Undo kpixl|that no client pays for\b.*assistants|^Weight$"
    r"|^look$",
    "es": r"incidentes de discreción|por encima de lo típico|promotores netos|\b[Ee]levada\b|\b[Ss]e desvía\b"
    r"|\bse lee como\b|no es seguro|por mirar|capital de trabajo|\b[Pp]rospecto|trabajo en el lugar"
    r"|[Ff]uerza al equipo|[Nn]ada mal\b",
    "pt": r"para cada 1?0+\b|[Ee]vasão|[Cc]aixa líquido|pontos? pior|[Cc]onversas iniciais"
    r"|Uma linha por cliente[.;:,]|^kpixl não|\. kpixl não|poucos casos para|^Seus?$|vai melhor"
    r"|a conferir|\bse lê como\b",
    "fr": r"[0-9}]\u00a0?points\b|\b[Rr]evenus\b|[Ss]ervices additionnels|[Cc]lients servis|[Ff]lux disponible"
    r"|[Ss]core de recommandation|\bmanqué\b(?! et ce)|trop peu pour|[Rr]éachat|Ce qu’il dit"
    r"|pour chaque 1|trouvé des problèmes|\bse lit comme\b",
    "ro": r"^Note?$|^Notă$|^mai (bine|slab)$|în afara ritmului|în ritm$|Cheltuit pe|\b[Tt]axe\b"
    r"|la fața locului|memento|[Cc]lienți deserviți|Probabil (de la|până la)|KPI-ul Plecări"
    r"|[Nn]umerar net|\bse citește ca\b|referințe recomandate",
}
"""Wordings that owners stumbled over, and that no text may have again."""


@pytest.mark.parametrize("code", [*TRANSLATED, "en"])
def test_what_owners_stumbled_over_stays_away(code: str) -> None:
    texts = pairs("es").keys() if code == "en" else pairs(code).values()
    assert len(texts) > 2000
    assert [text for text in texts if re.search(READ_BADLY[code], text)] == []


@pytest.mark.parametrize("page", sorted(Path(__file__).parent.parent.glob("docs/*.md")), ids=lambda page: page.stem)
def test_pages_for_owners_are_written_alike(page: Path) -> None:
    """What stands in code, such as the keys of an answer, is no wording."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [line for line in prose.splitlines() if re.search(READ_BADLY["en"], line)] == []


SAID = {
    "Net cash": (
        "Flujo de caja libre",
        "Flux de trésorerie disponible",
        "Fluxo de caixa livre",
        "Flux de numerar disponibil",
    ),
    "better": ("mejor", "mieux", "melhora", "în bine"),
    "worse": ("peor", "moins bien", "piora", "în rău"),
    "missed": ("incumplido", "non atteint", "não atingida", "neatinsă"),
    "small sample": ("muestra pequeña", "échantillon trop petit", "amostra pequena", "eșantion mic"),
    "Notes": ("Notas", "Notes", "Notas", "Observații"),
    "review": ("revisar", "à vérifier", "revisar", "de verificat"),
    "Likely from": ("Probable desde", "Minimum probable", "Mínimo provável", "Minim probabil"),
    "Complaints for every 100 clients served": (
        "Reclamaciones por cada 100 clientes atendidos",
        "Réclamations pour 100 clients actifs",
        "Reclamações por 100 clientes atendidos",
        "Reclamații la 100 de clienți activi",
    ),
}


@pytest.mark.parametrize("text", SAID)
def test_what_the_field_calls_it(text: str) -> None:
    assert tuple(pairs(code)[text] for code in ("es", "fr", "pt", "ro")) == SAID[text]


# Spanish, by hand

ES = language("es")


def plain(text: str) -> str:
    """No-break spaces, which Babel puts before % and €, as ordinary ones."""
    return text.replace(NBSP, " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_what_is_put_together_has_the_spaces_of_french() -> None:
    """Sentences of the Guide that are made of parts: a space that does not break before every colon and semicolon."""
    t = language("fr")
    texts = [text for one in businesses() for kpi in one.kpis for text in guide_texts(kpi, t).values()]
    assert sum("\u00a0;" in text for text in texts) > 50
    assert [text for text in texts if re.search(r"(?<![\u00a0\d])[:;](\s|$)", text)] == []


def test_spanish_typography() -> None:
    for text in pairs("es").values():
        assert not set(text) & set("“”\"'’"), text
        assert not re.search(r"\d( |\b)%", text.replace(NBSP, "_")), text
        assert text.count("«") == text.count("»"), text
        assert text.count("¿") == text.count("?"), text
        assert not re.search(r"\barte\b|\bbatida\b|[Vv]uestr|\btu\b|\btus\b", text), text


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.82, "fraction", "82,0 %"),
        (1.0, "fraction", "100,0 %"),
        (2.9, "hours", "2,90 h"),
        (0.5, "hours", "0,50 h"),
        (1250.0, "count", "1.250"),
        (0.2, "ratio", "0,20"),
        (5000.0, "money", "5.000,00 €"),
        (None, "count", "–"),
    ],
)
def test_numbers(value: float | None, unit: Unit, shown: str) -> None:
    assert plain(ES.number(value, unit, "EUR")) == shown


def test_a_percent_sign_never_starts_a_line() -> None:
    assert ES.number(0.82, "fraction") == f"82,0{NBSP}%"


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ("2026-10", "octubre de 2026"),
        ("2026-Q4", "4.º trimestre de 2026"),
        ("2026-W43", "19 de octubre de 2026 – 25 de octubre de 2026"),
        ("2026", "2026"),
    ],
)
def test_periods(period: str, shown: str) -> None:
    assert ES.period(Period.parse(period)) == shown


def test_dates() -> None:
    assert ES.date(date(2026, 10, 31)) == "31 de octubre de 2026"
    assert plain(ES.moment(datetime(2026, 11, 22, 3, 15))) == "22 de noviembre de 2026, 3:15"
    assert language("en").period(Period.parse("2026-Q4")) == "4th quarter 2026"


def test_levels() -> None:
    assert [words.level_word(level, ES) for level in (None, *Level)] == [
        "○ sin calificar",
        "▼ bajo la referencia",
        "● típico",
        "▲ superior a la media",
        "★ excepcional",
    ]


ABSENT = {
    "surveyed": "Sin respuestas de encuesta",
    "satisfied": "Sin respuestas de clientes satisfechos",
    "resolution_hours": "Sin horas de solicitudes resueltas",
    "requests_resolved": "Sin solicitudes resueltas",
    "resolution_hours_median": "Sin solicitudes resueltas",
    "requests_opened": "Sin solicitudes recibidas",
    "requests_open": "Sin solicitudes abiertas",
    "clients_start": "Sin clientes al inicio",
    "clients_end": "Sin clientes al final",
    "clients_new": "Sin clientes nuevos",
    "clients_new_staying": "Sin clientes nuevos que sigan al final",
    "clients_served": "Sin clientes atendidos",
    "tasks_assigned": "Sin tareas asignadas que venzan",
    "tasks_completed": "Sin tareas completadas a tiempo",
    "available_hours": "Sin horas disponibles",
    "productive_hours": "Sin horas productivas",
    "leads": "Sin clientes potenciales",
    "services_offered": "Sin servicios ofrecidos",
}


def test_absent_measures() -> None:
    found = {measure.id: measure for measure in VA.measures if measure.name in VA.shown}
    assert set(found) == set(ABSENT)
    for id_, measure in found.items():
        span = {Window.PERIOD: "este periodo", Window.YEAR: "los últimos 12 meses"}[measure.window]
        assert words.reason_text(Reason("zero_denominator", measure), ES) == f"{ABSENT[id_]} en {span}"


def test_reasons() -> None:
    measures = {measure.name: measure for measure in VA.measures}
    said = [
        (Reason("missing_measure", measures["surveyed"]), "Falta el dato: Respuestas de encuesta"),
        (
            Reason("missing_measure", measures["clients_start_12m"]),
            "Falta el dato: Clientes al inicio (últimos 12 meses)",
        ),
        (Reason("zero_denominator"), "Sin nada por lo que dividir en este periodo"),
        (Reason("no_bands"), "Sin referencia ni objetivo con que calificar"),
        (Reason("graded_window"), "Se calcula sobre su propio plazo"),
        (Reason("no_rollup", measures["clients_served"]), "No se puede sumar entre meses: Clientes atendidos"),
        (
            Reason("uneven_past", measures["leads"]),
            "A algún periodo cerrado le falta la cifra de: Clientes potenciales",
        ),
        (
            Reason("missing_measure", measures["leads_12m"]),
            "Faltan periodos cerrados para: Clientes potenciales (últimos 12 meses)",
        ),
        (Reason("no_rate"), "Escriba en Ajustes el precio del dólar para comparar"),
        (Reason("own_formula"), "La fórmula de Ajustes no da ningún número"),
        (Reason("too_few"), "Menos casos que el mínimo de Ajustes"),
        (Reason("open"), "Aún abierto: pueden llegar más"),
        (Reason("running"), "No se juzga hasta que termine el periodo: aún falta una parte"),
        (Reason("in_doubt"), "Depende de filas que Revisión da por erróneas: corríjalas primero"),
        (Reason("not_entered", table=VA.table("hours")), "Nada introducido en Horas para este periodo"),
        (
            Reason("no_outcome", table=VA.table("tasks"), column="completed"),
            "«Completada» está vacía en todas las filas de Tareas",
        ),
        (Reason("not_begun"), "El periodo no ha empezado"),
        (Reason("unsaid"), "0, porque ninguna fila es de su tipo: si es así, escriba 0 en Totales"),
        (Reason("impossible"), "Esto no puede ser: las cifras de las que sale se contradicen"),
        (Reason("beyond"), "Más que el total: busque el motivo"),
    ]
    for reason, text in said:
        assert words.reason_text(reason, ES) == text
    assert {reason.code for reason, _ in said} | {"short_past"} == set(words.REASONS)
    assert words.reason_text(None, ES) == ""


@pytest.mark.parametrize(
    ("kpi", "numbers", "text"),
    [
        ("css", {"satisfied": 80, "surveyed": 100}, "Respuestas de clientes satisfechos: +5 → típico"),
        (
            "art",
            {"resolution_hours": 101.25, "requests_resolved": 50},
            # 51.3 hours less in 50 requests, which is a little more than the 1.025 each that are too many.
            f"De media: −1,03{NBSP}h → superior a la media",
        ),
        (
            "crr",
            {"clients_end": 650, "clients_new": 200, "clients_start": 500},
            "Clientes al final (últimos 12 meses): +1 → excepcional",
        ),
        ("css", {"satisfied": 99, "surveyed": 100}, ""),
    ],
)
def test_next_steps(kpi: str, numbers: dict[str, float], text: str) -> None:
    assert words.to_next_text(calc.calc(kpi, numbers), ES, "EUR") == text


MEASURES = {measure.name: measure for measure in VA.measures}


@pytest.mark.parametrize(
    ("code", "details", "text", "mend"),
    [
        (
            "required_blank",
            {"heading": "Inicio"},
            "Falta «Inicio» en una fila que por lo demás está rellena, así que las cifras que lo necesitan dejan fuera "
            "esta fila.",
            "Rellene «Inicio» o borre la fila entera.",
        ),
        (
            "outside_period",
            {"heading": "Fecha", "period": Period.parse("2026-10"), "count": 3, "first": "B4"},
            "Filas con fecha fuera de octubre de 2026, que no cuentan: 3 (la primera: B4).",
            "Si son de otro periodo, no hay nada que hacer; si no, corrija «Fecha» en ellas.",
        ),
        (
            "truth_for_date",
            {"got": True, "example": "2026-10-31"},
            "VERDADERO no es una fecha, así que esta fila no cuenta.",
            "Escriba la fecha, por ejemplo 2026-10-31, o borre la celda.",
        ),
        (
            "table_empty",
            {"title": "Encuestas", "lost": (MEASURES["surveyed"],)},
            "No hay filas en Encuestas, así que quedan sin valor: Respuestas de encuesta.",
            "Rellene Encuestas o escriba los totales en la hoja Totales.",
        ),
        (
            "part_over_whole",
            {
                "kpi": "CSS",
                "got": amount(1.2, "fraction", "USD"),
                "part": MEASURES["satisfied"],
                "whole": MEASURES["surveyed"],
                "figures": (figure(MEASURES["satisfied"], 120, "E5"), figure(MEASURES["surveyed"], 100)),
            },
            "CSS: el resultado es 120,0 %, y «Respuestas de clientes satisfechos» no puede superar a «Respuestas de"
            " encuesta» (Respuestas de clientes satisfechos: 120, escrito en E5, Respuestas de encuesta: 100).",
            "Corrija la cifra que esté mal de las dos.",
        ),
    ],
)
def test_sentences_of_check(code: str, details: dict[str, object], text: str, mend: str) -> None:
    problem = Problem(SENTENCES[code].severity, code, "Clientes", "B5", "clients", "start", details)
    assert plain(problem.text(ES)) == text
    assert problem.mend(ES) == mend


def test_errors_and_rejected_rows() -> None:
    choice = UnknownChoice(got="XYZ", what=phrase("currency"), allowed="EUR, USD")
    assert choice.text(ES) == "kpixl no conoce «XYZ» como moneda; elija entre: EUR, USD."
    setting = BadSetting(sheet="Ajustes", cell="C8", got="hoy", expected=ES("a date"))
    assert setting.text(ES) == "Ajustes!C8 contiene «hoy», que no es una fecha; corrija esa celda e inténtelo de nuevo."
    row = Rejected(7, "Alta", "ayer", BAD_DATE)
    said = "Línea 7, Alta: «ayer» no es una fecha; escríbala así: 2026-10-31 o 2026-10-31 14:30."
    assert row.text(ES) == said
    labels = {id_: ES(setting.label) for id_, setting in SETTINGS.items()}
    assert labels == {
        "satisfied_cut": "Satisfecho desde la puntuación",
        "house_language": "Idioma habitual",
        "repeat_days": "Plazo de recompra en días",
        "minimum_cases": "Mínimo de casos para calificar",
        "entered_until": "Datos completos hasta",
        "dollar_rate": "Precio de un dólar",
        "late_days": "Días hasta que un mes es definitivo",
        "stay_gap": "Días de pausa que no son una despedida",
    }
