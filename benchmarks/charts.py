"""Drawing charts: a frame of many points, a frame after an append, opening and drawing a long log.

python -m benchmarks.charts [REPEATS]
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from tui_trainer.core.compose import compose
from tui_trainer.core.diagnosis import diagnose
from tui_trainer.core.events import Evaluated, RunStarted, Steps
from tui_trainer.core.history import History
from tui_trainer.core.presets import Library
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.core.series import Series
from tui_trainer.tui.plot.curves import loss_curves
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import SMOOTHING_SHARE, ChartModel, ChartOptions, Curve

WIDTH, HEIGHT = 120, 30
NUM_SERIES = 4
NUM_POINTS = 1_000_000
STEPS_PER_EVENT = 100
RANDOM = np.random.default_rng(0)


def noisy(num_points: int) -> np.ndarray:
    """A loss that falls, with noise on it."""
    smooth = 0.1 + 2.2 * np.exp(-np.arange(num_points) / 2e5)
    return np.asarray(smooth * np.exp(RANDOM.normal(0, 0.2, num_points)), np.float32)


def chart_of(series: list[Series], options: ChartOptions) -> ChartModel:
    """The series as lines over a planned run a fifth longer."""
    high = 1.2 * NUM_POINTS
    smoothing = SMOOTHING_SHARE[options.smoothing] * high
    curves = (
        Curve(f"run {i}", each, color=i, label=f"run {i}", smoothing=smoothing)
        for i, each in enumerate(series)
    )
    return ChartModel("loss", tuple(curves), x_range=(0.0, high))


def filled(values: np.ndarray) -> list[Series]:
    """``NUM_SERIES`` of them, new, so that nothing is known about them yet."""
    all_series = [Series() for _ in range(NUM_SERIES)]
    for series in all_series:
        series.append_block(1, values)
    return all_series


def ms(work: Callable[[], object]) -> float:
    """Milliseconds that ``work`` takes."""
    began = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - began)


def frame_ms(model: ChartModel, options: ChartOptions) -> float:
    """Milliseconds that a frame takes."""
    return ms(lambda: draw(model, options, WIDTH, HEIGHT))


def frames_ms(repeats: int) -> dict[str, list[float]]:
    """Each kind of frame, interleaved."""
    values = noisy(NUM_POINTS)
    plain, smooth, log = ChartOptions(), ChartOptions(smoothing="strong"), ChartOptions(log_y=True)
    kept = filled(values)
    times: dict[str, list[float]] = {
        "first frame": [],
        "after an append of 100 steps": [],
        "same, smoothed": [],
        "same, log y": [],
    }
    for _ in range(repeats):
        fresh = filled(values)
        times["first frame"].append(frame_ms(chart_of(fresh, plain), plain))
        for name, options in zip(list(times)[1:], (plain, smooth, log), strict=True):
            for series in kept:
                series.append_block((series.last_step or 0) + 1, values[-100:])
            times[name].append(frame_ms(chart_of(kept, options), options))
    return times


def write_log(path: Path, epoch: int) -> None:
    """A run of ``NUM_POINTS`` steps, told every hundred steps or epoch, with an evaluation an epoch."""
    values = noisy(NUM_POINTS)
    block_size = min(epoch, STEPS_PER_EVENT)
    confusion = tuple(tuple(27 if i == j else (i + j) % 3 for i in range(10)) for j in range(10))
    with LogWriter(path) as log:
        log.append(
            RunStarted(
                attempt=1,
                elapsed_s=0.0,
                name="long",
                task="multiclass",
                host="",
                boot_id="",
                pid=0,
                started_at=0.0,
                steps_per_epoch=epoch,
                planned_steps=NUM_POINTS,
            )
        )
        for first in range(0, NUM_POINTS, block_size):
            block = values[first : first + block_size].tobytes()
            elapsed_s = first / 1000
            log.append(Steps(attempt=1, elapsed_s=elapsed_s, first_step=first + 1, metrics={"loss": block}))
            step = first + block_size
            if step % epoch == 0:
                for split in ("train", "validation"):
                    metrics = {"loss": float(values[first]), "accuracy": 1 / (1 + float(values[first]))}
                    log.append(
                        Evaluated(
                            attempt=1,
                            elapsed_s=elapsed_s,
                            step=step,
                            split=split,
                            num_samples=2000,
                            metrics=metrics,
                            confusion=confusion,
                        )
                    )


def opening_ms(repeats: int, epoch: int) -> dict[str, list[float]]:
    """Reading, folding and drawing a log from disk; and what a screen asks once a second."""
    kinds = ("read", "fold", "draw", "open and draw", "best, first", "diagnosis, first", "diagnosis, again")
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    options, recipe = ChartOptions(), compose(Library.load()).recipe
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.log"
        write_log(path, epoch)
        for _ in range(repeats):
            reader, history, more = LogReader(path), History(), True
            spent = dict.fromkeys(times, 0.0)
            began = time.perf_counter()
            while more:
                start = time.perf_counter()
                batch = reader.read_new()
                more = batch.more
                read = time.perf_counter()
                for event in batch.events:
                    history.apply(event)
                spent["read"] += 1e3 * (read - start)
                spent["fold"] += 1e3 * (time.perf_counter() - read)
            spent["draw"] = frame_ms(loss_curves(history, options), options)
            spent["open and draw"] = 1e3 * (time.perf_counter() - began)
            spent["best, first"] = ms(partial(history.best, "loss"))
            for name in ("diagnosis, first", "diagnosis, again"):
                spent[name] = ms(partial(diagnose, history, recipe))
            for name, each in spent.items():
                times[name].append(each)
    return times


def print_table(title: str, times: dict[str, list[float]]) -> None:
    """One row a figure."""
    print(f"\n{title}\n{'':34}{'median':>9}{'fastest':>10}  ms")
    for name, each in times.items():
        print(f"  {name:<32}{statistics.median(each):>9.1f}{min(each):>10.1f}")


def main() -> None:
    """Print the tables."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    load = os.getloadavg()[0]
    print(f"python {platform.python_version()} · numpy {np.__version__} · {platform.platform()}")
    print(f"{os.cpu_count()} cores, load {load:.1f} before the first measurement · {repeats} repeats")
    frames = frames_ms(repeats)
    print_table(f"a frame of {NUM_SERIES} series × {NUM_POINTS:,} points on {WIDTH}×{HEIGHT} cells", frames)
    for epoch in (NUM_POINTS // 100, 40):
        title = f"a log of {NUM_POINTS:,} steps, an evaluation of train and validation every {epoch:,}"
        print_table(title, opening_ms(repeats, epoch))
    print(f"\nload {os.getloadavg()[0]:.1f} after the last")


if __name__ == "__main__":
    main()
