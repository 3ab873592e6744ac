"""Log lines, metrics and the edge of an invocation.

What is logged about one domain's work is said in that domain; where and how a line is written is decided here.
"""
