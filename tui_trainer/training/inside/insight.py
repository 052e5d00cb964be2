"""When a network is looked into: by probes while it trains, and whenever somebody asks."""

from collections.abc import Generator
from time import perf_counter

from tui_trainer.core.control import Ask
from tui_trainer.core.text import plain
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.answers import answer
from tui_trainer.training.inside.looking import CannotAnswer
from tui_trainer.training.inside.predictions import Validations
from tui_trainer.training.inside.probing import Probing, say_given_up, wanted_probes
from tui_trainer.training.reasons import MAX_REASON
from tui_trainer.training.recording import Recorder

FOLLOW_S = 0.2
"""How often what a viewer follows is answered anew."""
TOLD_S = 0.2
"""How often it is said how far an answer is."""


class Insight:
    """What looks into one training. It is asked to between two steps, and while the training is paused."""

    def __init__(self, record: Recorder) -> None:
        self._record = record
        self._asked: list[Ask] = []
        self._followed: dict[str, tuple[Ask, float]] = {}
        """Id -> what is to be answered again, until when."""
        self._followed_at, self._followed_step = 0.0, -1
        self.probing = Probing(record)
        self._validations: Validations | None = None

    def begin(self, trainee: Trainee) -> None:
        """Find out what there is to see, and what of it is wanted."""
        self.probing.begin(trainee)
        if Validations.name in wanted_probes(trainee) and Validations.suits(trainee):
            self._validations = Validations(self._record)

    def ask(self, asked: Ask) -> None:
        """Take a question, to be answered at the next safe point."""
        self._asked = [each for each in self._asked if each.id != asked.instead_of] + [asked]
        for id_ in (asked.id, asked.instead_of):
            self._followed.pop(id_, None)
        if asked.follow_s > 0:
            self._followed[asked.id] = (asked, perf_counter() + asked.follow_s)

    def attend(self, trainee: Trainee, *, may_probe: bool = True) -> Generator[None, None, None]:
        """Look and answer, where that is due; yields amid what takes long.

        Amid a step or an evaluation no probe may look, but whoever asks is answered, unless the weights of
        the moment are the chosen ones, for the test.
        """
        can_look = not self._record.blocked and not trainee.holds_best
        if can_look and may_probe:
            self._keep_validation(trainee)
            self.probing.look(trainee)
        if can_look:
            while self._asked:
                yield from self._answer(trainee, self._asked.pop(0))
            yield from self._follow(trainee)

    def _keep_validation(self, trainee: Trainee) -> None:
        """Keep what the evaluation after this step computed, where there was one."""
        validated, trainee.validated = trainee.validated, None
        if self._validations is None or validated is None or validated.outputs is None:
            return
        try:
            self._validations.keep(trainee, validated.outputs)
        except Exception as error:  # as with any probe
            self._validations = None
            say_given_up(self._record, Validations.name, f"{type(error).__name__}: {error}")

    def _follow(self, trainee: Trainee) -> Generator[None, None, None]:
        now = perf_counter()
        is_due = now - self._followed_at >= FOLLOW_S and self._record.step != self._followed_step
        if not (self._followed and is_due):
            return
        self._followed_step = self._record.step
        self._followed = {id_: each for id_, each in self._followed.items() if each[1] > now}
        for asked, _ in list(self._followed.values()):
            yield from self._answer(trainee, asked)
        self._followed_at = perf_counter()

    def _answer(self, trainee: Trainee, asked: Ask) -> Generator[None, None, None]:
        record, told_at = self._record, perf_counter()
        working = answer(trainee, record, asked.question)
        try:
            while True:
                try:
                    done = next(working)
                except StopIteration as end:
                    record.answered(asked.id, end.value)
                    return
                if perf_counter() - told_at >= TOLD_S:
                    told_at = perf_counter()
                    record.answering(asked.id, done)
                yield
        except CannotAnswer as error:
            record.not_answered(asked.id, plain(str(error), limit=MAX_REASON))
        except Exception as error:  # what a viewer asks never ends a training
            why = f"{type(error).__name__}: {error}"
            record.not_answered(asked.id, plain(why, limit=MAX_REASON))
        finally:
            working.close()
