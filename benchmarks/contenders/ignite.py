"""ignite: a trainer and an evaluator with accuracy and loss, and the running loss on a bar."""

import torch
from ignite.engine import Events, create_supervised_evaluator, create_supervised_trainer
from ignite.handlers import ProgressBar
from ignite.metrics import Accuracy, Loss, RunningAverage
from torch import nn
from torch.utils.data import DataLoader

from benchmarks.contenders import Gate, Net, samples
from benchmarks.contenders.course import dataset, network


def train(net: Net, gate: Gate) -> None:
    """Train without end."""
    train_set, validation_set = map(dataset, samples(net))
    model, criterion = network(net), nn.CrossEntropyLoss()
    trainer = create_supervised_trainer(model, torch.optim.Adam(model.parameters(), lr=net.lr), criterion)
    evaluator = create_supervised_evaluator(model, {"accuracy": Accuracy(), "loss": Loss(criterion)})
    RunningAverage(output_transform=float).attach(trainer, "loss")
    ProgressBar().attach(trainer, ["loss"])
    validation = DataLoader(validation_set, batch_size=256)

    @trainer.on(Events.ITERATION_COMPLETED)
    def step() -> None:
        gate.step()

    @trainer.on(Events.EPOCH_COMPLETED)
    def validate() -> None:
        with gate.aside():
            evaluator.run(validation)

    trainer.run(DataLoader(train_set, batch_size=net.batch_size, shuffle=True), max_epochs=100_000)
