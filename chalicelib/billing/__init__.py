"""Coins: balances, the append-only ledger, charges and refunds of predictions, vouchers.

A prediction is known here only by its id and as the transaction element that the caller passes.
"""
