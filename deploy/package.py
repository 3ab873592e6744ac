"""What is deployed: ``build/<stage>/`` with ``api.zip``, ``worker.zip`` and ``template.yaml``."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.bundle import BUNDLES, Built, build
from deploy.template import write_template


def package(stage: str, arch: str, out: Path) -> list[Built]:
    """Write everything into ``out``, which then holds nothing else.

    Raises ``PackagingError`` if something is missing or too large. ``out`` is then as it was before.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent) as temporary:
        new = Path(temporary) / "new"
        new.mkdir()
        sources = Path(temporary) / "sources"
        sources.mkdir()
        shutil.move(write_template(stage, sources, arch), new / "template.yaml")
        built = [build(bundle, arch, new / f"{bundle.name}.zip") for bundle in BUNDLES]
        if out.exists():
            shutil.rmtree(out)
        new.rename(out)
    return built


def table(built: list[Built], out: Path) -> str:
    """The sizes, in millions of bytes, beside what they may be."""
    lines = [f"{'zip':<12}{'files':>8}{'MB zipped':>12}{'MB unpacked':>14}{'at most':>10}"]
    for each in built:
        zipped = (out / f"{each.bundle.name}.zip").stat().st_size
        sizes = f"{zipped / 1e6:>12.1f}{each.bytes_unpacked / 1e6:>14.1f}{each.bundle.bytes_max / 1e6:>10.0f}"
        lines.append(f"{each.bundle.name + '.zip':<12}{each.files:>8,}{sizes}")
    return "\n".join(lines)
