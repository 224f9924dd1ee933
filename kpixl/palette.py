"""The colours of the sheets and the report: one accent, four levels, greys for the rest; and the report's at night."""

from __future__ import annotations

from kpixl.catalog.model import Level

INK = "1F2933"

MUTED = "616E7C"

FAINT = "BFC5CE"

LINE = "E4E7EB"

PAPER = "F5F7FA"

ACCENT = "243B53"

INPUT = "FFF2C2"

SIGNAL = "C77700"

SIGNAL_TEXT = "8A5200"
"""What breaks out of its usual range: an amber of its own, since a signal may be good or bad."""

LEVEL_COLOURS = {
    Level.BELOW: "B5442C",
    Level.TYPICAL: "596880",
    Level.ABOVE_AVERAGE: "15796F",
    Level.EXCEPTIONAL: "1F5FA8",
}

LEVEL_TEXT = {
    Level.BELOW: "9C3A25",
    Level.TYPICAL: "586376",
    Level.ABOVE_AVERAGE: "14594F",
    Level.EXCEPTIONAL: "1A528F",
}
"""Darker than the fills: at least 4.5 to 1 on the pale tint and on white."""

LEVEL_TINTS = {
    Level.BELOW: "F6E3DE",
    Level.TYPICAL: "E8EBEF",
    Level.ABOVE_AVERAGE: "DCEFED",
    Level.EXCEPTIONAL: "DCE7F3",
}

BANDS = {
    Level.BELOW: "E0BDB2",
    Level.TYPICAL: "D1D4DA",
    Level.ABOVE_AVERAGE: "D7EAE6",
    Level.EXCEPTIONAL: "F5F8FC",
}
"""What a bar lies on: each is darker than the better one beside it, so that a print without colours shows them, too."""

PLAIN_BANDS = {level: "CFD3D9" if level <= Level.TYPICAL else PAPER for level in Level}
"""Of KPIs that have a target alone: not reached, reached."""

BAND = "EAF0F6"
"""The usual range behind a trend."""

NIGHT = {
    "ink": "E6EAEF",
    "muted": "A9B4C0",
    "faint": "566372",
    "line": "2E3945",
    "paper": "1C242D",
    "ground": "12181F",
    "accent": "BFD3EA",
    "signal": "F0A030",
    "signal_text": "F5B95C",
}
"""Of a page that is read on a dark screen; ``ground`` is white by day."""

NIGHT_COLOURS = {
    Level.BELOW: "E87A62",
    Level.TYPICAL: "8A97A8",
    Level.ABOVE_AVERAGE: "4FC9BB",
    Level.EXCEPTIONAL: "6BA5E6",
}

NIGHT_TEXT = {
    Level.BELOW: "F2A08D",
    Level.TYPICAL: "A3AEBC",
    Level.ABOVE_AVERAGE: "86E0D5",
    Level.EXCEPTIONAL: "9CC4F0",
}

NIGHT_TINTS = {
    Level.BELOW: "47251E",
    Level.TYPICAL: "2B343F",
    Level.ABOVE_AVERAGE: "16403B",
    Level.EXCEPTIONAL: "1C3654",
}

NIGHT_BANDS = {
    Level.BELOW: "693C32",
    Level.TYPICAL: "343D48",
    Level.ABOVE_AVERAGE: "143532",
    Level.EXCEPTIONAL: "122337",
}
"""By night the better one is darker."""

NIGHT_PLAIN_BANDS = {level: "2F3843" if level <= Level.TYPICAL else NIGHT["paper"] for level in Level}
