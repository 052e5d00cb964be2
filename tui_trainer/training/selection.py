"""Which weights count as the best, and when to stop waiting for better ones."""

from collections.abc import Mapping
from math import inf, isfinite
from typing import Any, Literal

from torch import Tensor, nn


class Selection:
    """Keeps a copy of the weights with the best validation metric; of equals, the earlier."""

    def __init__(self, model: nn.Module, select_by: Literal["loss", "accuracy", "r2"]) -> None:
        self._model = model
        self._sign = -1.0 if select_by == "loss" else 1.0
        self._best = -inf
        self._weights: dict[str, Tensor] = {}
        self.best_step = 0
        self.evaluations_since_best = 0
        self.considered_step = -1
        """The last step that was evaluated."""

    def consider(self, step: int, value: float) -> None:
        """Take note of an evaluation; a value that is not finite is never the best."""
        self.considered_step = step
        goodness = self._sign * value
        if not self._weights or (isfinite(value) and goodness > self._best):
            self._best = goodness if isfinite(value) else -inf
            self._weights = {name: tensor.clone() for name, tensor in self._model.state_dict().items()}
            self.best_step = step
            self.evaluations_since_best = 0
        else:
            self.evaluations_since_best += 1

    def restore(self) -> None:
        """Give the model its best weights back."""
        self._model.load_state_dict(self._weights)

    def state_dict(self) -> dict[str, Any]:
        """All of it, for a checkpoint."""
        return {
            "weights": self._weights,
            "best": self._best,
            "best_step": self.best_step,
            "evaluations_since_best": self.evaluations_since_best,
            "considered_step": self.considered_step,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint. Raises KeyError where it is none."""
        self._weights = {
            name: state["weights"][name].to(tensor.device, copy=True)
            for name, tensor in self._model.state_dict().items()
            if state["weights"]
        }
        self._best = state["best"]
        self.best_step = state["best_step"]
        self.evaluations_since_best = state["evaluations_since_best"]
        self.considered_step = state["considered_step"]
