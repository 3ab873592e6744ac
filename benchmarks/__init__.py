"""Benchmarks. `python -m benchmarks` measures throughput and latency; other commands measure one thing each."""
