"""The audit: recompute balances, charges and results from what is stored, and report every difference.

It reads the data of all domains and writes only its own progress.
"""
