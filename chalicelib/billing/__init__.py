"""Coins: balances and the append-only ledger."""
