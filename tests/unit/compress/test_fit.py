import tomllib
from dataclasses import replace

import pytest

from passante.analyse.looks import LookSettings
from passante.compress import fit
from passante.compress.streams import Streams
from passante.compress.target import find
from passante.core.errors import CompressionError
from passante.core.settings import read

BIG = replace(find("rpi5"), cores=64, ram_mb=64_000, busy_w=500.0)
SMALL = find("rpi4")


def test_a_large_device_gets_the_best_there_is():
    plan = fit.plan(BIG, Streams.parse("1x720p25,1xaudio"))
    assert plan.level.name == "thorough"
    assert plan.refused == ()


def test_a_small_one_gets_less_and_is_told_why_no_more():
    plan = fit.plan(SMALL, Streams.parse("1x720p10,1xaudio"))
    assert plan.level.name != "thorough"
    assert "cores" in plan.refused[0][1]
    assert not plan.load.over(SMALL, None)


def test_what_cannot_be_is_refused_with_what_comes_nearest():
    with pytest.raises(CompressionError, match=r"nearest is .*cores") as caught:
        fit.plan(SMALL, Streams.parse("64x2160p30"))
    assert caught.value.exit_code == 8


def test_watts_are_a_limit_like_any_other():
    streams = Streams.parse("1x480p5")
    assert fit.plan(SMALL, streams).load.watts > SMALL.idle_w
    with pytest.raises(CompressionError, match="watts"):
        fit.plan(SMALL, streams, watts=SMALL.idle_w)


def test_where_video_has_to_leave_no_level_without_it_is_taken():
    streams = Streams.parse("2x1080p25")
    assert (
        not fit.plan(find("rpi5"), streams).level.video
        or fit.plan(find("rpi5"), streams, video=True).level.video
    )
    with pytest.raises(CompressionError):
        fit.plan(SMALL, streams, video=True)


def test_more_streams_cost_more_of_everything():
    table = fit.ladder()
    one, two = (
        fit.load_of(SMALL, Streams.parse(text), table.levels[0], table.costs)
        for text in ("1x720p25", "2x720p25,1xaudio")
    )
    for name in ("cores", "ram_mb", "network_mbit", "watts"):
        assert getattr(two, name) > getattr(one, name)


def test_levels_go_from_best_to_least():
    table = fit.ladder()
    streams = Streams.parse("1x1080p25")
    loads = [fit.load_of(SMALL, streams, level, table.costs).cores for level in table.levels]
    assert loads == sorted(loads, reverse=True)


def test_the_fragment_is_made_of_settings_that_exist():
    plan = fit.plan(BIG, Streams.parse("1x720p25"))
    table = tomllib.loads(fit.fragment(plan))
    looks = read(table["analyse"]["looks"], LookSettings, where="fragment")
    assert looks.coarse_ns == plan.level.coarse_ns


def test_what_is_bought_is_said_in_pixels_and_seconds():
    plan = fit.plan(BIG, Streams.parse("1x1080p25"))
    said = " ".join(fit.bought(plan.streams.videos[0], plan.level))
    assert "people from 75 px" in said
    assert "plates in close-ups" in said
    facts = next(level for level in fit.ladder().levels if not level.video)
    assert "not looked for" in " ".join(fit.bought(plan.streams.videos[0], facts))


def test_the_least_level_asks_the_camera_for_less():
    plan = fit.plan(SMALL, Streams.parse("2x1080p25,1xaudio"))
    assert plan.level.name == "facts-second-stream"
    taken = plan.level.taken(plan.streams.videos[0])
    assert (taken.width, taken.height, taken.rate) == (640, 360, 10)
    assert "second stream: 640 px" in fit.fragment(plan)
    assert "people from 75 px" in " ".join(fit.bought(plan.streams.videos[0], plan.level))


def test_a_look_for_people_costs_what_was_measured_on_the_machine_of_the_tables():
    table = fit.ladder()
    reference = replace(BIG, gmac_s_whole=75.0, gmac_s_float=35.0, core_speed=1.0)
    often, seldom = (replace(table.levels[0], people_ns=ns) for ns in (10**9, 10**12))
    loads = (
        fit.load_of(reference, Streams.parse("1x720p25"), level, table.costs)
        for level in (often, seldom)
    )
    one, none = (load.cores for load in loads)
    assert 1e3 * (one - none) == pytest.approx(42, abs=6)
