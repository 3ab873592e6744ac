"""The models: each is a module and an artefact folder, loaded by ``loader`` and run by the worker.

``catalog`` decides which models are on offer, and at what price.
"""
