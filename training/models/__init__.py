"""The recipes of the models on offer: one module for each model, which defines its ``RECIPE``."""

import importlib
import importlib.util
import pkgutil

from training.recipe import Recipe


def recipe_of(module: str) -> Recipe:
    """Return the ``RECIPE`` of a module of this package.

    Raises ``ValueError`` if the recipe's id does not match the module's name, or if no module serves the model.
    """
    recipe: Recipe = importlib.import_module(f"{__name__}.{module}").RECIPE
    if recipe.id.replace("-", "_") != module:
        expected = module.replace("_", "-")
        raise ValueError(f"training/models/{module}.py: the recipe's id is {recipe.id!r}; it must be {expected!r}.")
    if importlib.util.find_spec(f"chalicelib.inference.models.{module}") is None:
        raise ValueError(
            f"chalicelib/inference/models/{module}.py is missing. The worker needs it to load {recipe.id!r}."
        )
    return recipe


RECIPES = tuple(recipe_of(module.name) for module in pkgutil.iter_modules(__path__))
