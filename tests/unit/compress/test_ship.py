import pytest

from passante.compress import ship
from passante.compress.subject import find
from passante.compress.target import find as device
from passante.core.errors import SinkError
from unit.compress.networks import classifier
from unit.compress.test_choose import passed


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    path = tmp_path / "n.onnx"
    path.write_bytes(classifier().to_bytes())
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError):
        ship.write(
            passed("a", 1), find(str(path)), tmp_path / "file" / "x",
            device=device("rpi4"), command="c", calibration="a", on="o",
        )  # fmt: skip
