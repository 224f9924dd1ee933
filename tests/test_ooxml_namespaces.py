"""The names of elements, as lxml has them."""

import pytest

from kpixl.ooxml.namespaces import declared, qn

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def test_a_name_and_a_path_of_names() -> None:
    assert qn("x:row") == f"{{{MAIN}}}row"
    assert qn("x:sheets/x:sheet") == f"{{{MAIN}}}sheets/{{{MAIN}}}sheet"
    assert qn("xdr:pic") == "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}pic"


def test_steps_without_a_prefix_stay() -> None:
    assert qn(".//x:t") == f".//{{{MAIN}}}t"
    assert qn("x:cellXfs/{*}*") == f"{{{MAIN}}}cellXfs/{{*}}*"


def test_a_prefix_that_is_not_known() -> None:
    with pytest.raises(KeyError):
        qn("y:row")


def test_what_a_new_element_declares() -> None:
    assert declared("x") == {"x": MAIN}
