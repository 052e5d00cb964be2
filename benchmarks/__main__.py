"""All benchmarks, one after the other: python -m benchmarks."""

import subprocess
import sys

ALL = {
    "startup": ["5"],
    "first_step": ["5"],
    "throughput": ["--blocks", "20"],
    "monitoring": ["500"],
    "attached": ["8"],
    "charts": ["7"],
    "reading": ["3"],
    "latency": ["50"],
    "own_loop": ["60"],
    "probes": ["20"],
    "wire": ["10"],
}
"""Name -> repeats or seconds that give a first answer; each alone does more by default."""


def main() -> None:
    for name, arguments in ALL.items():
        print(f"\n== python -m benchmarks.{name} {' '.join(arguments)}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], check=False)


if __name__ == "__main__":
    main()
