"""Predictions: what may be submitted, how it is run, what comes back."""
