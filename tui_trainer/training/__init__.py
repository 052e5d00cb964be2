"""The worker: the only package that imports torch."""
