"""Watch a neural network learn, in a terminal.

``from tui_trainer import Run`` is for training loops of one's own: see `tui_trainer.core.own_loop.Run`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui_trainer.core.own_loop import Run

__all__ = ["Run"]


def __getattr__(name: str) -> Any:
    """``Run``, once somebody asks for it: the program itself starts without."""
    if name == "Run":
        from tui_trainer.core.own_loop import Run

        return Run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
