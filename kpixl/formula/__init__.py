"""One formula, every engine: parse the text once, then evaluate it or write it for Excel."""

from kpixl.formula.nodes import Binary, Name, Negate, Node, Number, names
from kpixl.formula.parse import FormulaError, parse
from kpixl.formula.to_excel import to_excel
from kpixl.formula.to_python import denominators, evaluate

__all__ = [
    "Binary",
    "FormulaError",
    "Name",
    "Negate",
    "Node",
    "Number",
    "denominators",
    "evaluate",
    "names",
    "parse",
    "to_excel",
]
