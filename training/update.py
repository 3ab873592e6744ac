"""Update the committed models and samples with the rebuilt files that differ.

A receipt names a model's version and the SHA-256 of its artefact. So the bytes of an artefact change only if the fitted
numbers change, and then the version must change too.
"""

import shutil
from pathlib import Path

from chalicelib.inference.models.base import CARD_NAME, read_card
from training.build import ARTEFACTS_DIR
from training.card import to_json
from training.check import MODEL_SECTIONS, Difference, differing_samples, missing_files, model_differences


class UnchangedVersionError(Exception):
    """The numbers of a model differ from the committed ones, but its version is the same."""


def update(root: Path, rebuilt: Path) -> list[Path]:
    """Write the models and samples that differ beyond the tolerances. Return their paths, relative to ``root``.

    Raises ``UnchangedVersionError`` before anything is written.
    """
    models = [model.relative_to(rebuilt) for model in sorted((rebuilt / ARTEFACTS_DIR).iterdir())]
    changed = {
        model: differences for model in models if (differences := _differences(root / model, rebuilt / model)) != []
    }
    for model, differences in changed.items():
        _require_new_version(root / model, rebuilt / model, differences or [])
    for model, differences in changed.items():
        _write_model(root / model, rebuilt / model, differences)
    samples = differing_samples(root, rebuilt)
    for sample in samples:
        (root / sample).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(rebuilt / sample, root / sample)
    return [*changed, *samples]


def _differences(committed: Path, rebuilt: Path) -> list[Difference] | None:
    """Return the differences of a model; None for a new model."""
    return None if missing_files(committed) else model_differences(committed, rebuilt)


def _require_new_version(committed: Path, rebuilt: Path, differences: list[Difference]) -> None:
    changes = [difference for difference in differences if difference.changes_the_model]
    version = read_card(rebuilt)["version"]
    if changes and read_card(committed)["version"] == version:
        numbers = "1 number of {} differs" if len(changes) == 1 else f"{len(changes)} numbers of {{}} differ"
        raise UnchangedVersionError(
            f"Nothing was written: {numbers.format(rebuilt.name)} from version {version}, so raise the version in "
            f"training/models/{rebuilt.name.replace('-', '_')}.py. If that version was never released, delete "
            f"model_artifacts/{rebuilt.name} instead. The first difference: {changes[0]}."
        )


def _write_model(committed: Path, rebuilt: Path, differences: list[Difference] | None) -> None:
    """Write the card, and also the artefact of a new model or if the artefact must change."""
    if differences is None or _needs_new_artefact(committed, rebuilt, differences):
        shutil.copytree(rebuilt, committed, dirs_exist_ok=True)
        return
    old = read_card(committed)
    card = read_card(rebuilt) | {"artefact": old["artefact"], "versions": old["versions"]}
    (committed / CARD_NAME).write_text(to_json(card), encoding="utf-8", newline="\n")


def _needs_new_artefact(committed: Path, rebuilt: Path, differences: list[Difference]) -> bool:
    """Return whether the predictions change, or a new version was made with other package versions."""
    old, new = read_card(committed), read_card(rebuilt)
    is_repackaged = old["version"] != new["version"] and old["versions"] != new["versions"]
    return is_repackaged or any(difference.section in MODEL_SECTIONS for difference in differences)
