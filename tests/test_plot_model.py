"""Drawings of networks: well-formed, the same each time, without overlaps, with all arrows."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sklearn.exceptions import ConvergenceWarning

import ganglion as gn
from ganglion.graphs.drawings import DIRECTIONS, Direction, Drawing
from ganglion.neural_network import MLPRegressor

SVG = "{http://www.w3.org/2000/svg}"
Rectangle = tuple[float, float, float, float]


def wide() -> gn.Model:
    a, b = gn.Input(4, name="a"), gn.Input(4, name="b<&>\"'")
    shared = gn.Dense(3, "relu")
    both = gn.Concatenate()([shared(a), shared(b), gn.MLP([4, 5, 2])(a)])
    h = both
    for _ in range(3):
        h = gn.Dense(8, "tanh")(h)
    return gn.Model([a, b], [gn.Add()([h, both]), gn.Dense(1)(a)])


def rectangles(drawing: Drawing) -> list[Rectangle]:
    boxes = ElementTree.fromstring(drawing.svg).findall(f"{SVG}rect[@class='box']")
    found = []
    for box in boxes:
        x, y, width, height = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        found.append((x, y, x + width, y + height))
    return found


def arrows(drawing: Drawing) -> dict[tuple[int, int], list[tuple[float, float]]]:
    found = {}
    for path in ElementTree.fromstring(drawing.svg).findall(f"{SVG}path[@class='arrow']"):
        points = [tuple(map(float, one.split())) for one in path.attrib["d"][1:].split("L")]
        ends = int(path.attrib["data-from"]), int(path.attrib["data-to"])
        found[ends] = [(x, y) for x, y in points]
    return found


def texts(drawing: Drawing) -> list[str]:
    found = ElementTree.fromstring(drawing.svg).findall(f"{SVG}text")
    return [text.text or "" for text in found]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("expand", [False, True])
def test_boxes_do_not_overlap_and_lie_within_the_drawing(
    direction: Direction, expand: bool
) -> None:
    drawing = gn.plot_model(wide(), rankdir=direction, expand_nested=expand)
    root = ElementTree.fromstring(drawing.svg)
    size = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = rectangles(drawing)
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
    for one, other in combinations(boxes, 2):
        apart_x = one[2] <= other[0] or other[2] <= one[0]
        assert apart_x or one[3] <= other[1] or other[3] <= one[1]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_arrows_go_from_box_to_box_and_through_none(direction: Direction) -> None:
    drawing = gn.plot_model(wide(), rankdir=direction)
    boxes = rectangles(drawing)
    for (source, target), way in arrows(drawing).items():
        for number, (x, y) in ((source, way[0]), (target, way[-1])):
            left, top, right, bottom = boxes[number]
            assert left - 0.1 <= x <= right + 0.1
            assert top - 0.1 <= y <= bottom + 0.1
        for (x, y), (to_x, to_y) in pairwise(way):
            for part in range(1, 100):
                at = x + (to_x - x) * part / 100, y + (to_y - y) * part / 100
                for left, top, right, bottom in boxes:
                    inside_x = left + 0.2 < at[0] < right - 0.2
                    assert not (inside_x and top + 0.2 < at[1] < bottom - 0.2)


def test_edges_are_those_of_the_graph() -> None:
    drawing = gn.plot_model(wide())
    # the inputs, the shared layer twice, the model, concatenated, three layers, their sum, the last
    expected = [(0, 2), (1, 3), (0, 4), (2, 5), (3, 5), (4, 5), (5, 6), (6, 7), (7, 8), (8, 9)]
    assert sorted(arrows(drawing)) == sorted([*expected, (5, 9), (0, 10)])
    assert texts(drawing)[::2][:6] == [
        *["Input"] * 2,
        *["Dense(3, relu)"] * 2,
        *["Model", "Concatenate"],
    ]


def test_models_within_are_one_box_or_their_layers() -> None:
    net = gn.Sequential([gn.Dense(3), gn.MLP([3, 5, 2])], input_size=4)
    whole, parts = (gn.plot_model(net, expand_nested=expand) for expand in (False, True))
    assert texts(whole)[::2] == ["Input", "Dense(3)", "Model"]
    assert [text for text in texts(parts) if text.startswith("Dense")] == [
        *["Dense(3)", "Dense(5, relu)", "Dense(2)"]
    ]
    assert sorted(arrows(parts)) == [(0, 1), (1, 2), (2, 3)]


def test_names_and_shapes_are_shown_when_asked_for() -> None:
    told = texts(gn.plot_model(wide(), show_layer_names=True))
    assert {"b<&>\"'", "layers.0", "(batch, 8)"} <= set(told)
    assert not any("batch" in text for text in texts(gn.plot_model(wide(), show_shapes=False)))


def test_the_same_network_gives_the_same_bytes_in_notebooks_and_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "net.svg"
    drawing = gn.plot_model(wide(), path)
    again = gn.plot_model(wide())
    assert path.read_bytes() == drawing.svg.encode() == again._repr_svg_().encode()


def test_a_fitted_estimator_is_drawn() -> None:
    estimator = MLPRegressor(hidden_layer_sizes=[3], max_iter=1, tol=0, random_state=0)
    with pytest.raises(TypeError, match="a fitted estimator"):
        gn.plot_model(estimator)
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        estimator.fit([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0])
    assert texts(gn.plot_model(estimator))[:4] == [
        *["Input", "(batch, 2)", "Dense(3, relu)", "(batch, 3)"]
    ]


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="model must be a model"):
        gn.plot_model([1])
    with pytest.raises(ValueError, match=r"to_file must end in \.svg, got 'net\.png'"):
        gn.plot_model(wide(), "net.png")
    with pytest.raises(ValueError, match="rankdir"):
        gn.plot_model(wide(), rankdir="XY")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expand_nested"):
        gn.plot_model(wide(), expand_nested=2)  # type: ignore[arg-type]
