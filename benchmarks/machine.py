"""What figures were measured on: the machine, the versions, and how busy others kept it meanwhile."""

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def about(*packages: str) -> str:
    """The machine and the versions of ``packages``, in two lines."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = [f"{name} {version(name)}" for name in packages if _is_there(name)]
    versions = ", ".join([f"Python {platform.python_version()}", *found])
    return f"{_processor()}, {cores} cores, {platform.system()}\n{versions}"


def _is_there(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


class Others:
    """How many cores other processes kept busy since this was made; unknown without /proc."""

    def __init__(self) -> None:
        self._began, self._busy_s = time.perf_counter(), _busy_s()

    def cores(self, own_s: float) -> str:
        """Give ``own_s``, the processor time that was the benchmark's; the answer reads "0.8 cores"."""
        if self._busy_s is None or (busy_s := _busy_s()) is None:
            return "an unknown number of cores"
        others = (busy_s - self._busy_s - own_s) / (time.perf_counter() - self._began)
        return f"{max(0.0, others):.1f} cores"


def used_s(pid: int) -> float:
    """Processor time of a process, its children left out; 0 without /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _busy_s() -> float | None:
    """Processor time that all processes of the machine have used since it started."""
    try:
        fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
