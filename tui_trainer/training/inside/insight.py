"""When a network is looked into: by probes as often as they may cost, and whenever somebody asks."""

from collections.abc import Generator
from time import perf_counter
from typing import Protocol

from tui_trainer.core.control import Ask
from tui_trainer.core.recipe.training import PROBES
from tui_trainer.core.text import plain
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.answers import answer
from tui_trainer.training.inside.boundary import BoundaryProbe
from tui_trainer.training.inside.layers import LayersProbe
from tui_trainer.training.inside.looking import CannotAnswer
from tui_trainer.training.inside.weights import WeightsProbe
from tui_trainer.training.reasons import MAX_REASON
from tui_trainer.training.recording import Recorder

SHARE = 0.03
"""So much of the active time may all probes together take."""
IDLE_SHARE = 0.2
"""And so much of the time in which a run waits to keep a pace."""
FREE_S = 0.05
FREE_LOOKS = 100
"""Each probe may spend so long whatever the share, at looks spread evenly over the planned steps: else a
training of a second would have a first picture and a last one, and nothing between.
"""
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
        self.spent_s = 0.0
        self.spaced_until_s = 0.0
        self.free_from_step = 0
        self.is_prepared = False


class Insight:
    """What looks into one training. It is asked to between two steps, and while the training is paused."""

    def __init__(self, record: Recorder) -> None:
        self._record = record
        self._probes: list[_Scheduled] = []
        self._asked: list[Ask] = []
        self._followed: dict[str, tuple[Ask, float]] = {}
        """Id -> what is to be answered again, until when."""
        self._followed_at, self._followed_step = 0.0, -1

    def begin(self, trainee: Trainee) -> None:
        """Find out what there is to see, and what of it is wanted."""
        wanted = trainee.recipe.training.probes
        names = PROBES if wanted == "all" else wanted.split(",")
        probes: tuple[Probe, ...] = (LayersProbe(), BoundaryProbe(), WeightsProbe())
        self._probes = [_Scheduled(each) for each in probes if each.name in names and each.suits(trainee)]

    def ask(self, asked: Ask) -> None:
        """Take a question, to be answered at the next safe point."""
        self._asked = [each for each in self._asked if each.id != asked.instead_of] + [asked]
        for id_ in (asked.id, asked.instead_of):
            self._followed.pop(id_, None)
        if asked.follow_s > 0:
            self._followed[asked.id] = (asked, perf_counter() + asked.follow_s)

    def attend(self, trainee: Trainee) -> Generator[None, None, None]:
        """Look and answer, where that is due; yields amid what takes long."""
        if not self._record.blocked:
            for scheduled in list(self._probes):
                self._probe(scheduled, trainee)
            while self._asked:
                yield from self._answer(trainee, self._asked.pop(0))
            yield from self._follow(trainee)

    # Probes

    def _probe(self, scheduled: _Scheduled, trainee: Trainee) -> None:
        record, began = self._record, perf_counter()
        now_s = record.elapsed_s
        is_edge = record.step == 0 or record.step >= trainee.planned_steps or trainee.ends_early
        if not (is_edge or scheduled.is_prepared or self._is_due(scheduled)):
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
        scheduled.spent_s += cost_s if record.step else 0.0  # the first time all is slow, once
        scheduled.spaced_until_s = now_s * (1 + 1 / SPACING)
        scheduled.free_from_step = record.step + max(1, trainee.planned_steps // FREE_LOOKS)
        if record.pictures_bytes > MAX_BYTES:
            self._give_up(scheduled, f"its pictures take {MAX_BYTES // 2**20} MiB by now")

    def _is_due(self, scheduled: _Scheduled) -> bool:
        """Whether a probe has rested long enough, by the clock and by what it cost so far."""
        record = self._record
        if scheduled.spent_s < FREE_S and record.step >= scheduled.free_from_step:
            return True
        now_s = record.elapsed_s
        earned_s = SHARE * now_s + IDLE_SHARE * record.paced_s
        return now_s >= scheduled.spaced_until_s and scheduled.spent_s * len(self._probes) <= earned_s

    def _give_up(self, scheduled: _Scheduled, why: str) -> None:
        self._probes.remove(scheduled)
        text = f"the probe {scheduled.probe.name} looks no more: {why}"
        self._record.note(plain(text, limit=MAX_REASON))

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
