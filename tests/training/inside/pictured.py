"""What probes recorded of a run that is over, and its last weights as arrays."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tests.training.conftest import heard
from tests.training.test_session import Driven
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.events import Event
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import checkpoint

E = TypeVar("E", bound=Event)
Weights = dict[str, NDArray[np.float64]]


def trained(recipe: Recipe) -> tuple[RunDir, Weights]:
    """A run that went to its end, and its last weights by name."""
    driven = Driven(recipe)
    driven.to_its_end()
    state = checkpoint.read(path_of(driven.run, saved_steps(driven.run)[-1])).network
    return driven.run, {name: value.double().numpy() for name, value in state.items()}


def pictures(run: RunDir, kind: type[E]) -> Sequence[E]:
    """All pictures of a kind, in order."""
    pictured = heard(run).history.pictures.get(str(kind.__struct_config__.tag), [])
    found = [picture_at(run.pictures, each.offset) for each in pictured]
    return [each for each in found if isinstance(each, kind)]
