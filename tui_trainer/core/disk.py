"""Room on the disk: how much a run takes, and whether any is left."""

import os
import stat
from pathlib import Path

_AS_GOOD_AS_NONE = 64 * 1024


def used(folder: Path) -> int:
    """Bytes that the files of a folder hold, and those of the folders in it; 0 for what is not there.

    Lengths are summed, not blocks: how many of those a file has been given changes after it was written (XFS
    gives more, ZFS counts late).
    """
    try:
        with os.scandir(folder) as entries:
            return sum(_size_of(entry) for entry in entries)
    except OSError:
        return 0


def _size_of(entry: os.DirEntry[str]) -> int:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:  # gone meanwhile
        return 0
    return used(Path(entry.path)) if stat.S_ISDIR(found.st_mode) else found.st_size


def is_full(path: Path) -> bool:
    """Whether the disk under ``path`` has no room left for this user. Nobody can see a quota from outside."""
    try:
        disk = os.statvfs(path)
    except OSError:
        return False
    blocks, files = (disk.f_bfree, disk.f_ffree) if os.geteuid() == 0 else (disk.f_bavail, disk.f_favail)
    return blocks * disk.f_frsize < _AS_GOOD_AS_NONE or (disk.f_files > 0 and files == 0)
