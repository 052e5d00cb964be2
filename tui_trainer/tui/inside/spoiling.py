"""How a sample is spoiled, as keys change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from tui_trainer.core.events import Split
from tui_trainer.core.figures import value
from tui_trainer.core.inside.questions import Poked

NOISE_STEP = 0.25
MAX_NOISE = 5.0
STEP = 0.1
"""How far a number moves at once, in deviations of its column."""


@dataclass(frozen=True)
class Spoil:
    """A sample of a split, and all that is done to it."""

    split: Split = "validation"
    index: int = 0
    noise: float = 0.0
    seed: int = 0
    across: int = 0
    down: int = 0
    box: tuple[int, int, int, int] | None = None
    columns: Mapping[int, float] = field(default_factory=dict)

    @property
    def question(self) -> Poked:
        """What the worker is asked."""
        return Poked(
            split=self.split,
            index=self.index,
            columns=self.columns,
            shift=(self.across, self.down),
            noise=self.noise,
            noise_seed=self.seed,
            box=self.box,
        )

    @property
    def is_clean(self) -> bool:
        """Whether nothing is done to it."""
        return self == Spoil(self.split, self.index, seed=self.seed)

    def cleaned(self) -> Self:
        """Nothing done to it."""
        return type(self)(self.split, self.index)

    def of_sample(self, index: int) -> Self:
        """The same done to another sample; what its columns were changed to is its own."""
        return replace(self, index=index, columns={})

    def noisier(self, by: int) -> Self:
        """With more noise or less, in steps."""
        return replace(self, noise=min(MAX_NOISE, max(0.0, self.noise + by * NOISE_STEP)))

    def shifted(self, across: int, down: int, shape: tuple[int, int]) -> Self:
        """Moved by pixels, the box where there is one; neither leaves the image (height, width) wholly."""
        height, width = shape
        if self.box is not None:
            left, top, wide, high = self.box
            left = min(max(1 - wide, left + across), width - 1)
            return replace(self, box=(left, min(max(1 - high, top + down), height - 1), wide, high))
        return replace(
            self,
            across=min(max(-width, self.across + across), width),
            down=min(max(-height, self.down + down), height),
        )

    def with_box(self, shape: tuple[int, int]) -> Self:
        """Covered in the middle, by a box of a third of the sides; or no longer."""
        if self.box is not None:
            return replace(self, box=None)
        height, width = shape
        high, wide = max(1, height // 3), max(1, width // 3)
        return replace(self, box=((width - wide) // 2, (height - high) // 2, wide, high))

    def larger_box(self, by: int, shape: tuple[int, int]) -> Self:
        """The box larger or smaller on each side, as far as the image goes."""
        if self.box is None:
            return self
        left, top, wide, high = self.box
        side = max(shape)
        wide, high = (min(max(1, size + 2 * by), 2 * side) for size in (wide, high))
        return replace(
            self, box=(left - (wide - self.box[2]) // 2, top - (high - self.box[3]) // 2, wide, high)
        )

    def with_column(self, column: int, number: float) -> Self:
        """One number of a row changed."""
        return replace(self, columns={**self.columns, column: number})

    def in_words(self) -> str:
        """``noise 0.5 · shifted 2 right 1 up · covered 3×3``; or that it is as it is."""
        told = []
        if self.columns:
            told.append(f"{len(self.columns)} value{'s' * (len(self.columns) > 1)} changed")
        if self.across or self.down:
            sides = [f"{abs(self.across)} {'right' if self.across > 0 else 'left'}"] * bool(self.across)
            sides += [f"{abs(self.down)} {'down' if self.down > 0 else 'up'}"] * bool(self.down)
            told.append(f"shifted {' '.join(sides)}")
        if self.noise:
            told.append(f"noise {value(self.noise)} deviations")
        if self.box is not None:
            told.append(f"covered {self.box[2]}×{self.box[3]}")
        return " · ".join(told) or "as it is"
