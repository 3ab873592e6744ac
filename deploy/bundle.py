"""Build ``build/<stage>/``: the zips of the API and the worker, and the template.

A zip holds packages from a lock file, our code and the models' files. The same sources give the same bytes: files are
sorted, their times are fixed, and each package is compiled in a process of its own, because earlier compilations in the
same process change the bytecode.
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
"""uv's names of Lambda's architectures. Lambda's Python 3.13 has glibc 2.34."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The definition of a zip.

    Parameters
    ----------
    lock
        The lock file of its packages.
    model_files
        A glob pattern of its files in ``model_artifacts/``.
    bytes_max
        The maximum size when unpacked.
    optimisation
        Python's optimisation level for third-party packages: 2 removes docstrings and assertions.
    """

    name: str
    lock: str
    model_files: str
    bytes_max: int
    optimisation: int


# The API checks tokens and passwords, so the packages keep their assertions.
API = Bundle("api", "requirements.txt", "*/card.json", 18_000_000, 0)
# Lambda allows 262,144,000 bytes. Removing docstrings and assertions saves a sixth of the worker's start.
WORKER = Bundle("worker", "requirements-worker.txt", "*/*", 250_000_000, 2)
BUNDLES = (API, WORKER)


@dataclass(frozen=True, slots=True)
class Built:
    """A zip as it was built."""

    bundle: Bundle
    path: Path
    files: int
    bytes_unpacked: int


# Files that no function needs at run time. numpy's f2py must stay, because scipy imports it.
_TESTS = {"tests", "test"}
_SOURCES = {".pyi", ".pxd", ".pyx", ".pxi", ".h", ".hpp", ".c", ".cpp", ".f90", ".a", ".lib", ".pc"}
_METADATA_OF_INSTALLERS = {"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json", "uv_cache.json"}

_RUNTIME_FOLDER = "/var/task"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold."""


def package(stage: str, arch: str, out: Path) -> list[Built]:
    """Build the zips and the template into ``out``, replacing its contents.

    Raises ``PackagingError`` if something is missing or too large. ``out`` then stays unchanged.
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
    """Return a table of the zips' sizes and limits, in millions of bytes."""
    lines = [f"{'zip':<12}{'files':>8}{'MB zipped':>12}{'MB unpacked':>14}{'at most':>10}"]
    for item in built:
        zipped = (out / f"{item.bundle.name}.zip").stat().st_size
        sizes = f"{zipped / 1e6:>12.1f}{item.bytes_unpacked / 1e6:>14.1f}{item.bundle.bytes_max / 1e6:>10.0f}"
        lines.append(f"{item.bundle.name + '.zip':<12}{item.files:>8,}{sizes}")
    return "\n".join(lines)


def build(bundle: Bundle, arch: str, target: Path) -> Built:
    """Write the zip of ``bundle`` for ``arch`` to ``target``.

    Raises ``PackagingError`` if a package has no wheel for ``arch``, a file does not compile, or the zip would be too
    large.
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
                f"{bundle.name}.zip would be {size:,} bytes when unpacked; the limit is {bundle.bytes_max:,}."
            )
        _zip(tree, files, target)
    return Built(bundle, target, len(files), size)


def install(lock: Path, arch: str, tree: Path) -> None:
    """Install the wheels of ``lock`` for ``arch`` into ``tree``, checked against their hashes.

    Raises ``PackagingError``, with uv's message, if a package can't be installed.
    """
    options = ["--python-platform", PLATFORMS[arch], "--python-version", target_python(), "--target", str(tree)]
    options += ["--only-binary", ":all:", "--no-deps", "--require-hashes", "--no-config", "--python", sys.executable]
    result = run([str(UV), "pip", "install", "--quiet", "--no-progress", *options, "-r", str(lock)])
    if result.returncode != 0:
        raise PackagingError(f"{lock.name} can't be installed for {arch}:\n{result.stdout}")


def _strip(tree: Path) -> None:
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_dir():
            if path.name in _TESTS or path == tree / "bin":
                shutil.rmtree(path)
        elif path.suffix in _SOURCES or (path.name in _METADATA_OF_INSTALLERS and path.parent.suffix == ".dist-info"):
            path.unlink()


def _add_chalice(tree: Path) -> None:
    """Add the two files of Chalice that `chalice package` ships. The rest is its command line."""
    source = Path(chalice.__file__).parent
    (tree / "chalice").mkdir()
    for name in ("__init__.py", "app.py"):
        shutil.copy(source / name, tree / "chalice" / name)


def _add_our_own(tree: Path, bundle: Bundle) -> None:
    shutil.copy(ROOT / "app.py", tree)
    shutil.copytree(ROOT / "chalicelib", tree / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (ROOT / "model_artifacts").glob(bundle.model_files):
        copy = tree / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def _compile(tree: Path, *options: str) -> None:
    """Compile every module of ``tree``. Lambda's disk is read-only, so each cold start would compile them again."""
    # The zip does not keep file times, so Python must not compare the bytecode with them.
    always = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", _RUNTIME_FOLDER]
    command = [sys.executable, "-m", "compileall", *always, *options]

    def compile_one(path: Path) -> str:
        # A fixed hash seed keeps the order of frozen sets in the bytecode the same.
        result = run([*command, path], env=os.environ | {"PYTHONHASHSEED": "0"})
        return result.stdout if result.returncode else ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = "".join(pool.map(compile_one, sorted(tree.iterdir())))
    if failures:
        raise PackagingError(f"These files do not compile:\n{failures}")


def _keep_bytecode_only(tree: Path, optimisation: int) -> None:
    """Compile third-party packages and delete their sources. Tracebacks still have line numbers.

    With sources and bytecode, the worker for arm64 would exceed Lambda's limit.
    """
    _compile(tree, "-b", "-o", str(optimisation))
    for path in tree.rglob("*.py"):
        path.unlink()


def _zip(tree: Path, files: list[Path], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16  # readable for the user that runs functions on Lambda
            with path.open("rb") as source, archive.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, 1024 * 1024)
