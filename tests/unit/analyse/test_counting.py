"""Lines and zones counted on streets drawn by hand."""

import pytest

from passante.analyse.counting import Counting
from passante.analyse.site import Site
from passante.analyse.zones import Zones
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import Kind, Quantity, Sort, StreamId
from passante.inside.tally import Tally
from walkers import FORM, Actor, Path, car, mover, play, standing, stay, walk

GATE = """
bucket_s = 600
[[line]]
name = "gate"
points = [[0.5, 0.2], [0.5, 0.95]]
forward = "west"
backward = "east"
"""
TWO_GATES = (
    GATE
    + """
[[line]]
name = "exit"
points = [[0.8, 0.2], [0.8, 0.95]]
"""
)
SQUARE = """
bucket_s = 600
[[zone]]
name = "square"
polygon = [[0.25, 0.3], [0.75, 0.3], [0.75, 1.0], [0.25, 1.0]]
queue = true
"""
METRES = """
[ground]
image = [[0.0, 0.2], [1.0, 0.2], [1.0, 1.0], [0.0, 1.0]]
metres = [[0, 0], [64, 0], [64, 40], [0, 40]]
"""


def figures(
    zones: str, actors: list[Actor], *, lasts: float = 12, jitter: float = 1.5
) -> dict[tuple[str, ...], Tally]:
    """(quantity, zone, kind, direction) -> its cell."""
    _, tallies = play(zones, actors, lasts=lasts, jitter=jitter)
    return {
        tuple(str(word) for word in (one.quantity, one.zone, one.of, one.direction)): one
        for one in tallies
    }


def crossings(cells: dict[tuple[str, ...], Tally], kind: str = "person") -> tuple[float, float]:
    """West and east."""
    west, east = (cells["crossings", "gate", kind, way].total for way in ("west", "east"))
    return west, east


def there_and_back(now: float) -> Box:
    return standing(200 + 60 * now if now < 5 else 500 - 60 * (now - 5), 300)


def trembles_on_the_line(now: float) -> Box:
    return standing(320 + 4 * (1 if round(now * 5) % 2 else -1), 300)


@pytest.mark.parametrize(
    ("path", "west_east"),
    [
        (walk((100, 300), (560, 300), lasts=8), (0, 1)),
        (walk((560, 300), (100, 300), lasts=8), (1, 0)),
        (there_and_back, (1, 1)),
        (trembles_on_the_line, (0, 0)),
        (walk((100, 300), (316, 300), lasts=8, stays=True), (0, 0)),
        (walk((100, 80), (560, 80), lasts=8), (0, 0)),
        (stay(200, 300), (0, 0)),
    ],
    ids=["east", "west", "back", "trembles", "up to it", "past its end", "stands"],
)
def test_each_pass_over_a_line_is_counted_once_and_by_direction(
    path: Path, west_east: tuple[int, int]
) -> None:
    assert crossings(figures(GATE, [Actor(path)])) == west_east


def test_one_whom_a_look_shows_on_the_very_line_is_counted() -> None:
    steps = Actor(lambda now: standing(200 + 60 * now, 300))  # at 320 px after 2 s
    assert crossings(figures(GATE, [steps], lasts=5, jitter=0.0)) == (0, 1)


def test_people_and_vehicles_are_counted_apart() -> None:
    actors = [
        Actor(walk((100, 220), (560, 220), lasts=8)),
        Actor(walk((560, 440), (100, 440), lasts=8)),
    ]
    actors.append(car(walk((100, 330), (600, 330), lasts=6, high=50, wide=90)))
    cells = figures(GATE, actors)
    assert crossings(cells) == (1, 1)
    assert crossings(cells, "vehicle") == (0, 1)


def test_one_whom_looks_miss_at_the_line_is_counted_all_the_same() -> None:
    way = walk((100, 300), (560, 300), lasts=8)
    hidden = Actor(lambda now: None if 3.6 < now < 4.3 else way(now))
    assert crossings(figures(GATE, [hidden])) == (0, 1)


def test_a_trip_goes_from_one_line_to_the_next() -> None:
    cells = figures(TWO_GATES, [Actor(walk((100, 300), (620, 300), lasts=9))])
    assert cells["trips", "None", "person", "gate>exit"].total == 1
    assert cells["trips", "None", "person", "exit>gate"].total == 0


def test_occupancy_dwell_and_entries_of_a_zone() -> None:
    """Crosses half of the picture at 64 px/s: 5 s in the zone; one more stands in it throughout."""
    actors = [Actor(walk((0, 400), (640, 400), lasts=10)), Actor(stay(320, 250))]
    cells = figures(SQUARE, actors, lasts=20)
    zone = {key[0]: cell for key, cell in cells.items() if key[2] == "person"}
    assert zone["entries"].total == 2
    assert zone["occupancy_most"].total == 2
    assert zone["dwell"].n == 2
    assert zone["dwell"].total == pytest.approx(5 + 20, abs=1.5)
    assert zone["occupancy"].value == pytest.approx(25 / 20, abs=0.1)
    assert zone["occupancy"].largest == pytest.approx(20, abs=1)


def test_a_box_that_trembles_on_the_border_of_a_zone_enters_once() -> None:
    def on_the_border(now: float) -> Box:
        return standing(162 if round(now * 5) % 3 else 158, 400)

    cells = figures(SQUARE, [Actor(on_the_border)], lasts=20)
    assert cells["entries", "square", "person", "None"].total <= 1


def test_speed_and_headway_of_vehicles() -> None:
    """A tenth of a metre a px, 80 px/s: 8 m/s; the second one comes 3 s after the first."""
    cars = [car(walk((0, 400), (640, 400), begins=b, lasts=8, high=40, wide=70)) for b in (0, 3)]
    cells = figures(GATE.replace("[[line]]", METRES + "[[line]]", 1), cars, jitter=0.5)
    speed = cells["speed", "gate", "vehicle", "east"]
    assert speed.n == 2
    assert speed.value == pytest.approx(8, rel=0.1)
    headway = cells["headway", "gate", "vehicle", "east"]
    assert (headway.n, headway.value) == (1, pytest.approx(3, abs=0.4))


def test_without_points_on_the_ground_no_speed_is_told() -> None:
    assert not [key for key in figures(GATE, []) if key[0] == "speed"]


def test_a_queue_is_of_vehicles_that_stand_and_has_a_length() -> None:
    cars = [car(stay(200 + 100 * n, 400, high=40, wide=70)) for n in range(3)]
    cars.append(car(walk((0, 460), (640, 460), lasts=5, high=40, wide=70)))
    cells = figures(METRES + SQUARE.replace("bucket_s = 600", ""), cars, jitter=0.5)
    assert cells["queue_most", "square", "vehicle", "None"].total == 3
    assert cells["queue_length_most", "square", "vehicle", "None"].total == pytest.approx(20, abs=2)


def test_every_bucket_tells_the_same_cells_whoever_came() -> None:
    zones = TWO_GATES.replace("600", "4")
    _, empty = play(zones, [], lasts=12)
    _, busy = play(zones, [Actor(walk((100, 300), (620, 300), lasts=9))], lasts=12)

    def cells(tallies: list[Tally]) -> list[tuple[object, ...]]:
        return [
            (t.quantity, t.unit, t.zone, t.of, t.direction, t.start_ns, t.end_ns, t.complete)
            for t in tallies
        ]

    assert cells(empty) == cells(busy)
    assert {t.start_ns // NS_PER_S for t in busy} == {0, 4, 8, 12}
    assert sum(t.total for t in busy if t.quantity is Quantity.CROSSINGS) == 2


def test_a_bucket_that_was_cut_short_says_so() -> None:
    _, tallies = play(GATE.replace("600", "5"), [], lasts=12)
    complete = {t.start_ns // NS_PER_S: t.complete for t in tallies}
    assert complete == {0: True, 5: True, 10: False}


def test_a_clock_that_jumps_a_year_tells_no_year_of_empty_buckets() -> None:

    counting = Counting(Site(Zones.parse(GATE, where="test"), FORM), StreamId("video"))
    counting.update(0, [])
    _, told = counting.update(365 * 86_400 * NS_PER_S, [])
    assert len({one.start_ns for one in told}) == 1


def test_nothing_is_kept_of_those_who_have_gone() -> None:

    counting = Counting(Site(Zones.parse(SQUARE, where="test"), FORM), StreamId("video"))
    for number in range(500):
        now = number * NS_PER_S
        counting.update(now, [mover(standing(320, 400), number=number, at_s=number)])
    assert len(counting._known) < 20


def test_kinds_that_a_line_does_not_count_are_not_counted() -> None:
    zones = GATE + 'of = ["vehicle"]\n'
    cells = figures(zones, [Actor(walk((100, 300), (560, 300), lasts=8))])
    assert {key[2] for key in cells} == {Kind.VEHICLE.value}


BY_SORT = GATE + "sorts = true\n"


def test_a_line_counts_vehicles_by_sort_and_the_sorts_add_up() -> None:
    ways = [walk((80, 250 + 60 * at), (560, 250 + 60 * at), lasts=8) for at in range(3)]
    sorts = [(Sort.CAR,), (Sort.BUS,), (Sort.CAR, Sort.TRUCK)]
    actors = [Actor(way, Kind.VEHICLE, sort) for way, sort in zip(ways, sorts, strict=True)]
    cells = figures(BY_SORT, actors)
    east = {sort: cells["crossings", "gate", sort, "east"].total for sort in Sort}
    assert {sort for sort, total in east.items() if total} == {Sort.CAR, Sort.BUS, Sort.UNSURE}
    assert sum(east.values()) == cells["crossings", "gate", "vehicle", "east"].total == 3


def test_which_sorts_are_told_is_decided_by_what_was_drawn() -> None:
    assert not any(of in set(Sort) for _, _, of, _ in figures(GATE, []))
    assert {of for what, _, of, _ in figures(BY_SORT, []) if what == "crossings"} == {
        "person", "vehicle", *Sort,
    }  # fmt: skip


def bicycle(way: Path) -> Path:
    def under(now: float) -> Box | None:
        box = way(now)
        return None if box is None else Box(box.x0 - 20, box.y0 + 50, box.x1 + 20, box.y1 + 5)

    return under


@pytest.mark.parametrize(
    ("sort", "people"), [(Sort.BICYCLE, 0), (Sort.MOTORCYCLE, 0), (Sort.CAR, 1)]
)
def test_a_person_on_two_wheels_is_counted_once(sort: Sort, people: int) -> None:
    way = walk((80, 300), (560, 300), lasts=8)
    actors = [Actor(way), Actor(bicycle(way), Kind.VEHICLE, (sort,))]
    cells = figures(BY_SORT, actors)
    assert crossings(cells, "vehicle") == (0, 1)
    assert crossings(cells) == (0, people)


def test_where_vehicles_are_not_counted_a_rider_is_a_person() -> None:
    way = walk((80, 300), (560, 300), lasts=8)
    actors = [Actor(way), Actor(bicycle(way), Kind.VEHICLE, (Sort.BICYCLE,))]
    assert crossings(figures(GATE + 'of = ["person"]\n', actors)) == (0, 1)


def test_whoever_walks_past_a_bicycle_that_stands_is_counted() -> None:
    parked = Actor(lambda _: Box(290, 250, 350, 305), Kind.VEHICLE, (Sort.BICYCLE,))
    cells = figures(BY_SORT, [Actor(walk((80, 300), (560, 300), lasts=8)), parked])
    assert crossings(cells) == (0, 1)
