"""The models on offer: one module for each, which holds its ``RECIPE``."""

import importlib
import importlib.util
import pkgutil

from training.recipe import Recipe


def recipe_of(module: str) -> Recipe:
    """Return the recipe that a module of this package holds.

    Raises ``ValueError`` if its id is not the module's name, or if there is no module that serves it.
    """
    recipe: Recipe = importlib.import_module(f"{__name__}.{module}").RECIPE
    if recipe.id.replace("-", "_") != module:
        right = module.replace("_", "-")
        raise ValueError(f"training/models/{module}.py: the recipe's id is {recipe.id!r}; it must be {right!r}.")
    if importlib.util.find_spec(f"chalicelib.inference.models.{module}") is None:
        raise ValueError(f"chalicelib/inference/models/{module}.py is missing: the worker loads {recipe.id!r} by it.")
    return recipe


RECIPES = tuple(recipe_of(module.name) for module in pkgutil.iter_modules(__path__))
