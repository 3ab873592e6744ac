"""Log lines, metrics, and the middleware around every invocation.

Each package decides what it logs. This one decides where and how a line is written.
"""
