"""The models that the worker runs. ``load`` is the way in; a model is a module and an artefact folder."""

from chalicelib.inference.models.base import ArtefactMismatchError, Loaded, Model, UnknownModelError
from chalicelib.inference.models.loader import load

__all__ = ["ArtefactMismatchError", "Loaded", "Model", "UnknownModelError", "load"]
