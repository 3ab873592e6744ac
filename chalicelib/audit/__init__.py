"""The audit: recompute balances, charges and results from what is stored, and report every difference.

It reads the data of all packages and writes only its own progress.
"""
