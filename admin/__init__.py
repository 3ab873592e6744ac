"""The operator's commands: `python -m admin`. Never deployed; they run on the operator's machine against one stage."""
