"""The operator's commands: `python -m admin`. They run on the operator's machine against one stage; never deployed."""
