"""How a worker tells its runs to end; imports nothing, so that it stands before PyTorch is there."""

from dataclasses import dataclass


@dataclass
class StopSign:
    """Tells every run of a worker to end, once it is up."""

    is_up: bool = False

    def put_up(self) -> None:
        """Ask for the end."""
        self.is_up = True
