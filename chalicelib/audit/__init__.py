"""The audit: recompute balances, charges and results from what is stored, and report every difference.

It reads all domains and writes only how far it is.
"""
