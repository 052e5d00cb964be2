"""A loop of one's own logs a run: what it then holds, and what cannot hurt the loop."""

import argparse
import errno
import math
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_trainer import Run
from tui_trainer.core import own_loop, own_record, rundir, spool
from tui_trainer.core.control import Continue, Pause, Stop, send
from tui_trainer.core.events import Evaluated, Heartbeat, Steps
from tui_trainer.core.history import History, load
from tui_trainer.core.liveness import state_of
from tui_trainer.core.lock import is_locked
from tui_trainer.core.own_log import split_of
from tui_trainer.core.rundir import NoRecipe, RunDir
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.core.summary import summarize


def folder_of(run: Run) -> RunDir:
    assert run.dir is not None
    return run.dir


def history_of(run: Run) -> History:
    return load(folder_of(run))


def texts(run: Run) -> list[str]:
    return [note.text for note in history_of(run).notes]


def batch(history: History, metric: str = "loss") -> dict[int, float]:
    series = history.batch[metric]
    return dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def curve(history: History, split: str, metric: str) -> dict[int, float]:
    series = history.curves[split, metric]  # type: ignore[index]
    return dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def script(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done now and then is done every time."""
    for name in ("FLUSH_S", "LOOK_S", "HEARTBEAT_S", "CLOCK_S"):
        monkeypatch.setattr(own_loop, name, 0.0)


# What is recorded


def test_values_of_steps_and_of_splits_go_where_their_names_say() -> None:
    with Run("mine", config={"lr": 0.1}) as run:
        for step in range(1, 101):
            run.log(step, loss=1 / step, lr=0.5)
            if step % 50 == 0:
                run.log(step, val_loss=2 / step, val_accuracy=0.9, train_loss=1.5 / step)
    history = history_of(run)
    assert batch(history) == {step: np.float32(1 / step) for step in range(1, 101)}
    assert batch(history, "lr")[100] == 0.5
    assert curve(history, "validation", "accuracy") == {step: np.float32(0.9) for step in (50, 100)}
    assert history.evaluations["validation"][-1].metrics == {"loss": 0.02, "accuracy": 0.9}
    assert [e.metrics["loss"] for e in history.evaluations["train"]] == [0.03, 0.015]
    assert (history.phase, history.step) == ("finished", 100)


@pytest.mark.parametrize(
    ("name", "split", "metric"),
    [
        ("loss", None, "loss"),
        ("val_loss", "validation", "loss"),
        ("loss_val", "validation", "loss"),
        ("valid/top5", "validation", "top5"),
        ("Validation.loss", "validation", "loss"),
        ("eval_loss", "validation", "loss"),
        ("train_accuracy", "train", "accuracy"),
        ("test_r2", "test", "r2"),
        ("value", None, "value"),
        ("val_", None, "val_"),
        ("trainable", None, "trainable"),
    ],
)
def test_names(name: str, split: str | None, metric: str) -> None:
    assert split_of(name) == (split, metric)


def test_a_mapping_says_what_keywords_cannot() -> None:
    with Run() as run:
        run.log(3, {"val/loss": 0.5, "grad norm": 2})
    history = history_of(run)
    assert curve(history, "validation", "loss") == {3: 0.5}
    assert batch(history, "grad norm") == {3: 2}


def test_without_a_step_they_are_counted() -> None:
    with Run() as run:
        for _ in range(3):
            run.log(loss=1.0)
        run.log(10, loss=1.0)
        run.log(loss=1.0)
    assert list(batch(history_of(run))) == [0, 1, 2, 10, 11]


def test_numbers_of_numpy_count_as_numbers_read_at_once() -> None:
    total = np.zeros(())
    with Run() as run:
        for step in (np.int64(1), np.int64(2)):
            total += 1
            run.log(step, loss=total, lr=np.float32(0.5), done=True)
    assert batch(history_of(run)) == {1: 1, 2: 2}
    assert texts(run) == []


def test_a_validation_at_every_step_is_kept_at_every_step() -> None:
    with Run() as run:
        for step in range(2000):
            run.log(step, loss=1.0, val_loss=float(step), test_accuracy=0.5)
    history = history_of(run)
    assert curve(history, "validation", "loss") == {step: step for step in range(2000)}
    assert len(history.evaluations["validation"]) == 2000
    best = summarize(folder_of(run)).best
    assert best is not None
    assert (best.step, best.loss) == (0, 0)
    assert history.chosen["test"].metrics == {"accuracy": 0.5}
    # Written in blocks, not one event a step.
    assert folder_of(run).events.stat().st_size < 2000 * 4 * 3 + 10_000


def test_what_is_told_of_one_step_in_parts_is_one_evaluation() -> None:
    with Run() as run:
        run.log(5, val_loss=0.5)
        run.log(5, val_accuracy=0.75)
        run.confusion(5, [[3, 1], [0, 4]], ["no", "yes"])
    (evaluation,) = history_of(run).evaluations["validation"]
    assert evaluation.metrics == {"loss": 0.5, "accuracy": 0.75}
    assert evaluation.confusion == ((3, 1), (0, 4))
    assert evaluation.num_samples == 8
    summary = summarize(folder_of(run))
    assert summary.best is not None
    assert (summary.headline, summary.best.loss, summary.best.headline) == ("accuracy", 0.5, 0.75)


def test_a_confusion_matrix_may_be_an_array_and_names_its_classes_once() -> None:
    with Run(classes=["a", "b"]) as run:
        run.confusion(1, np.array([[1, 2], [3, 4]]))
        run.confusion(2, [[1, 2], [3, 4]], ["no", "yes"])
        run.confusion(3, [[4, 3], [2, 1]])
    history = history_of(run)
    assert history.started is not None
    assert list(history.started.classes) == ["no", "yes"]
    found = history.confusion_at("validation", 2)
    assert found is not None
    assert found.step == 2


@pytest.mark.parametrize("matrix", [[[1, 2]], [], [[1, -2], [3, 4]], "no", None, [["a"]]])
def test_a_matrix_that_is_none_is_said(matrix: object, capsys: pytest.CaptureFixture[str]) -> None:
    with Run() as run:
        run.confusion(1, matrix)
    assert "confusion" in capsys.readouterr().err
    assert len(texts(run)) == 1
    assert history_of(run).phase == "finished"


def test_epochs_are_told_or_learned() -> None:
    with Run(steps_per_epoch=10, total_steps=40) as told:
        told.log(25, loss=1.0)
    history = history_of(told)
    assert (history.epoch_of(25), history.planned_steps, history.moment(25)) == (2.5, 40, "epoch 2.5")
    with Run() as learned:
        for step in range(1, 25):
            learned.log(step, epoch=(step - 1) // 8, loss=1.0)
    assert history_of(learned).steps_per_epoch == 8
    with Run() as unknown:
        unknown.log(1200, loss=1.0)
    history = history_of(unknown)
    assert (history.has_epochs, history.moment(1200), history.eta_s()) == (False, "step 1,200", None)
    assert summarize(folder_of(unknown)).epoch is None


def test_active_time_leaves_out_what_came_before() -> None:
    with Run() as run:
        run.log(1, loss=1.0)
    assert history_of(run).elapsed_s < 5


# How it ends


def test_it_is_live_until_it_is_closed_and_then_it_has_finished() -> None:
    run = Run("mine")
    run.log(1, loss=1.0)
    assert is_locked(folder_of(run))
    assert summarize(folder_of(run)).state == "training"
    run.close()
    run.close()
    assert not is_locked(folder_of(run))
    assert summarize(folder_of(run)).state == "finished"


def test_an_exception_goes_on_and_is_the_reason() -> None:
    run = Run()
    run.log(1, loss=0.5)
    with pytest.raises(ValueError, match="no such luck"), run:
        raise ValueError("no such luck\x1b[31m")
    history = history_of(run)
    assert (history.phase, history.reason) == ("failed", "ValueError: no such luck")
    assert batch(history) == {1: 0.5}
    assert "raise ValueError" in folder_of(run).worker_log.read_text()


@pytest.mark.parametrize(
    ("raised", "phase"),
    [(KeyboardInterrupt(), "stopped"), (SystemExit(), "finished"), (SystemExit(3), "failed")],
)
def test_how_else_it_may_be_left(raised: BaseException, phase: str) -> None:
    with pytest.raises(type(raised)), Run() as run:
        raise raised
    assert history_of(run).phase == phase


@pytest.mark.parametrize("end", ["pass", "os.kill(os.getpid(), 9)"])
def test_a_process_that_ends_without_closing_has_crashed(end: str) -> None:
    script(
        "import os\nfrom tui_trainer import Run\nrun = Run('left open')\n"
        f"run.log(1, loss=0.5)\nrun.log(2, loss=0.25)\n{end}"
    )
    run = rundir.find("latest")
    history = load(run)
    assert state_of(run, history, time.time() + 60) == "crashed"
    # The first value is written at once; what waits for the next flush is lost to a kill alone.
    assert list(batch(history)) == ([1, 2] if end == "pass" else [1])


def test_a_fork_of_the_process_says_nothing() -> None:
    done = script(
        "import os\nfrom tui_trainer import Run\n"
        "with Run('forks') as run:\n"
        "    run.log(1, loss=0.5)\n"
        "    if not os.fork():\n"
        "        run.log(2, loss=9.0); run.close(); os._exit(0)\n"
        "    os.wait()\n"
        "    run.log(3, loss=0.25)\n"
    )
    assert done.returncode == 0, done.stderr
    history = load(rundir.find("latest"))
    assert batch(history) == {1: 0.5, 3: 0.25}
    assert history.phase == "finished"
    assert done.stderr == ""


# What a viewer asks


def later(seconds: float, run: Run, *requests: Pause | Continue | Stop) -> threading.Timer:
    timer = threading.Timer(seconds, lambda: [send(folder_of(run), request) for request in requests])
    timer.start()
    return timer


def test_a_stop_ends_the_loop_and_is_how_it_ended() -> None:
    with Run() as run:
        assert not run.should_stop
        send(folder_of(run), Stop(attempt=1))
        deadline = time.monotonic() + 10
        while not run.should_stop:
            assert time.monotonic() < deadline
            run.log(loss=1.0)
    assert history_of(run).phase == "stopped"


def test_a_pause_holds_the_loop_until_it_is_to_go_on(at_once: None) -> None:
    with Run() as run:
        run.log(1, loss=1.0)
        send(folder_of(run), Pause(attempt=1))
        timer = later(0.3, run, Continue(attempt=1))
        began = time.perf_counter()
        assert not run.should_stop
        held_s = time.perf_counter() - began
        timer.join()
        run.log(2, loss=1.0)
    assert held_s >= 0.25
    phases = [e.phase for e in LogReader(folder_of(run).events).read_new().events if hasattr(e, "phase")]
    assert phases == ["training", "paused", "training", "finished"]
    assert history_of(run).elapsed_s < held_s  # a pause is not active time


def test_a_paused_loop_can_be_stopped(at_once: None) -> None:
    with Run() as run:
        send(folder_of(run), Pause(attempt=1))
        timer = later(0.1, run, Stop(attempt=1))
        assert run.should_stop
        timer.join()
    assert history_of(run).phase == "stopped"


def test_requests_to_a_loop_that_never_asks_are_remarked(at_once: None) -> None:
    with Run() as run:
        send(folder_of(run), Stop(attempt=1))
        run.log(1, loss=1.0)
    assert "never asks should_stop" in texts(run)[0]
    assert history_of(run).phase == "finished"


def test_a_loop_that_only_asks_is_heard_of(at_once: None) -> None:
    with Run() as run:
        assert not run.should_stop
    assert any(isinstance(e, Heartbeat) for e in LogReader(folder_of(run).events).read_new().events)


# What cannot hurt the loop


def test_what_is_not_finite_is_said_once_and_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    with Run() as run:
        for step in range(1, 6):
            run.log(step, loss=math.nan if step > 2 else 1.0, lr=1.0)
            run.log(step, val_loss=math.inf)
    values = batch(history_of(run))
    assert math.isnan(values[3])
    assert values[2] == 1
    assert sorted(texts(run)) == ["loss became nan at step 3", "validation loss became inf at step 1"]
    assert capsys.readouterr().err.count("became nan") == 1


def test_wrong_types_are_said_once_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with Run() as run:
        for step in (1, 2):
            run.log(step, loss=0.5, note="hello", grid=[1, 2], missing=None)  # type: ignore[arg-type]
    assert batch(history_of(run)) == {1: 0.5, 2: 0.5}
    said = capsys.readouterr().err
    assert said.count("note is no number but a str") == said.count("grid is no number but a list") == 1
    assert len(texts(run)) == 2


@pytest.mark.parametrize("step", [-1, 0.5, "one", math.nan, 2**60, [1]])
def test_a_step_that_is_none_is_said(step: object, capsys: pytest.CaptureFixture[str]) -> None:
    with Run() as run:
        run.log(step, loss=0.5)  # type: ignore[arg-type]
        run.log(7, loss=0.5)
    assert batch(history_of(run)) == {7: 0.5}
    assert "log:" in capsys.readouterr().err


def test_steps_that_begin_anew_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    with Run() as run:
        for _ in range(3):
            for step in range(5):
                run.log(step, loss=0.5)
    assert capsys.readouterr().err.count("the step went back from 4 to 0") == 1


@pytest.mark.parametrize("config", [3, "text", object(), [1]])
def test_a_config_that_is_none_is_said(config: object, capsys: pytest.CaptureFixture[str]) -> None:
    with Run("mine", config) as run:
        run.log(1, loss=0.5)
    own = folder_of(run).own_loop()
    assert own is not None
    assert own.name == "mine"
    assert batch(history_of(run)) == {1: 0.5}
    assert "the config is not kept: it is a" in capsys.readouterr().err


def test_where_nothing_can_be_written_the_loop_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("TUI_TRAINER_HOME", str(in_the_way / "home"))
    with Run() as run:
        run.log(1, loss=0.5)
        run.confusion(1, [[1]])
        assert not run.should_stop
    assert run.dir is None
    said = capsys.readouterr().err
    assert said.count("this run is not recorded") == said.count("\n") == 1
    assert "TUI_TRAINER_HOME" in said


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A disk that takes nothing while the list holds True."""
    is_full = [False]
    write = LogWriter.append_frame

    def refusing(self: LogWriter, frame: bytes) -> None:
        if is_full[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, frame)

    monkeypatch.setattr(LogWriter, "append_frame", refusing)
    return is_full


def test_a_full_disk_holds_values_up_and_loses_none(
    at_once: None, full_disk: list[bool], capsys: pytest.CaptureFixture[str]
) -> None:
    with Run() as run:
        run.log(1, loss=1.0)
        full_disk[0] = True
        for step in range(2, 50):
            run.log(step, loss=1.0)
        full_disk[0] = False
        run.log(50, loss=1.0)
    history = history_of(run)
    assert list(batch(history)) == list(range(1, 51))
    assert history.phase == "finished"
    assert capsys.readouterr().err.count("No space left on device") == 1
    assert len(texts(run)) == 1


def test_what_waits_is_bounded(
    at_once: None,
    full_disk: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(spool, "MAX_WAITING", 5_000)
    with Run() as run:
        full_disk[0] = True
        for step in range(500):
            run.log(step, loss=1.0)
        full_disk[0] = False
    history = history_of(run)
    assert 10 < len(batch(history)) < 200
    assert history.phase == "finished"
    assert "values are lost" in capsys.readouterr().err


def test_a_closed_stderr_hurts_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Run() as run:
        run.log("x", loss=1.0)  # type: ignore[arg-type]
    assert history_of(run).phase == "finished"


def test_threads_may_log() -> None:
    with Run() as run:

        def work(offset: int) -> None:
            for step in range(offset, 4000, 4):
                run.log(step, {f"metric {offset}": 1.0})

        threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    history = history_of(run)
    assert [len(history.batch[f"metric {offset}"]) for offset in range(4)] == [1000] * 4


def test_a_signal_in_the_middle_of_a_flush_hurts_nobody(at_once: None) -> None:
    with Run() as run:
        handler = signal.signal(signal.SIGALRM, lambda *_: run.log(loss=2.0))
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        try:
            for _ in range(20_000):
                run.log(loss=1.0)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
    history = history_of(run)
    assert len(history.batch["loss"]) >= 20_000
    assert history.phase == "finished"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    steps=st.lists(st.one_of(st.integers(-2, 30), st.none()), max_size=30),
    values=st.dictionaries(
        st.text(max_size=12),
        st.one_of(st.floats(), st.integers(), st.booleans(), st.text(max_size=3)),
        max_size=4,
    ),
)
def test_nothing_that_is_logged_raises(steps: list[int | None], values: dict[str, float]) -> None:
    with Run() as run:
        for step in steps:
            run.log(step, values)
    assert history_of(run).phase == "finished"


# The record


@dataclass
class Choices:
    lr: float = 0.1
    layers: tuple[int, ...] = (64, 32)


@pytest.mark.parametrize(
    ("config", "recorded"),
    [
        (None, {}),
        ({"lr": 0.1, "on": True, "n": 3}, {"lr": 0.1, "on": True, "n": 3}),
        ({"opt": {"name": "sgd"}, "none": None}, {"opt": {"name": "sgd"}, "none": "None"}),
        (argparse.Namespace(lr=0.1, path=Path("a/b")), {"lr": 0.1, "path": "a/b"}),
        (Choices(), {"lr": 0.1, "layers": [64, 32]}),
        ({1: np.float32(0.5), "big": 2**80}, {"1": 0.5, "big": str(2**80)}),
        ({"\ud800": "\x00\x1b[31m", 'a."b"': "\n"}, {"?": "\x00\x1b[31m", 'a."b"': "\n"}),
    ],
)
def test_the_config_is_kept(config: object, recorded: dict[str, object]) -> None:
    with Run("mine", config) as run:
        pass
    own = folder_of(run).own_loop()
    assert own is not None
    assert own.config == recorded
    with pytest.raises(NoRecipe, match="has no recipe"):
        folder_of(run).recipe()


def test_a_config_without_end_is_cut() -> None:
    config: dict[str, object] = {"many": list(range(100_000)), "long": "x" * 100_000}
    config["itself"] = config
    text = own_record.write("mine", config)
    assert len(text) < 100_000
    assert own_record.read(text) is not None


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=8), _VALUES, max_size=5), st.text(max_size=20))
def test_any_config_can_be_read_again(config: dict[str, object], name: str) -> None:
    own = own_record.read(own_record.write(name, config))
    assert own is not None
    for text in (own.title, *(str(part) for setting in own.settings() for part in setting[:1])):
        assert text.isprintable() or text == ""


def test_a_recipe_is_no_loop_of_ones_own(tmp_path: Path) -> None:
    from tui_trainer.core.recipe import Recipe

    run = rundir.create(Recipe(), root=tmp_path)
    assert run.own_loop() is None
    assert own_record.read("no = [toml") is None


# What it costs


def test_a_call_costs_microseconds() -> None:
    """A generous bound, for busy machines; benchmarks/own_loop.py has the figure."""
    num_calls = 50_000
    with Run() as run:
        began = time.process_time()
        for step in range(num_calls):
            run.log(step, loss=0.5, val_loss=0.25)
        seconds = time.process_time() - began
    assert seconds / num_calls < 20e-6
    kinds = [type(event) for event in LogReader(folder_of(run).events).read_new().events]
    assert kinds.count(Steps) + kinds.count(Evaluated) < num_calls / 100


def test_nothing_heavy_comes_with_it() -> None:
    done = script(
        "import sys\nfrom tui_trainer import Run\n"
        "with Run('light') as run: run.log(1, loss=0.5)\n"
        "print(*sorted({'torch', 'numpy', 'textual', 'rich', 'click'} & sys.modules.keys()))"
    )
    assert (done.stdout, done.stderr) == ("\n", "")
