"""The models on offer: their cards, their prices, and what an operator changed of these.

No model is loaded here: what computes is in ``models``.
"""
