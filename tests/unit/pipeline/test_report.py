import json

import msgspec
import pytest

from passante.core.errors import SettingsError, SinkError
from passante.pipeline import report


def made(**changes: object) -> report.Report:
    fields = {
        "software": "passante test",
        "policy": report.PolicyUsed(
            name="street",
            version="1",
            sha256="a" * 64,
            leaves_visible="everything",
            operators={"head": "fill@1"},
            revealed={},
        ),
        "models": (),
        "input": report.InputRead(
            name="in.mp4",
            kind="video",
            container="mp4",
            duration_s=None,
            truncated=False,
            dropped=("subtitle track",),
        ),
        "output": report.OutputWritten(name="out.mp4", size_bytes=3),
        "streams": (),
        "tracks": (),
        "speech": (),
        "notes": (),
        "timing": report.Timing(wall_s=1.0, cpu_s=1.0, media_s=1.0, peak_rss_bytes=1),
    }
    return report.Report(**{**fields, **changes})


def test_a_report_survives_its_file(tmp_path):
    report.write(tmp_path / "r.json", made())
    assert report.decode((tmp_path / "r.json").read_bytes()) == made()
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]


def test_a_report_of_several_files_survives_too():
    batch = report.Batch(
        files=(made(), made()),
        failed=(report.Failure(name="b.mp4", error="is empty", exit_code=3),),
        skipped=("notes.txt",),
    )
    assert report.decode(report.encode(batch)) == batch


def test_one_and_several_can_be_told_apart_and_say_their_version():
    one = json.loads(report.encode(made()))
    several = json.loads(report.encode(report.Batch(files=(), failed=(), skipped=())))
    assert (one["report_of"], several["report_of"]) == ("file", "files")
    assert one["schema"] == several["schema"] == report.SCHEMA


@pytest.mark.parametrize(
    ("field", "value"),
    [("schema", 2), ("software", 7), ("timing", None), ("streams", [{"stream": "video"}])],
)
def test_what_is_no_report_is_refused(field, value):
    table = json.loads(report.encode(made()))
    table[field] = value
    with pytest.raises(msgspec.ValidationError):
        report.decode(json.dumps(table).encode())


def test_the_schema_names_every_field_of_a_report():
    defined = report.schema()["$defs"]
    table = json.loads(report.encode(made()))
    assert set(defined["Report"]["properties"]) == set(table)
    assert set(defined["Batch"]["properties"]) == {
        "report_of",
        "schema",
        "files",
        "failed",
        "skipped",
    }


def test_a_report_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path):
    folder = tmp_path / "r.json"
    folder.mkdir()
    (folder / "mine").touch()
    with pytest.raises(SettingsError, match=r"r\.json: is a folder"):
        report.write(folder, made())
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]
    assert (folder / "mine").exists()


def test_a_report_into_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(SinkError, match="its folder does not exist"):
        report.write(tmp_path / "none" / "r.json", made())


def test_a_report_can_have_the_longest_name_there_is(tmp_path):
    path = tmp_path / f"{'r' * 250}.json"
    report.write(path, made())
    assert report.decode(path.read_bytes()) == made()
