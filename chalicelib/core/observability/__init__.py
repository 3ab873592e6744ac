"""Log lines, metrics, and the middleware around every invocation.

Each domain decides what it logs. This package decides where and how a line is written.
"""
