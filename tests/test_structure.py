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
