"""A prediction from its submission to its end: accepted, charged, queued, run by the worker, earned or refunded.

``billing.payments`` moves the coins. The file, the model and the result have packages of their own.
"""
