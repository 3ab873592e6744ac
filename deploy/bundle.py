"""What is deployed: ``build/<stage>/`` with two zips and the template.

The zips hold packages from the lock files, our code and the models' files.

Byte for byte the same from the same sources: files are sorted, their times fixed, and each package is compiled in a
process of its own, since what a process compiled before shows in the bytes.
"""

import os
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import chalice

from deploy.template import ROOT, PackagingError, run, target_python, write_template

UV = ROOT / ".tools" / "bin" / "uv"
PLATFORMS = {"x86_64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
"""Lambda's architectures as uv calls them. Lambda's Python 3.13 has glibc 2.34."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One zip: its packages, what it holds of ``model_artifacts/``, and how many bytes it may have when unpacked.

    ``optimisation`` is Python's, for what others wrote: 2 leaves docstrings and assertions out.
    """

    name: str
    lock: str
    artefacts: str
    bytes_max: int
    optimisation: int


# Tokens and passwords are checked here: no assertion of a package may be missing.
API = Bundle("api", "requirements.txt", "*/card.json", 15_000_000, 0)
# Lambda takes 262,144,000 bytes. scipy builds hundreds of docstrings when it is imported, a sixth of the start.
WORKER = Bundle("worker", "requirements-worker.txt", "*/*", 250_000_000, 2)
BUNDLES = (API, WORKER)


@dataclass(frozen=True, slots=True)
class Built:
    """A zip as it was built."""

    bundle: Bundle
    path: Path
    files: int
    bytes_unpacked: int


# What no function needs at run time. numpy's f2py looks as if it could go, and scipy imports it.
_TESTS = {"tests", "test"}
_SOURCES = {".pyi", ".pxd", ".pyx", ".pxi", ".h", ".hpp", ".c", ".cpp", ".f90", ".a", ".lib", ".pc"}
_METADATA_OF_INSTALLERS = {"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json", "uv_cache.json"}

_RUNTIME_FOLDER = "/var/task"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold."""


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
    """Return the sizes, in millions of bytes, beside what they may be."""
    lines = [f"{'zip':<12}{'files':>8}{'MB zipped':>12}{'MB unpacked':>14}{'at most':>10}"]
    for each in built:
        zipped = (out / f"{each.bundle.name}.zip").stat().st_size
        sizes = f"{zipped / 1e6:>12.1f}{each.bytes_unpacked / 1e6:>14.1f}{each.bundle.bytes_max / 1e6:>10.0f}"
        lines.append(f"{each.bundle.name + '.zip':<12}{each.files:>8,}{sizes}")
    return "\n".join(lines)


def build(bundle: Bundle, arch: str, target: Path) -> Built:
    """Write ``bundle`` for ``arch`` to ``target``.

    Raises ``PackagingError`` if a package has no wheel for ``arch``, a file does not compile, or the zip would be
    larger than it may be.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as temporary:
        tree = Path(temporary)
        install(ROOT / bundle.lock, arch, tree)
        _strip(tree)
        _add_chalice(tree)
        _keep_bytecode_only(tree, bundle.optimisation)
        _add_our_own(tree, bundle)
        _compile(tree)
        files = sorted(path for path in tree.rglob("*") if path.is_file())
        size = sum(path.stat().st_size for path in files)
        if size > bundle.bytes_max:
            raise PackagingError(
                f"{bundle.name}.zip would be {size:,} bytes when unpacked, and may be {bundle.bytes_max:,}."
            )
        _zip(tree, files, target)
    return Built(bundle, target, len(files), size)


def install(lock: Path, arch: str, tree: Path) -> None:
    """Install the wheels of ``lock`` for ``arch`` into ``tree``, checked against their hashes.

    Raises ``PackagingError``, which names the package that can't be had.
    """
    options = ["--python-platform", PLATFORMS[arch], "--python-version", target_python(), "--target", str(tree)]
    options += ["--only-binary", ":all:", "--no-deps", "--require-hashes", "--no-config", "--python", sys.executable]
    done = run([str(UV), "pip", "install", "--quiet", "--no-progress", *options, "-r", str(lock)])
    if done.returncode != 0:
        raise PackagingError(f"{lock.name} can't be installed for {arch}:\n{done.stdout}")


def _strip(tree: Path) -> None:
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_dir():
            if path.name in _TESTS or path == tree / "bin":
                shutil.rmtree(path)
        elif path.suffix in _SOURCES or (path.name in _METADATA_OF_INSTALLERS and path.parent.suffix == ".dist-info"):
            path.unlink()


def _add_chalice(tree: Path) -> None:
    """Add just the two files that `chalice package` ships: the rest is its command line."""
    source = Path(chalice.__file__).parent
    (tree / "chalice").mkdir()
    for name in ("__init__.py", "app.py"):
        shutil.copy(source / name, tree / "chalice" / name)


def _add_our_own(tree: Path, bundle: Bundle) -> None:
    shutil.copy(ROOT / "app.py", tree)
    shutil.copytree(ROOT / "chalicelib", tree / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (ROOT / "model_artifacts").glob(bundle.artefacts):
        copy = tree / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def _compile(tree: Path, *options: str) -> None:
    """Compile every module of ``tree``: the functions' disk is read-only, so every cold start would do it again."""
    # A file's time isn't kept by the zip, so the bytecode must not be compared with it.
    always = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", _RUNTIME_FOLDER]
    command = [sys.executable, "-m", "compileall", *always, *options]

    def compile_one(path: Path) -> str:
        done = run([*command, path], env=os.environ | {"PYTHONHASHSEED": "0"})  # the order of a frozen set's members
        return done.stdout if done.returncode else ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = "".join(pool.map(compile_one, sorted(tree.iterdir())))
    if failures:
        raise PackagingError(f"Files that do not compile:\n{failures}")


def _keep_bytecode_only(tree: Path, optimisation: int) -> None:
    """Compile what others wrote and drop its sources, without which a traceback still has its line numbers.

    With both, the worker for arm64 would be above Lambda's limit.
    """
    _compile(tree, "-b", "-o", str(optimisation))
    for path in tree.rglob("*.py"):
        path.unlink()


def _zip(tree: Path, files: list[Path], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16  # readable for the user that Lambda runs functions as
            with path.open("rb") as source, archive.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, 1024 * 1024)
