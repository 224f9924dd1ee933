"""What is written in the style of each language, in each encoding and with each delimiter, is read back as it was."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.i18n import language
from kpixl.languages import codes
from sources import amounts, dates, day, taken, written

ZONES = [timezone(timedelta(hours=hours)) for hours in (-7, 0, 2)]


@settings(max_examples=60)
@given(
    code=st.sampled_from(sorted(codes())),
    style=st.sampled_from(["short", "medium", "long", "full"]),
    days=st.lists(st.dates(date(1971, 1, 1), date(2069, 12, 31)), min_size=1, max_size=8),
)
def test_dates_written_in_each_language_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, code: str, style: str, days: list[date]
) -> None:
    locale = language(code).locale
    cells = [format_date(one, style, locale=locale) for one in days]
    currency = "USD" if code == "en" else "EUR"
    accepted = dates(tmp_path_factory.getbasetemp(), *cells, language=code, currency=currency)
    assert accepted.rejected == ()
    assert accepted.columns["opened"] == [day(*one.timetuple()[:3]) for one in days]


@settings(max_examples=60)
@given(
    code=st.sampled_from(sorted(codes())),
    style=st.sampled_from(["short", "medium"]),
    moments=st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2069, 12, 31)), min_size=1, max_size=8),
)
def test_moments_written_in_each_language_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, code: str, style: str, moments: list[datetime]
) -> None:
    whole = [moment.replace(second=0, microsecond=0) for moment in moments]
    cells = [format_datetime(moment, style, locale=language(code).locale) for moment in whole]
    currency = "USD" if code == "en" else "EUR"
    accepted = dates(tmp_path_factory.getbasetemp(), *cells, language=code, currency=currency)
    assert accepted.rejected == ()
    assert accepted.columns["opened"] == [day(*moment.timetuple()[:6]) for moment in whole]


@settings(max_examples=60)
@given(moment=st.datetimes(datetime(1971, 1, 1), datetime(2069, 1, 1)), zone=st.sampled_from(ZONES))
def test_moments_with_a_zone_are_the_same_moments(
    tmp_path_factory: pytest.TempPathFactory, moment: datetime, zone: timezone
) -> None:
    aware = moment.replace(microsecond=0, tzinfo=zone)
    accepted = dates(tmp_path_factory.getbasetemp(), aware.isoformat(), zone="America/Sao_Paulo")
    there = aware.astimezone(ZoneInfo("America/Sao_Paulo"))
    assert accepted.columns["opened"] == [day(*there.timetuple()[:6])]


@settings(max_examples=60)
@given(
    code=st.sampled_from(sorted(codes())),
    hundredths=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8),
    grouped=st.booleans(),
    delimiter=st.sampled_from([";", "\t", "|"]),
)
def test_amounts_written_in_each_language_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, code: str, hundredths: list[int], grouped: bool, delimiter: str
) -> None:
    pattern = "#,##0.00" if grouped else "0.00"
    cells = [format_decimal(one / 100, pattern, locale=language(code).locale) for one in hundredths]
    accepted = amounts(tmp_path_factory.getbasetemp(), *cells, delimiter=delimiter, language=code)
    assert accepted.rejected == ()
    assert accepted.columns["amount"] == [one / 100 for one in hundredths]


NAMES = {
    "utf-8": st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
    "utf-16": st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
    "cp1252": st.lists(st.sampled_from(["Peña", "Núñez", "João", "Mãe", "Élève", "Água"]), min_size=1).map(" ".join),
    "cp1250": st.lists(st.sampled_from(["Ştefan", "Ţuţea", "Iaşi", "ţară", "şi", "Piaţa"]), min_size=1).map(" ".join),
}


@settings(max_examples=80)
@given(data=st.data(), encoding=st.sampled_from(sorted(NAMES)), delimiter=st.sampled_from(",;\t|"))
def test_texts_in_each_encoding_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, encoding: str, delimiter: str
) -> None:
    names = data.draw(st.lists(NAMES[encoding], min_size=1, max_size=6))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["client", "opened", "kind"])
    writer.writerows([name, "2026-10-01", "k"] for name in names)
    path = written(tmp_path_factory.getbasetemp(), text.getvalue().encode(encoding))
    # Accents become one sign with their letter, and the cedillas of Windows-1250 the commas that Romanian has.
    expected = [unicodedata.normalize("NFC", name) for name in names]
    if encoding == "cp1250":
        expected = [name.translate(str.maketrans("şţŞŢ", "șțȘȚ")) for name in expected]
    assert taken("requests", path).columns["client"] == expected


HEADINGS = {
    "en": ("Date", "Client", "Amount ($)", "Notes"), "es": ("Fecha", "Cliente", "Importe total", "Notas"),
    "fr": ("Date", "Client", "Montant TTC", "Remarques"), "pt": ("Data", "Cliente", "Valor total", "Observações"),
    "ro": ("Data", "Client", "Valoare totală", "Observații"),
}  # fmt: skip
CURRENCIES = {"en": ("USD", "$"), "es": ("EUR", "€"), "fr": ("EUR", "€"), "pt": ("BRL", "R$"), "ro": ("RON", "lei")}
SALES = st.lists(
    st.tuples(
        st.dates(date(1999, 1, 1), date(2030, 12, 31)),
        st.sampled_from(["Ana", "Bo & Co", "Casa; Sol", "Dos, S.L.", 'El "Faro"', "Total Fitness", "Nu\u00f1ez"]),
        st.integers(1, 10**8),
        st.sampled_from(["", "paid", "two\nlines", "a;b,c", 'says "yes"']),
    ),
    min_size=4,
    max_size=12,
)


@settings(max_examples=120, deadline=None)
@given(data=st.data(), code=st.sampled_from(sorted(HEADINGS)), sales=SALES)
def test_whole_files_of_every_make_hold_what_was_sold(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, code: str, sales: list[tuple[date, str, int, str]]
) -> None:
    """Columns in any order, lines above, blank lines between, a line of totals below, in any encoding."""
    locale, (currency, mark) = language(code).locale, CURRENCIES[code]
    style = data.draw(st.sampled_from(["iso", "medium", "long", "short"]), "dates")
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), "encoding")
    # Where a semicolon tells cells apart, nobody writes the month first.
    delimiter = data.draw(st.sampled_from(",\t|" if code == "en" else ",;\t|"), "delimiter")
    order = data.draw(st.permutations(range(4)), "order")
    marked, bracketed = data.draw(st.booleans(), "mark"), data.draw(st.booleans(), "brackets")

    def money(hundredths: int) -> str:
        if hundredths < 0 and bracketed:
            return f"({money(-hundredths)})"
        text = format_decimal(hundredths / 100, "#,##0.00", locale=locale)
        if not marked:
            return text
        return f"{mark}\u00a0{text}" if mark in ("R$", "$") else f"{text} {mark}"

    def row(cells: tuple[str, ...]) -> list[str]:
        return [cells[place] for place in order]

    signed = [(one, name, -sum_ if sum_ % 7 == 0 else sum_, note) for one, name, sum_, note in sales]
    lines: list[list[str]] = [["Acme"], []] if data.draw(st.booleans(), "above") else []
    lines.append(row(HEADINGS[code]))
    for one, name, sum_, note in signed:
        shown = one.isoformat() if style == "iso" else format_date(one, style, locale=locale)
        lines += [row((shown, name, money(sum_), note)), *([[]] if data.draw(st.booleans(), "blank") else [])]
    if data.draw(st.booleans(), "totals"):
        lines.append(row(("", "Total", money(sum(sum_ for *_, sum_, _ in signed)), "")))
    content = io.StringIO(newline="")
    csv.writer(content, delimiter=delimiter).writerows(lines)
    path = written(tmp_path_factory.getbasetemp(), content.getvalue().encode(encoding), "whole.csv")
    accepted = taken("sales", path, language=code, currency=currency, constants={"kind": "other"})
    assert accepted.rejected == ()
    assert accepted.columns["date"] == [day(*one.timetuple()[:3]) for one, *_ in signed]
    assert accepted.columns["client"] == [name for _, name, *_ in signed]
    assert accepted.columns["amount"] == [sum_ / 100 for *_, sum_, _ in signed]


def _xlsx(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


@settings(max_examples=40, deadline=None)
@given(data=st.data(), code=st.sampled_from(sorted(HEADINGS)), sales=SALES)
def test_workbooks_of_every_make_hold_what_was_sold(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, code: str, sales: list[tuple[date, str, int, str]]
) -> None:
    """Columns in any order, days and amounts as such, or as texts in the style of the language."""
    locale, (currency, _) = language(code).locale, CURRENCIES[code]
    order = data.draw(st.permutations(range(3)), "order")
    texts = data.draw(st.booleans(), "texts")
    rows: list[list[object]] = [[HEADINGS[code][place] for place in order]]
    for one, name, hundredths, _ in sales:
        amount = format_decimal(hundredths / 100, "#,##0.00", locale=locale) if texts else hundredths / 100
        shown: object = format_date(one, "medium", locale=locale) if texts else one
        rows.append([(shown, name, amount)[place] for place in order])
    above: list[list[object]] = [["Acme"]] if data.draw(st.booleans(), "above") else []
    path = tmp_path_factory.getbasetemp() / "whole"
    accepted = taken("sales", _xlsx(path, above + rows), language=code, currency=currency, constants={"kind": "other"})
    assert accepted.rejected == ()
    assert accepted.columns["date"] == [day(*one.timetuple()[:3]) for one, *_ in sales]
    assert accepted.columns["client"] == [name for _, name, *_ in sales]
    assert accepted.columns["amount"] == [hundredths / 100 for _, _, hundredths, _ in sales]
