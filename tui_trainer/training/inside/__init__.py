"""Looks into a network: probes while it trains, and answers to what viewers ask. They change nothing."""
