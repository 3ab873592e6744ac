"""A prediction from its submission to its end: accepted, charged, queued, run by the worker, earned or refunded.

The coins move in ``billing.payments``; the file, the model and the result have rooms of their own.
"""
