"""skorch: ``NeuralNetClassifier.fit`` with validation and its table."""

import skorch
import torch
from skorch.callbacks import Callback
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import nn

from benchmarks.contenders import Gate, Net, samples
from benchmarks.contenders.course import network


def train(net: Net, gate: Gate) -> None:
    """Train without end."""

    class Told(Callback):
        def on_batch_end(self, _net: object, *, training: bool, **_: object) -> None:
            if training:
                gate.step()

        def on_batch_begin(self, _net: object, *, training: bool, **_: object) -> None:
            if not training:
                gate.pause()

        def on_epoch_begin(self, *_: object, **__: object) -> None:
            gate.go_on()

    (x, y), validation = samples(net)
    classifier = skorch.NeuralNetClassifier(
        network(net),
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=net.lr,
        batch_size=net.batch_size,
        max_epochs=100_000,
        iterator_train__shuffle=True,
        train_split=predefined_split(Dataset(*validation)),
        callbacks=[Told()],
    )
    classifier.fit(x, y)
