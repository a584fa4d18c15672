import json

import pytest

from passante.compress.report import write
from passante.core.errors import SinkError
from unit.compress.test_page import result


def test_a_report_is_written_for_programs_and_for_people(tmp_path):
    table, page = write(result(), tmp_path / "new")
    assert json.loads(table.read_text())["schema"] == 1
    assert page.read_text().startswith("<!doctype html>")


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError):
        write(result(), tmp_path / "file" / "x")
