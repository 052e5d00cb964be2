"""Fetch files from a list of mirrors: checked before they take their final name."""

import gzip
import hashlib
import shutil
import tarfile
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int | None], None]
"""Hears bytes done and bytes in all, of the file that is on its way; in all may be unknown."""

_TIMEOUT_S = 20
_CHUNK = 1 << 16


class DownloadFailed(Exception):
    """No mirror gave the file as it should be."""


def download(
    mirrors: Sequence[str],
    resources: Sequence[tuple[str, str]],
    folder: Path,
    progress: Progress | None = None,
) -> None:
    """Put every ``(name.gz, md5)`` of ``resources``, unpacked, into ``folder``.

    A file takes its name only when it is whole and its MD5 is right: one that is broken off leaves nothing.
    ``progress`` hears at most every 64 KiB. Raises DownloadFailed with the reason of the last mirror.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".download-", dir=folder) as scratch:
        for name, md5 in resources:
            packed, unpacked = Path(scratch, name), Path(scratch, name.removesuffix(".gz"))
            _fetch_from_any([mirror + name for mirror in mirrors], packed, md5, progress)
            with gzip.open(packed) as source, unpacked.open("wb") as target:
                shutil.copyfileobj(source, target)
            unpacked.replace(folder / unpacked.name)


def download_archive(url: str, md5: str, folder: Path, progress: Progress | None = None) -> None:
    """Unpack the ``.tar.gz`` at ``url`` into ``folder``, once it is whole and its MD5 is right.

    Nothing in it can land outside ``folder``. Raises DownloadFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".download-", dir=folder) as scratch:
        packed, unpacked = Path(scratch, url.rpartition("/")[2]), Path(scratch, "unpacked")
        _fetch_from_any([url], packed, md5, progress)
        try:
            with tarfile.open(packed) as archive:
                archive.extractall(unpacked, filter="data")
        except tarfile.TarError as error:
            raise DownloadFailed(f"{packed.name} cannot be unpacked ({error})") from error
        for path in unpacked.iterdir():
            shutil.copytree(path, folder / path.name, dirs_exist_ok=True)


def _fetch_from_any(urls: Sequence[str], target: Path, md5: str, progress: Progress | None) -> None:
    reason = "no mirror is known"
    for url in urls:
        try:
            found = _fetch(url, target, progress)
        except (OSError, ValueError) as error:
            reason = f"{url}: {getattr(error, 'reason', error)}"
            continue
        if found == md5:
            return
        reason = f"{url} has another content than it should"
    raise DownloadFailed(f"{target.name} could not be downloaded ({reason})")


def _fetch(url: str, target: Path, progress: Progress | None) -> str:
    """Write ``url`` to ``target``; its MD5, in hex."""
    digest, done = hashlib.md5(usedforsecurity=False), 0
    with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response, target.open("wb") as file:
        length = response.headers.get("Content-Length")
        total = int(length) if length else None
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()
