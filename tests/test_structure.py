"""What is imported when: proved in fresh interpreters, since speed at start rests on it."""

import subprocess
import sys

import pytest


def imported_by(code: str) -> set[str]:
    """The modules a fresh interpreter has loaded after running ``code``."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{code}\nimport sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.splitlines())


def run(command: str) -> str:
    """Code that runs a command, prints nothing and goes on."""
    return (
        "import contextlib, io\n"
        "from tui_trainer.cli import main\n"
        "with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.suppress(SystemExit):\n"
        f"    main(['{command}'])"
    )


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import tui_trainer", {"numpy", "pydantic", "msgspec", "rich", "textual", "torch", "click"}),
        ("import tui_trainer.cli", {"numpy", "pydantic", "msgspec", "rich", "textual", "torch"}),
        (run("--help"), {"numpy", "pydantic", "msgspec", "rich.console", "textual", "torch"}),
        (run("presets"), {"numpy", "msgspec", "rich.console", "textual", "torch"}),
        (run("runs"), {"numpy", "rich.console", "textual", "torch"}),
        ("import tui_trainer.tui.launcher", {"rich", "textual", "torch"}),
        ("import tui_trainer.tui.app", {"numpy", "torch", "torchvision"}),
        (
            "import tui_trainer.tui.screens.new, tui_trainer.tui.screens.run, tui_trainer.tui.screens.runs",
            {"torch", "torchvision"},
        ),
        (
            "import pkgutil, importlib, tui_trainer.core as core\n"
            "for module in pkgutil.iter_modules(core.__path__, core.__name__ + '.'):\n"
            "    importlib.import_module(module.name)",
            {"rich", "textual", "torch", "torchvision", "click"},
        ),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(code: str, absent: set[str]) -> None:
    assert imported_by(code) & absent == set()


def test_training_does_not_import_what_only_torch_compile_needs() -> None:
    """PyTorch's own optimizers do, as the first is made: it takes as long as importing PyTorch."""
    code = """
from tui_trainer.core import recipe, rundir
from tui_trainer.core.lock import WorkerLock
from tui_trainer.training.hosting import host
from tui_trainer.training.stop_sign import StopSign

def run(optimizer):
    regularization = recipe.Regularization(gradient_clipping=recipe.GradientClipping(), l2=recipe.L2())
    chosen = recipe.Recipe(optimizer=optimizer, regularization=regularization, data=recipe.Moons(points=50))
    return rundir.create(chosen.model_copy(update={"training": recipe.Training(epochs=1)}))

kinds = recipe.GradientDescent, recipe.AdaGrad, recipe.RMSprop, recipe.Adam, recipe.AdamW
runs = [run(kind()) for kind in kinds]
locks = [WorkerLock(run.lock) for run in runs]
for lock in locks:
    lock.acquire()
assert host(runs, StopSign())
assert all(any(run.checkpoints.iterdir()) for run in runs)
"""
    assert {"torch._dynamo", "torch._inductor"}.isdisjoint(imported_by(code))
