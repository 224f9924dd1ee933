"""One expression, every engine: a formula or a rule is a tree, built or parsed once; each engine is a visitor.

``parse`` reads a formula as Excel has it, ``expressions`` makes rules that read like themselves; ``to_python``
evaluates single values and ``to_arrays`` many at once, ``to_excel`` and ``to_vba`` write.
"""

from kpixl.formula.nodes import Binary, Name, Negate, Node, Number, names, substituted
from kpixl.formula.parse import FormulaError, parse
from kpixl.formula.to_arrays import evaluate_all
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
    "evaluate_all",
    "names",
    "parse",
    "substituted",
    "to_excel",
]
