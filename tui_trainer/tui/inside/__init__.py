"""Looks into a network, each a screen of its own over the run that it belongs to."""
