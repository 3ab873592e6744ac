"""The audit: recompute balances, charges and results from what is stored, and report every difference.

It stands on all domains and only reads. What an account leaves behind is deleted in ``erasure``.
"""
