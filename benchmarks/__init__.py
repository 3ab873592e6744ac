"""Benchmarks. `python -m benchmarks` measures throughput and latency; each other module measures one other thing."""
