"""The losses of the steps since the log was last written, kept where they cost the least."""

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class StepLosses(Protocol):
    """Losses of consecutive steps."""

    def add(self, loss: Tensor) -> None:
        """Keep the loss of the next step, a scalar."""

    def take(self) -> NDArray[np.float32]:
        """All losses ``(N,)`` since the last call, which are then forgotten."""


class HostLosses:
    """On a CPU the value is there already: nothing beats a list."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def add(self, loss: Tensor) -> None:
        """Keep the loss of the next step, a scalar."""
        self._values.append(loss.item())

    def take(self) -> NDArray[np.float32]:
        """All losses ``(N,)`` since the last call, which are then forgotten."""
        values = np.array(self._values, dtype=np.float32)
        self._values.clear()
        return values


class DeviceLosses:
    """On an accelerator a value stays there until somebody looks: reading it would make the loop wait."""

    SLOTS = 1024

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._full: list[Tensor] = []
        self._slots = torch.empty(self.SLOTS, device=device)
        self._used = 0

    def add(self, loss: Tensor) -> None:
        """Keep the loss of the next step, a scalar."""
        if self._used == self.SLOTS:
            self._full.append(self._slots)
            self._slots = torch.empty(self.SLOTS, device=self._device)
            self._used = 0
        self._slots[self._used] = loss.detach()
        self._used += 1

    def take(self) -> NDArray[np.float32]:
        """All losses ``(N,)`` since the last call, which are then forgotten."""
        if not self._used:
            return np.empty(0, np.float32)
        values: NDArray[np.float32]
        values = torch.cat([*self._full, self._slots[: self._used]]).cpu().numpy()  # device synchronizes here
        self._full.clear()
        self._used = 0
        return values


def step_losses_on(device: torch.device) -> StepLosses:
    """Where to keep losses that are computed on ``device``."""
    return HostLosses() if device.type == "cpu" else DeviceLosses(device)
