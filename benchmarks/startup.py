"""First frame of the app against `import torch`: interleaved repeats in one run, medians, and their ratio.

python -m benchmarks.startup [REPEATS]
"""

import os
import pty
import statistics
import subprocess
import sys
import tempfile
import time

# The first thing a user can read and act on: the recipe row of New.
FIRST_FRAME = b"first-steps"


def first_frame_s(home: str) -> float:
    """Seconds from starting the app in a terminal until its first screen names the recipe."""
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "TUI_TRAINER_HOME": home,
        "COLUMNS": "80",
        "LINES": "24",
    }
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-P", "-m", "tui_trainer"], environment)
    seen = b""
    try:
        while FIRST_FRAME not in seen:
            seen += os.read(terminal, 65536)
        return time.perf_counter() - began
    finally:
        os.kill(pid, 9)
        os.close(terminal)
        os.waitpid(pid, 0)


def run_s(code: str) -> float:
    """Seconds a fresh interpreter takes for ``code``."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
    return time.perf_counter() - began


def main() -> None:
    """Print the medians."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    times: dict[str, list[float]] = {
        "first frame": [],
        "import torch": [],
        "import textual.app": [],
        "python": [],
    }
    with tempfile.TemporaryDirectory() as home:
        first_frame_s(home), run_s("import torch")  # warm the file cache
        for _ in range(repeats):
            times["first frame"].append(first_frame_s(home))
            times["import torch"].append(run_s("import torch"))
            times["import textual.app"].append(run_s("import textual.app"))
            times["python"].append(run_s("pass"))
    for name, values in times.items():
        print(f"{name:20} {statistics.median(values):6.3f} s   min {min(values):.3f}   max {max(values):.3f}")
    ratios = [frame / torch for frame, torch in zip(times["first frame"], times["import torch"], strict=True)]
    median = statistics.median(ratios)
    print(f"{'first / torch':20} {median:6.2f}     min {min(ratios):.2f}    max {max(ratios):.2f}")


if __name__ == "__main__":
    main()
