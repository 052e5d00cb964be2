"""One contender: python -m benchmarks.contenders NAME NET THREADS, driven by benchmarks.throughput."""

import os
import sys
from importlib import import_module

from benchmarks.contenders import NETS, Gate

if __name__ == "__main__":
    name, net, threads = sys.argv[1:]
    os.environ["OMP_NUM_THREADS"] = threads
    os.dup2(2, 1)
    module, _, variant = name.partition("-")
    contender = import_module(f"benchmarks.contenders.{module}")
    arguments = (variant,) if variant else ()
    contender.train(NETS[net], Gate(), *arguments)
