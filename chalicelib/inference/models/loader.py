"""Load a model by its id."""

import importlib
import re
from pathlib import Path

from chalicelib.inference.models.base import CARD_NAME, LoadedModel, Model, ModelNotFoundError, read_card

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ID_LENGTH_MAX = 64
_PACKAGE = "chalicelib.inference.models"


def load(model_id: str, root: Path) -> LoadedModel:
    """Load the model ``model_id``.

    Its class is ``MODEL`` of the module that has the id as its name, with ``_`` for ``-``. Its artefact is in
    ``root/<id>``.

    Raises ``ModelNotFoundError`` when there is no such model, and ``ArtefactMismatchError`` when the artefact does not
    match its card.
    """
    # The id comes from a URL, so only a plain name may become a path and a module name.
    if len(model_id) > _ID_LENGTH_MAX or not _ID.fullmatch(model_id):
        raise ModelNotFoundError(model_id)
    if not (root / model_id / CARD_NAME).is_file():
        raise ModelNotFoundError(model_id)
    module_name = f"{_PACKAGE}.{model_id.replace('-', '_')}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise  # the model's module exists, but a package that it imports does not
        raise ModelNotFoundError(model_id) from error
    model_class: type[Model] = module.MODEL
    card = read_card(root / model_id)
    model = model_class.load(root / model_id)
    return LoadedModel(model_id, card["version"], card["artefact"]["sha256"], model)
