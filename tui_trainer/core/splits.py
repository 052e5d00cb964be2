"""Which samples go to train, validation and test: a function of the labels and ``data.split_seed`` alone."""

import numpy as np
from numpy.typing import NDArray


def split_order(labels: NDArray[np.integer] | None, num_samples: int, split_seed: int) -> NDArray[np.int64]:
    """A random order of all samples whose every stretch has about the same share of each class.

    Each class is shuffled, its samples are spaced evenly over the unit interval, and all are merged. So any
    way of cutting the order into consecutive parts is stratified, and a smaller ``train_fraction`` is part
    of a larger one. Without ``labels`` (regression) the order is a plain shuffle.

    ``labels`` has shape ``(num_samples,)``; the result too. The count of a class in a part strays from its
    exact share by less than 1 + C times the share of the class, of C classes: by 2 where all are alike.
    """
    rng = np.random.default_rng(split_seed)
    shuffled = rng.permutation(num_samples)
    if labels is None:
        return shuffled
    position = np.empty(num_samples)
    for label in np.unique(labels):
        members = np.flatnonzero(labels[shuffled] == label)
        position[members] = (np.arange(len(members)) + 0.5) / len(members)
    return shuffled[np.argsort(position, kind="stable")]
