"""How soon many runs are listed: on the command line, and on the Runs screen in a terminal.

python -m benchmarks.listing [RUNS] [REPEATS]

The runs are copies of the recorded ones under tests/data/runs. Cold: the first time, without an index (the
files are in the system's cache, which a program cannot empty); warm: with the index that was left.
"""

import os
import pty
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECORDED = Path(__file__).parent.parent / "tests" / "data" / "runs"
_FIRST_FRAME = b"first-steps"
_LISTED = b"\xe2\x96\xb8 "  # the cursor stands on a run


def fill(home: Path, count: int) -> None:
    """Copies of the recorded runs, a second apart."""
    kinds = sorted(path for path in RECORDED.iterdir() if (path / "recipe.toml").is_file())
    for number in range(count):
        kind = kinds[number % len(kinds)]
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(1_790_000_000 + number))
        shutil.copytree(kind, home / "runs" / f"{moment}-{kind.name}-000")


def command_s(home: Path) -> float:
    """Seconds of ``tui-trainer runs``, from start to end."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-P", "-m", "tui_trainer", "runs"],
        env={**os.environ, "TUI_TRAINER_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def screen_s(home: Path) -> float:
    """Seconds from the key that opens Runs until it shows them, in an app that has been started."""
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "TUI_TRAINER_HOME": str(home),
        "COLUMNS": "80",
        "LINES": "24",
    }
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-P", "-m", "tui_trainer"], environment)
    try:
        _read_until(terminal, _FIRST_FRAME)
        while select.select([terminal], [], [], 0.5)[0]:  # until it is quiet
            os.read(terminal, 65536)
        began = time.perf_counter()
        os.write(terminal, b"]")
        _read_until(terminal, _LISTED)
        listed = time.perf_counter() - began
        os.write(terminal, b"q")  # cleanly: it may have an index to write
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:  # Linux says so of a terminal that nobody has open any more
            pass
        return listed
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def _read_until(terminal: int, wanted: bytes) -> None:
    seen = b""
    while wanted not in seen:
        seen += os.read(terminal, 65536)


def main() -> None:
    """Print the medians."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, count)
        for name, measure in (("tui-trainer runs", command_s), ("Runs screen", screen_s)):
            for index in home.glob("index*"):
                index.unlink()
            cold = measure(home)
            warm = [measure(home) for _ in range(repeats)]
            print(
                f"{count:,} runs, {name:17} cold {cold:6.2f} s   "
                f"warm {statistics.median(warm):6.3f} s   min {min(warm):.3f}   max {max(warm):.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
