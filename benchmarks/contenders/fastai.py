"""fastai: ``Learner.fit`` with accuracy and its bar."""

from fastai.callback.core import Callback
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.metrics import accuracy
from torch import nn

from benchmarks.contenders import Gate, Net, samples
from benchmarks.contenders.course import dataset, network


def train(net: Net, gate: Gate) -> None:
    """Train without end."""

    class Told(Callback):
        def after_batch(self) -> None:
            if self.training:
                gate.step()

        def before_validate(self) -> None:
            gate.pause()

        def before_train(self) -> None:
            gate.go_on()

    train_set, validation_set = map(dataset, samples(net))
    loaders = DataLoaders(
        DataLoader(train_set, bs=net.batch_size, shuffle=True, num_workers=0),
        DataLoader(validation_set, bs=256, num_workers=0),
        device="cpu",
    )
    learner = Learner(loaders, network(net), loss_func=nn.CrossEntropyLoss(), metrics=accuracy)
    learner.fit(100_000, lr=net.lr, cbs=[Told()])
