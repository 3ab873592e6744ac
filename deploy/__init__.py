"""Packaging, checks of the template, and deployment to AWS. Never deployed itself."""
