"""Which probes look into a network while it trains, and when: as often as they may cost."""

from time import perf_counter
from typing import Protocol

from tui_trainer.core.recipe.training import PROBES
from tui_trainer.core.text import plain
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.boundary import BoundaryProbe
from tui_trainer.training.inside.layers import LayersProbe
from tui_trainer.training.inside.weights import WeightsProbe
from tui_trainer.training.reasons import MAX_REASON
from tui_trainer.training.recording import Recorder

SHARE = 0.02
"""So much of the active time may all probes together take: with the cold caches that they leave behind it
stays below 3 % (benchmarks/probes.py).
"""
IDLE_SHARE = 0.2
"""And so much of the time in which a run waits to keep a pace."""
FREE_S = 0.03
FREE_LOOKS = 100
"""All of them may spend so long whatever the share, at looks spread evenly over the planned steps: else a
training of a second would have a first picture and a last one, and nothing between.
"""
SPACING = 200
"""Between two looks of a probe lies at least this part of the time so far: their number grows slowly, and
those of a long run lie evenly over a chart.
"""
MAX_BYTES = 256 * 2**20
"""When pictures.log is this large, no probe looks any more."""


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
        self.spent_s = 0.0
        self.rests_until_s = 0.0
        self.free_from_step = 0
        self.is_prepared = False
        self.is_warm = False
        """Whether it has looked before: the first look pays for what is done once, and is not counted."""
        self.called_at: int | None = None
        """The step after which it was last prepared, or looked."""


class Probing:
    """The probes of one training."""

    def __init__(self, record: Recorder) -> None:
        self._record = record
        self._probes: list[_Scheduled] = []

    def begin(self, trainee: Trainee) -> None:
        """Find out what there is to see, and what of it is wanted."""
        wanted = wanted_probes(trainee)
        probes: tuple[Probe, ...] = (LayersProbe(), BoundaryProbe(), WeightsProbe())
        self._probes = [_Scheduled(each) for each in probes if each.name in wanted and each.suits(trainee)]

    @property
    def wants_one_step(self) -> bool:
        """Whether a probe is prepared for the next step, and for that one alone."""
        return any(scheduled.is_prepared for scheduled in self._probes)

    def look(self, trainee: Trainee) -> None:
        """Let those look whose turn it is."""
        for scheduled in list(self._probes):
            self._probe(scheduled, trainee)

    def look_at_what_is_lost(self, trainee: Trainee) -> None:
        """The loss is not finite any more: where in the network is that so?"""
        for scheduled in list(self._probes):
            was_seen = scheduled.called_at is not None and scheduled.called_at >= self._record.step
            if scheduled.probe.name == LayersProbe.name and not was_seen:
                try:
                    scheduled.probe.look(trainee, self._record)
                except Exception as error:
                    self._give_up(scheduled, f"{type(error).__name__}: {error}")

    def _probe(self, scheduled: _Scheduled, trainee: Trainee) -> None:
        record, began = self._record, perf_counter()
        now_s = record.elapsed_s
        is_edge = record.step == 0 or record.step >= trainee.planned_steps or trainee.ends_early
        is_same = scheduled.called_at == record.step  # a training that is paused shows nothing new
        if is_same or not (is_edge or scheduled.is_prepared or self._is_due(scheduled, now_s)):
            return
        scheduled.called_at = record.step
        try:
            if is_prepared := is_edge or scheduled.is_prepared:
                scheduled.probe.look(trainee, record)
            else:
                scheduled.probe.prepare(trainee)
        except Exception as error:  # a picture less, and training goes on
            self._give_up(scheduled, f"{type(error).__name__}: {error}")
            return
        scheduled.spent_s += (perf_counter() - began) * scheduled.is_warm
        scheduled.is_prepared = not is_prepared
        if is_prepared:
            scheduled.is_warm = True
            scheduled.rests_until_s = now_s * (1 + 1 / SPACING)
            scheduled.free_from_step = record.step + max(1, trainee.planned_steps // FREE_LOOKS)
        if record.pictures_bytes > MAX_BYTES:
            self._give_up(scheduled, f"its pictures take {MAX_BYTES // 2**20} MiB by now")

    def _is_due(self, scheduled: _Scheduled, now_s: float) -> bool:
        """Whether a probe has rested long enough, by the clock and by what it cost so far."""
        num_probes, step = len(self._probes), self._record.step
        if scheduled.spent_s * num_probes < FREE_S and step >= scheduled.free_from_step:
            return True
        earned_s = SHARE * now_s + IDLE_SHARE * self._record.paced_s
        return now_s >= scheduled.rests_until_s and scheduled.spent_s * num_probes <= earned_s

    def _give_up(self, scheduled: _Scheduled, why: str) -> None:
        self._probes.remove(scheduled)
        say_given_up(self._record, scheduled.probe.name, why)


def wanted_probes(trainee: Trainee) -> tuple[str, ...]:
    """The names of the probes that the recipe asks for."""
    wanted = trainee.recipe.training.probes
    return PROBES if wanted == "all" else tuple(wanted.split(","))


def say_given_up(record: Recorder, name: str, why: str) -> None:
    """A probe looks no more; training goes on."""
    record.note(plain(f"the probe {name} looks no more: {why}", limit=MAX_REASON))
