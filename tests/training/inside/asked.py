"""A training that a test holds between two steps, and asks."""

from collections.abc import Generator
from typing import TypeVar

from tests.training.conftest import heard
from tests.training.test_session import Driven
from tui_trainer.core import rundir
from tui_trainer.core.control import Ask, Step, send
from tui_trainer.core.inside.pictures import Picture, picture_at
from tui_trainer.core.inside.questions import Question
from tui_trainer.core.recipe import Recipe
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.introduction import introduction
from tui_trainer.training.loop import train
from tui_trainer.training.recording import Recorder
from tui_trainer.training.step_losses import step_losses_on

P = TypeVar("P")


class ByHand:
    """A training whose steps a test makes; it stands before the first."""

    def __init__(self, recipe: Recipe) -> None:
        self.trainee: Trainee = assemble(recipe)
        self.record = Recorder(rundir.create(recipe), 1)
        self.record.started(introduction(self.trainee, self.record, {}), step_losses_on(self.trainee.device))
        self._loop = train(self.trainee, self.record)

    def step(self) -> None:
        """Make one."""
        before = self.record.step
        while self.record.step == before:
            next(self._loop)


def end_of(working: Generator[float, None, P]) -> P:
    """The picture that is worked out; how much of it is done only grows."""
    told = [0.0]
    while True:
        try:
            told.append(next(working))
        except StopIteration as end:
            picture: P = end.value
            break
    assert told == sorted(told)
    assert told[-1] <= 1.0
    return picture


class Held(Driven):
    """A run with a worker, paused after some step."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.until(lambda: "training" in self.phases())
        self.go_on()

    @property
    def at(self) -> int:
        """The step it stands after."""
        return heard(self.run).history.step

    def go_on(self) -> None:
        """Make one step more, at least."""
        at = self.at
        send(self.run, Step(attempt=1, batches=1))
        self.until(lambda: self.at > at and self.phases()[-1] == "paused")

    def picture(self, question: Question) -> Picture:
        """What is answered."""
        id_ = f"question {len(heard(self.run).history.answers)}"
        send(self.run, Ask(attempt=1, id=id_, question=question))
        self.until(lambda: id_ in heard(self.run).history.answers)
        answered = heard(self.run).history.answers[id_]
        assert answered.offset is not None, answered.problem
        assert answered.step == self.at
        return picture_at(self.run.pictures, answered.offset)
