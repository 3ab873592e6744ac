"""Benchmarks: throughput and latency of the running stack (`python -m benchmarks`), and one module for each other
measurement.
"""
