"""The file of the state: read at the start, written so that it is whole at every moment."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

from cogsync_mock.snapshots import restore


class StateFile:
    """A file that `save` replaces in one step.

    Args:
        path: the file; it need not exist, its folder must.

    Raises:
        OSError: if it could not be written to, with a text that says why.
    """

    def __init__(self, path: str) -> None:
        #: where links lead to, so that the link stays
        self.path = Path(path).resolve()
        self._lock = threading.Lock()
        if self.path.is_dir():
            raise OSError(f"cannot save to {self.path}: it is a folder")
        if not self.path.parent.is_dir():
            raise OSError(f"cannot save to {self.path}: there is no folder {self.path.parent}")
        if not os.access(self.path.parent, os.W_OK):
            raise OSError(f"cannot save to {self.path}: its folder may not be written to")

    def save(self, state: dict[str, Any]) -> None:
        """Write the state. Whenever the process ends, the file has either the old state or the new one.

        Raises:
            OSError: if it cannot be written; the file is as before.
        """
        content = json.dumps(state, ensure_ascii=True, indent=1).encode() + b"\n"
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        with self._lock:
            try:
                with part.open("wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                with contextlib.suppress(FileNotFoundError):
                    part.chmod(stat.S_IMODE(self.path.stat().st_mode))
                part.replace(self.path)
            except BaseException:
                with contextlib.suppress(OSError):
                    part.unlink()
                raise


def load_state(path: str) -> None:
    """Begin with the state that a file has: one that `StateFile.save` wrote, or the same as YAML.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is none, with a text that names the file and the place in it.
    """
    content = _read(path)
    try:
        restore(content)
    except ValueError as error:
        raise ValueError(f"cannot load {path}: {error}") from error


def _read(path: str) -> Any:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise OSError(f"cannot load {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"cannot load {path}: it is not a text in UTF-8") from error
    if Path(path).suffix.lower() in {".yaml", ".yml"}:
        return _yaml(path, text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"cannot load {path}: it is not JSON: {error}") from error


def _yaml(path: str, text: str) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise ValueError(f"cannot load {path}: YAML needs PyYAML: pip install 'cogsync-mock[yaml]'") from error
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"cannot load {path}: it is not YAML: {error}") from error
