import numpy as np

from passante.compress import rows
from passante.compress.build import Builder, Wanted
from passante.compress.calibrate import histograms
from passante.compress.data import Collection
from passante.compress.histogram import Method
from passante.compress.sensitivity import distance_db, outputs
from passante.compress.subject import find
from passante.models.convert.network import Graph, Value
from passante.models.convert.quantise import Recipe, layers, quantise, tensors
from passante.models.convert.recipe import carried_out
from unit.compress.networks import classifier
from unit.compress.test_run import colours

CHANNELS = 8


def swinging():
    """Four layers; between the second and the third all channels carry one swing, 300 times as high
    as what tells them apart, and the third takes it off again."""
    graph = Graph((), {}, [Value("x", 1, ("n", CHANNELS, 4, 4))], [Value("y", 1, None)])
    rng = np.random.default_rng(3)
    eye = np.eye(CHANNELS, dtype=np.float32)
    common = np.full((CHANNELS, CHANNELS), 300 / CHANNELS, np.float32)
    even = np.full((CHANNELS, CHANNELS), 1 / CHANNELS, np.float32)
    mixing = rng.standard_normal((CHANNELS, CHANNELS)).astype(np.float32)
    name = "x"
    for number, weight in enumerate([eye, eye + common, eye - even, mixing]):
        held = graph.weight(f"w{number}", weight[:, :, None, None])
        name = graph.node("Conv", [name, held], "y" if number == 3 else f"c{number}",
                          kernel_shape=[1, 1])  # fmt: skip
    return graph


def feeds():
    rng = np.random.default_rng(4)
    return [{"x": rng.standard_normal((2, CHANNELS, 4, 4)).astype(np.float32)} for _ in range(3)]


def test_the_row_that_integers_come_nearest_without_is_found():
    graph, some = swinging(), feeds()
    seen = histograms(graph, tensors(graph), some)
    recipe = Recipe({name: one.range(Method.MIN_MAX) for name, one in seen.items()})
    row = rows.best(graph, recipe, some, 2)
    names = [node.name for node in layers(graph)]
    assert row == (names[1], names[2])
    true = outputs(graph, some)
    kept = quantise(graph, Recipe(recipe.ranges, row))
    alone = quantise(graph, Recipe(recipe.ranges, row[:1]))
    whole = quantise(graph, recipe)
    assert distance_db(true, outputs(kept, some)) > distance_db(true, outputs(whole, some)) + 20
    assert distance_db(true, outputs(alone, some)) < distance_db(true, outputs(kept, some)) - 20


def test_what_is_no_finder_is_tried_with_rows_in_floating_point(tmp_path, monkeypatch):
    monkeypatch.setattr("passante.compress.build.ROWS", (1, 100))
    path = tmp_path / "n.onnx"
    path.write_bytes(classifier().to_bytes())
    given = find(str(path), levels="0..1")
    items = Collection(colours(tmp_path / "cal", 4), most=4)
    wanted = Wanted(kept=(), mixed=False)
    found = Builder(given, items, wanted, lambda _: None).build().candidates
    (row,) = [one for one in found if one.name.startswith("int8-row-")]
    assert row.recipe.packed
    assert set(row.kept_float) <= set(row.recipe.keep)
    assert len(row.kept_float) == 1
    again = carried_out(given.repaired.graph, row.recipe).to_bytes()
    assert again == row.data
