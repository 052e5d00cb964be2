import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.facts import facts, split_sizes
from tui_trainer.core.recipe import Blobs, BundledSet, Moons, Sine, TorchvisionSet
from tui_trainer.core.splits import split_order


@pytest.mark.parametrize(
    ("data", "task", "shape", "sizes", "dimensions"),
    [
        (
            BundledSet(kind="digits"),
            "multiclass",
            (1, 8, 8),
            (1258, 270, 269),
            "1,797 images 8×8 → 10 classes",
        ),
        (
            BundledSet(kind="breast-cancer"),
            "binary",
            (30,),
            (398, 85, 86),
            "569 rows of 30 columns → 2 classes",
        ),
        (
            BundledSet(kind="diabetes"),
            "regression",
            (10,),
            (309, 66, 67),
            "442 rows of 10 columns → a number",
        ),
        (
            TorchvisionSet(),
            "multiclass",
            (1, 28, 28),
            (54_000, 6_000, 10_000),
            "70,000 images 28×28 → 10 classes",
        ),
        (Moons(points=1000), "binary", (2,), (700, 150, 150), "1,000 points in the plane → 2 classes"),
        (Blobs(points=50, classes=4), "multiclass", (2,), (35, 8, 7), "50 points in the plane → 4 classes"),
        (Blobs(classes=2), "binary", (2,), (700, 150, 150), "1,000 points in the plane → 2 classes"),
        (Sine(points=200), "regression", (1,), (140, 30, 30), "200 rows of 1 column → a number"),
    ],
)
def test_facts_of_each_set(data, task, shape, sizes, dimensions):
    about = facts(data)
    assert (about.task, about.input_shape) == (task, shape)
    assert (about.num_train, about.num_validation, about.num_test) == sizes
    assert about.num_samples == sum(sizes)
    assert about.dimensions == dimensions
    assert bool(about.classes) != bool(about.target)


@pytest.mark.parametrize(
    ("data", "num_train"),
    [
        (BundledSet(train_fraction=0.1), 126),
        (TorchvisionSet(train_fraction=0.5), 27_000),
        (BundledSet(kind="diabetes", train_fraction=0.0001), 1),
    ],
)
def test_train_fraction_shrinks_train_alone(data, num_train):
    about, whole = facts(data), facts(data.model_copy(update={"train_fraction": 1.0}))
    assert about.num_train == num_train
    assert (about.num_validation, about.num_test) == (whole.num_validation, whole.num_test)


@given(
    counts=st.lists(st.integers(3, 60), min_size=1, max_size=12).filter(lambda counts: sum(counts) >= 20),
    seed=st.integers(0, 2**32),
)
def test_every_part_of_the_order_has_each_class_in_proportion(counts, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    order = split_order(labels, len(labels), seed)
    assert sorted(order) == list(range(len(labels)))

    start = 0
    for size in split_sizes(len(labels)):
        part = labels[order[start : start + size]]
        for label, count in enumerate(counts):
            bound = 1 + len(counts) * count / len(labels)
            assert abs((part == label).sum() - size * count / len(labels)) < bound
        start += size


@given(num_samples=st.integers(1, 300), seed=st.integers(0, 2**32))
def test_without_labels_the_order_is_a_shuffle(num_samples, seed):
    order = split_order(None, num_samples, seed)
    assert sorted(order) == list(range(num_samples))


def test_the_split_seed_alone_decides_the_order():
    labels = np.arange(500) % 7
    again, other = split_order(labels, 500, 3), split_order(labels, 500, 4)
    np.testing.assert_array_equal(split_order(labels, 500, 3), again)
    assert (again != other).any()
