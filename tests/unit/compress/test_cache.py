import pytest

from passante.compress.cache import Cache
from passante.core.errors import SinkError


def test_what_was_found_once_is_not_made_again(tmp_path):
    made = []

    def make():
        made.append(1)
        return {"a": 1.5}

    for _ in range(2):
        cache = Cache(tmp_path / "work")
        assert cache.get(dict[str, float], ("one",), make) == {"a": 1.5}
    assert made == [1]
    assert cache.reused == 1


def test_another_key_is_another_result(tmp_path):
    cache = Cache(tmp_path)
    assert cache.get(int, ("a", "b"), lambda: 1) == 1
    assert cache.get(int, ("ab",), lambda: 2) == 2


def test_a_damaged_result_is_made_again(tmp_path):
    cache = Cache(tmp_path)
    cache.get(int, ("a",), lambda: 1)
    for path in tmp_path.iterdir():
        path.write_bytes(b"{")
    assert cache.get(int, ("a",), lambda: 3) == 3


def test_what_other_code_has_made_is_made_again(tmp_path):
    assert Cache(tmp_path, made_with="yesterday").get(int, ("a",), lambda: 1) == 1
    assert Cache(tmp_path).get(int, ("a",), lambda: 2) == 2
    assert Cache(tmp_path).get(int, ("a",), lambda: 3) == 2


def test_a_file_where_a_folder_is_wanted_is_told_at_once(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SinkError, match=r"file/x: cannot be written: file is no folder"):
        Cache(tmp_path / "file" / "x" / ".work")


def test_what_cannot_be_kept_is_an_error(tmp_path):
    cache = Cache(tmp_path / "work")
    (tmp_path / "work").write_bytes(b"")
    with pytest.raises(SinkError, match="cannot be written"):
        cache.get(int, ("a",), lambda: 1)
