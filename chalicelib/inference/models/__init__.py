"""The models: a module and an artefact folder each, loaded by ``loader`` and run by the worker.

Which of them are on offer, and at what price, is the business of ``catalog``.
"""
