"""The batch microscope: the next step of a run, number by number, held still and made one at a time."""

import time
from typing import ClassVar, Literal, TypeAlias

from textual.binding import BindingType

from tui_trainer.core import control
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.control import Continue, Pause, Request, Step
from tui_trainer.core.edits import in_force
from tui_trainer.core.facts import facts
from tui_trainer.core.inside.batch import BatchStep
from tui_trainer.core.inside.questions import NextBatch
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.inside import step_norms, step_numbers
from tui_trainer.tui.inside.asking import Reply
from tui_trainer.tui.inside.screen import InsideScreen, Sight
from tui_trainer.tui.inside.step_scene import Part, Scene, sample_line
from tui_trainer.tui.plot.spans import Line, Span, clip, spread
from tui_trainer.tui.plot.table import window
from tui_trainer.tui.views.page import Page

Face: TypeAlias = Literal["forward", "backward", "update", "losses"]
_HEAD = 2
_PATIENCE_S = 3.0
_FACES: tuple[tuple[Face, str], ...] = (
    ("forward", "f"),
    ("backward", "b"),
    ("update", "u"),
    ("losses", "l"),
)


class MicroscopeScreen(InsideScreen):
    """One step: forward, backward, update."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.MICROSCOPE, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.MICROSCOPE), *keys.bindings(keys.INSIDE)]
    HOW_TO_READ: ClassVar[str] = (
        "This is the step that comes next, worked out before it is made. Space holds the run, and . makes "
        "the step: the weights are then exactly those that stand under after.\n\n"
        "Forward: each layer takes x, or the h of the layer before, computes z = W x + b and h, its "
        "activation of z. The last z becomes y^, and y^ and the target y give l, the loss of this sample.\n\n"
        "Backward: by the chain rule, from the loss to the input. dl/dz of the last layer comes from the "
        "loss; dl/dW is dl/dz times what the layer got; dl/dh of the layer before is W^T dl/dz; times the "
        "slope of its activation that is its dl/dz, and so on. g is the mean of dl/dW over the batch: "
        "what the optimizer works with.\n\n"
        "Update: what the optimizer remembered before and remembers now, by how much each number moves, "
        "and what it is then. Penalties add to g, and clipping shortens all of it.\n\n"
        "A network with more than 200 parameters, or with layers other than linear ones, is told of in "
        "norms: the length of all numbers of a kind taken as one vector."
    )

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._asked, self._asked_at = "", 0.0
        self._at_step: int | None = None
        self._face: Face = "forward"
        self._sample = self._top = 0
        self._starts: list[int] = [0]
        """Where each part of the page begins."""

    def begin(self) -> None:
        """Take the next batch."""
        at_step = None if self.sight.watch.is_live else self._at_step
        self._asked = self.sight.asking.ask(NextBatch(), at_step=at_step, instead_of=self._asked)
        self._asked_at = time.monotonic()

    @property
    def _reply(self) -> Reply:
        return self.sight.asking.reply(self._asked)

    def seen(self) -> object:
        """The batch, what hinders it, and whether the run is held."""
        reply, watch = self._reply, self.sight.watch
        waits_for = self.sight.asking.waits_for or self._is_amid
        return id(reply.picture), reply.problem, reply.done, waits_for, watch.state

    @property
    def _is_amid(self) -> bool:
        """Whether the run seems to be held amid an evaluation, where it answers nothing."""
        waited_s = time.monotonic() - self._asked_at
        return self.sight.watch.state == "paused" and self._reply.done == 0.0 and waited_s > _PATIENCE_S

    def _look(self) -> None:
        """A run that is held elsewhere than its batch was taken has another batch before it."""
        super()._look()
        watch, reply = self.sight.watch, self._reply
        is_elsewhere = watch.state == "paused" and reply.step != watch.recorded.step
        if is_elsewhere and reply.done == 1.0:
            self.begin()

    def draw(self, width: int, height: int) -> Page:
        """The face that is looked at."""
        reply, asking, watch = self._reply, self.sight.asking, self.sight.watch
        step = reply.picture
        if reply.problem:
            return self.said(reply.problem)
        if not isinstance(step, BatchStep):
            if self._is_amid:
                return self.said("The run is held amid an evaluation: . goes on to the next step.")
            return self.said(asking.waits_for or f"taking the next step apart… {reply.done:.0%}")
        if watch.recipe is None:
            return self.said("The recipe of this run cannot be read: nothing tells what its numbers are.")
        recipe = in_force(watch.recipe, watch.history.edits)
        self._sample = min(self._sample, len(step.samples) - 1)
        scene = Scene(step, recipe, facts(recipe.data).classes, self._sample, width)
        head = (self._faces(width), clip((Span(self._told(scene), "quiet"),), width))
        lines, self._starts = _laid_out(_parts(self._face, scene))
        page, last = window((*head, *lines), self._top, height, head=_HEAD)
        self._top = min(self._top, last)
        caption = f"step {step.step:,}, {watch.history.moment(step.step)}"
        return Page(page, caption, self._top, last)

    def _faces(self, width: int) -> Line:
        spans = []
        for name, key in _FACES:
            if name == self._face:
                spans.append(Span(f"[{key} {name}] ", "accent"))
            else:
                spans += [Span(f" {key} ", "strong"), Span(f"{name}  ", "quiet")]
        return spread(tuple(spans), (Span(self._standing(), "quiet"),), width)

    def _standing(self) -> str:
        state = self.sight.watch.state
        if state == "paused":
            return ". makes this step"
        if self.sight.watch.is_live:
            return "Space holds the run here"
        return f"checkpoint at {self._reply.step:,}  < >"

    def _told(self, scene: Scene) -> str:
        if self._face in ("forward", "backward") and scene.in_numbers:
            return sample_line(scene)
        count = f"{scene.step.batch_size:,} samples"
        return f"a batch of {count}; mean loss {scene.step.loss:.4g}; learning rate {scene.step.lr:.4g}"

    # Keys

    def action_face(self, face: Face) -> None:
        """Forward, backward, update or losses."""
        self._face, self._top = face, 0
        self.redraw()

    def action_layer(self, by: int) -> None:
        """Scroll to the layer below or above; the losses by rows."""
        if len(self._starts) <= 1:
            self.action_scroll(by)
            return
        if by > 0:
            self._top = next((start for start in self._starts if start > self._top), self._top)
        else:
            self._top = next((start for start in reversed(self._starts) if start < self._top), 0)
        self.redraw()

    def action_sample(self, by: int) -> None:
        """Look at the next sample of the batch, or the one before."""
        step = self._reply.picture
        if isinstance(step, BatchStep):
            self._sample = (self._sample + by) % len(step.samples)
            self.redraw()

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self._top = max(0, self._top + rows)
        self.redraw()

    def action_hold(self) -> None:
        """Hold the run here, or let it go on."""
        attempt = self.sight.watch.attempt
        self._send(
            Continue(attempt=attempt) if self.sight.watch.state == "paused" else Pause(attempt=attempt)
        )

    def action_batch(self) -> None:
        """Make one step, then hold."""
        self._send(Step(attempt=self.sight.watch.attempt, batches=1))

    def action_again(self) -> None:
        """Take the batch that comes next now."""
        self.begin()

    def action_checkpoint(self, by: int) -> None:
        """Look at another checkpoint of a run that has ended."""
        watch = self.sight.watch
        steps = saved_steps(watch.run)
        if watch.is_live or not steps:
            self.notify("Checkpoints are looked into when a run has ended.", markup=False)
            return
        now = self._reply.step if self._at_step is None else self._at_step
        at = steps.index(now) if now in steps else len(steps) - 1
        self._at_step = steps[min(max(0, at + by), len(steps) - 1)]
        self.begin()

    def _send(self, request: Request) -> None:
        if not self.sight.watch.is_live:
            self.notify("This run has ended: < and > look at its checkpoints.", markup=False)
            return
        try:
            control.send(self.sight.watch.run, request)
        except OSError as error:
            self.notify(plain(f"the run cannot be asked: {error}"), severity="error", markup=False)


def _laid_out(found: list[Part]) -> tuple[list[Line], list[int]]:
    """All lines, and where each part begins."""
    lines: list[Line] = []
    starts = []
    for part in found:
        starts.append(len(lines))
        lines += [part.heading, *part.lines, ()]
    return lines[:-1], starts


def _parts(face: Face, scene: Scene) -> list[Part]:
    draw = {
        "forward": step_numbers.forward if scene.in_numbers else step_norms.forward,
        "backward": step_numbers.backward if scene.in_numbers else step_norms.backward,
        "update": step_numbers.update if scene.in_numbers else step_norms.update,
        "losses": step_norms.losses,
    }[face]
    return draw(scene)
