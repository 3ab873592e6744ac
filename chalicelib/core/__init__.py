"""What all packages use: settings, AWS clients, clock, ids, errors, transactions, limits, HTTP, log lines.

Nothing about coins or patients belongs here.
"""
