"""The models on offer: their cards, their prices, and the operator's changes to them.

This package loads no model. ``models`` loads and runs them.
"""
