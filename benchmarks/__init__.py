"""Figures, never gates: each module prints one table."""
