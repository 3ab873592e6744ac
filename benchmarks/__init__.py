"""Measurements of the running stack over loopback: `python -m benchmarks`."""
