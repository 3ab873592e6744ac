"""Write what a training run made over what is committed, and nothing else.

A receipt names a model's version and the SHA-256 of its artefact. So the bytes of an artefact stay as they are unless
the fitted numbers are others, and then the version must be another one too.
"""

import shutil
from pathlib import Path

from chalicelib.inference.models.base import CARD_NAME, read_card
from training.build import ARTEFACTS_DIR
from training.card import to_json
from training.check import ANSWER, Difference, differing_samples, missing_files, model_differences


class UnchangedVersionError(Exception):
    """The numbers of a model differ from the committed ones, and its version doesn't."""


def update(root: Path, rebuilt: Path) -> list[Path]:
    """Write the models and samples that differ beyond the tolerances; return their paths, relative to ``root``.

    Raises ``UnchangedVersionError`` before anything is written.
    """
    models = [made.relative_to(rebuilt) for made in sorted((rebuilt / ARTEFACTS_DIR).iterdir())]
    changed = {model: found for model in models if (found := _differences(root / model, rebuilt / model)) != []}
    for model, found in changed.items():
        _require_another_version(root / model, rebuilt / model, found or [])
    for model, found in changed.items():
        _write_model(root / model, rebuilt / model, found)
    samples = differing_samples(root, rebuilt)
    for sample in samples:
        (root / sample).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(rebuilt / sample, root / sample)
    return [*changed, *samples]


def _differences(kept: Path, made: Path) -> list[Difference] | None:
    """Return what differs; None for a model that isn't there yet."""
    return None if missing_files(kept) else model_differences(kept, made)


def _require_another_version(kept: Path, made: Path, found: list[Difference]) -> None:
    others = [difference for difference in found if difference.changes_the_model]
    version = read_card(made)["version"]
    if others and read_card(kept)["version"] == version:
        numbers = "1 number of {} differs" if len(others) == 1 else f"{len(others)} numbers of {{}} differ"
        raise UnchangedVersionError(
            f"Nothing was written: {numbers.format(made.name)} from version {version}, so raise the version in "
            f"training/models/{made.name.replace('-', '_')}.py. If that version was never released, delete "
            f"model_artifacts/{made.name} instead. The first: {others[0]}."
        )


def _write_model(kept: Path, made: Path, found: list[Difference] | None) -> None:
    """Write the card, and the artefact unless it gives the same answers as the one that is there."""
    if found is None or _needs_new_artefact(kept, made, found):
        shutil.copytree(made, kept, dirs_exist_ok=True)
        return
    old = read_card(kept)
    card = read_card(made) | {"artefact": old["artefact"], "versions": old["versions"]}
    (kept / CARD_NAME).write_text(to_json(card), encoding="utf-8", newline="\n")


def _needs_new_artefact(kept: Path, made: Path, found: list[Difference]) -> bool:
    """Return whether the answers are others or, of a new version, the packages that it is read with."""
    old, new = read_card(kept), read_card(made)
    is_repackaged = old["version"] != new["version"] and old["versions"] != new["versions"]
    return is_repackaged or any(difference.section in ANSWER for difference in found)
