"""The local stack: an AWS emulator, the gateway, the event sources and their supervisor. Never deployed."""
