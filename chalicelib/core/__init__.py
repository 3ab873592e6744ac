"""What every domain stands on: settings, AWS clients, clock, ids, errors, logging, HTTP."""
