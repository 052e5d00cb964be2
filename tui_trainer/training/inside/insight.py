"""When a network is looked into: by probes as often as they may cost, and whenever somebody asks."""

from collections.abc import Generator
from time import perf_counter
from typing import Protocol

from tui_trainer.core.control import Ask
from tui_trainer.core.recipe.training import PROBES
from tui_trainer.core.text import plain
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.answers import answer
from tui_trainer.training.inside.layers import LayersProbe
from tui_trainer.training.inside.looking import CannotAnswer
from tui_trainer.training.inside.predictions import Validations
from tui_trainer.training.reasons import MAX_REASON
from tui_trainer.training.recording import Recorder

SHARE = 0.03
"""So much of the active time may all probes together take."""
SPACING = 200
"""Between two looks of a probe lies at least this part of the time so far: their number grows slowly, and
those of a long run lie evenly over a chart.
"""
MAX_BYTES = 256 * 2**20
"""When pictures.log is this large, no probe looks any more."""
FOLLOW_S = 0.2
"""How often what a viewer follows is answered anew."""
TOLD_S = 0.2
"""How often it is said how far an answer is."""


class Probe(Protocol):
    """Looks into a network between two steps and leaves it as it was."""

    name: str
    """As ``training.probes`` has it."""

    def suits(self, trainee: Trainee) -> bool:
        """Whether there is anything to see for it."""

    def prepare(self, trainee: Trainee) -> None:
        """The next step is the one to look at."""

    def look(self, trainee: Trainee, record: Recorder) -> None:
        """Record what is to be seen after the step."""


class _Scheduled:
    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.cost_s = 0.0
        self.due_at_s = 0.0
        self.is_prepared = False


class Insight:
    """What looks into one training. It is asked to between two steps, and while the training is paused."""

    def __init__(self, record: Recorder) -> None:
        self._record = record
        self._probes: list[_Scheduled] = []
        self._validations: Validations | None = None
        self._asked: list[Ask] = []
        self._followed: dict[str, tuple[Ask, float]] = {}
        """Id -> what is to be answered again, until when."""
        self._followed_at, self._followed_step = 0.0, -1

    def begin(self, trainee: Trainee) -> None:
        """Find out what there is to see, and what of it is wanted."""
        wanted = trainee.recipe.training.probes
        names = PROBES if wanted == "all" else wanted.split(",")
        probes: tuple[Probe, ...] = (LayersProbe(),)
        self._probes = [_Scheduled(each) for each in probes if each.name in names and each.suits(trainee)]
        if Validations.name in names and Validations.suits(trainee):
            self._validations = Validations(self._record)

    def ask(self, asked: Ask) -> None:
        """Take a question, to be answered at the next safe point."""
        self._asked.append(asked)
        self._followed.pop(asked.id, None)
        if asked.follow_s > 0:
            self._followed[asked.id] = (asked, perf_counter() + asked.follow_s)

    def attend(self, trainee: Trainee) -> Generator[None, None, None]:
        """Look and answer, where that is due; yields amid what takes long."""
        if not self._record.blocked:
            self._keep_validation(trainee)
            for scheduled in list(self._probes):
                self._probe(scheduled, trainee)
            while self._asked:
                yield from self._answer(trainee, self._asked.pop(0))
            yield from self._follow(trainee)

    # Probes

    def _keep_validation(self, trainee: Trainee) -> None:
        """Keep what the evaluation after this step computed, where there was one."""
        validated, trainee.validated = trainee.validated, None
        if self._validations is None or validated is None or validated.outputs is None:
            return
        try:
            self._validations.keep(trainee, validated.outputs)
        except Exception as error:  # as with any probe
            self._validations = None
            self._say_given_up(Validations.name, f"{type(error).__name__}: {error}")

    def _probe(self, scheduled: _Scheduled, trainee: Trainee) -> None:
        record, began = self._record, perf_counter()
        now_s = record.elapsed_s
        is_edge = record.step == 0 or record.step >= trainee.planned_steps or trainee.ends_early
        if not (is_edge or scheduled.is_prepared or now_s >= scheduled.due_at_s):
            return
        try:
            if not (is_edge or scheduled.is_prepared):
                scheduled.probe.prepare(trainee)
                scheduled.is_prepared, scheduled.cost_s = True, perf_counter() - began
                return
            scheduled.probe.look(trainee, record)
        except Exception as error:  # a picture less, and training goes on
            self._give_up(scheduled, f"{type(error).__name__}: {error}")
            return
        cost_s = perf_counter() - began + (scheduled.cost_s if scheduled.is_prepared else 0.0)
        scheduled.is_prepared = False
        pause_s = max(cost_s * len(self._probes) / SHARE, now_s / SPACING)
        scheduled.due_at_s = now_s + pause_s
        if record.pictures_bytes > MAX_BYTES:
            self._give_up(scheduled, f"its pictures take {MAX_BYTES // 2**20} MiB by now")

    def _give_up(self, scheduled: _Scheduled, why: str) -> None:
        self._probes.remove(scheduled)
        self._say_given_up(scheduled.probe.name, why)

    def _say_given_up(self, name: str, why: str) -> None:
        self._record.note(plain(f"the probe {name} looks no more: {why}", limit=MAX_REASON))

    # Answers

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
