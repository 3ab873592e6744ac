"""Packaging, linting and deployment. Never shipped."""
