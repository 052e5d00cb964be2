"""Keras 3 on torch: ``fit`` with its bar."""

import os

from benchmarks.contenders import Gate, Net, samples

os.environ["KERAS_BACKEND"] = "torch"

import keras


def train(net: Net, gate: Gate) -> None:
    """Train without end."""

    class Told(keras.callbacks.Callback):
        def on_train_batch_end(self, *_: object, **__: object) -> None:
            gate.step()

        def on_test_begin(self, *_: object, **__: object) -> None:
            gate.pause()

        def on_epoch_begin(self, *_: object, **__: object) -> None:
            gate.go_on()

    (x, y), validation = samples(net)
    layers = [keras.layers.Dense(size, "relu") for size in net.sizes[1:-1]]
    model = keras.Sequential([keras.Input((net.sizes[0],)), *layers, keras.layers.Dense(net.sizes[-1])])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(net.lr), loss, metrics=["accuracy"])
    model.fit(x, y, net.batch_size, epochs=100_000, validation_data=tuple(validation), callbacks=[Told()])
