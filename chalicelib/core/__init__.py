"""What every room stands on: settings, AWS clients, clock, ids, errors, transactions, limits, HTTP, log lines.

Nothing here knows what a coin or a patient is.
"""
