"""The local stack: emulators of AWS, the gateway, the event sources and their supervisor. Never deployed."""
