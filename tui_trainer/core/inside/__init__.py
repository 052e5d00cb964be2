"""Looks into a network: what a viewer may ask of one, and the pictures that tell."""
