"""Lightning as most use it: a LightningModule that logs its loss, a Rich bar and a CSV logger."""

import tempfile

import lightning as L
import torch
from lightning.pytorch.callbacks import RichProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor, nn
from torch.utils.data import DataLoader

from benchmarks.contenders import Gate, Net, samples
from benchmarks.contenders.course import dataset, network


class Module(L.LightningModule):
    def __init__(self, net: Net) -> None:
        super().__init__()
        self.model, self.criterion, self.lr = network(net), nn.CrossEntropyLoss(), net.lr

    def training_step(self, batch: tuple[Tensor, Tensor], _number: int) -> Tensor:
        loss = self.criterion(self.model(batch[0]), batch[1])
        self.log("train_loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor], _number: int) -> None:
        logits = self.model(batch[0])
        self.log("val_loss", self.criterion(logits, batch[1]))
        self.log("val_accuracy", (logits.argmax(1) == batch[1]).float().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=self.lr)


def train(net: Net, gate: Gate) -> None:
    """Train without end."""

    class Told(L.Callback):
        def on_train_batch_end(self, *_: object, **__: object) -> None:
            gate.step()

        def on_validation_start(self, *_: object) -> None:
            gate.pause()

        def on_train_epoch_start(self, *_: object) -> None:
            gate.go_on()

    train_set, validation_set = map(dataset, samples(net))
    with tempfile.TemporaryDirectory() as folder:
        trainer = L.Trainer(
            max_epochs=100_000,
            accelerator="cpu",
            logger=CSVLogger(folder),
            callbacks=[RichProgressBar(), Told()],
            num_sanity_val_steps=0,
            enable_checkpointing=False,
        )
        batches = DataLoader(train_set, batch_size=net.batch_size, shuffle=True)
        trainer.fit(Module(net), batches, DataLoader(validation_set, batch_size=256))
