"""The models on offer: their cards, their prices, and the operator's changes to them.

No model is loaded here: ``models`` computes.
"""
