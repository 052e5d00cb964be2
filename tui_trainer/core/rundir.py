"""Run directories: where they are; how one is made, found, locked and deleted."""

import os
import re
import shutil
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_trainer.core import parentage
from tui_trainer.core.lock import LockHeld, WorkerLock
from tui_trainer.core.parentage import Parent
from tui_trainer.core.text import plain, slug

if TYPE_CHECKING:  # many who look for a run never look at its recipe, and pydantic takes its time
    from tui_trainer.core.own_record import OwnLoop
    from tui_trainer.core.recipe import Recipe

_ID = re.compile(r"(\d{8}-\d{6})-.+-([0-9a-z]{3})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TICKS = len(_DIGITS) ** 3  # an id's last three characters count these within its second
_VERSIONS_OF = ("tui-trainer", "torch", "torchvision", "numpy")
# Workers speak at least every 2 s: where locks do not tell, this much silence means that nobody is there.
_SILENT_S = 60.0
_AWAY = ".deleted-"
_UNDONE_S = 60.0
"""After so long nobody brings back what was put away: the program that could has ended."""


class RunHomeError(OSError):
    """The folder where runs are kept cannot be used; the text is one sentence for the user."""


class RunNotFound(LookupError):
    """No run answers to a selector; the text is one sentence for the user."""


class AmbiguousRun(LookupError):
    """Several runs answer to a selector; the text is one sentence for the user."""


class RunIsLive(Exception):
    """The run has a worker that must be stopped first; the text is one sentence for the user."""


class NoRecipe(ValueError):
    """The run is of a loop of one's own, which has no recipe; the text is one sentence for the user."""


def home() -> Path:
    """Where the program keeps what is the user's: ``$TUI_TRAINER_HOME``, else the platform's data folder."""
    if chosen := os.environ.get("TUI_TRAINER_HOME"):
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("tui-trainer", appauthor=False)


def runs_root() -> Path:
    """The folder of all runs."""
    return home() / "runs"


@dataclass(frozen=True)
class RunDir:
    """The directory of one run, and what lies where in it."""

    path: Path

    @property
    def id(self) -> str:
        """The name of the folder."""
        return self.path.name

    @property
    def recipe_toml(self) -> Path:
        """The run's record: schema, every field of the recipe, versions, numerics. A run is what has one."""
        return self.path / "recipe.toml"

    @property
    def events(self) -> Path:
        """The run log."""
        return self.path / "events.log"

    @property
    def pictures(self) -> Path:
        """The log of bulky things, each named by its offset in an event."""
        return self.path / "pictures.log"

    @property
    def control(self) -> Path:
        """Requests from viewers, one JSON object a line."""
        return self.path / "control.jsonl"

    @property
    def labels_toml(self) -> Path:
        """Tags and a note that viewers gave it (see `labels`); training knows nothing of them."""
        return self.path / "labels.toml"

    @property
    def lock(self) -> Path:
        """Held while a worker lives. A worker must never open it but through its `WorkerLock`."""
        return self.path / "worker.lock"

    @property
    def worker_log(self) -> Path:
        """The worker's stdout and stderr."""
        return self.path / "worker.log"

    @property
    def queued(self) -> Path:
        """There while the run waits for a worker to take it from a queue."""
        return self.path / "queued"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def inspection(self) -> "RunDir":
        """Where a worker that only looks at this run has lock, control and logs of its own."""
        return RunDir(self.path / "inspection")

    @property
    def subject(self) -> "RunDir":
        """The run whose checkpoints belong to what is recorded here: of an inspection the one it looks at."""
        is_inspection = self.path.name == "inspection" and not self.recipe_toml.exists()
        return RunDir(self.path.parent) if is_inspection else self

    @property
    def exists(self) -> bool:
        """Whether this is a run, which takes a recorded recipe."""
        try:
            return self.recipe_toml.is_file()
        except PermissionError:
            return False

    @property
    def created_at(self) -> float:
        """Unix time in seconds, from the id; for a renamed folder, when its recipe was recorded."""
        made_at = created_at_of(self.id)
        return self.recipe_toml.stat().st_mtime if made_at is None else made_at

    def recipe(self) -> "Recipe":
        """The recorded recipe. What this version does not know of it is left out, see `recipe_notes`.

        Raises NoRecipe for a loop of one's own (see `own_loop`), RecipeError for a damaged record.
        """
        return self._recorded()[0]

    def own_loop(self) -> "OwnLoop | None":
        """Name and config of a run that somebody's own loop logs; None for one that has a recipe."""
        from tui_trainer.core import own_record

        return own_record.read(self._record())

    @property
    def parent(self) -> Parent | None:
        """The run that this one is a fork of; None for other runs. Raises OSError."""
        return parentage.read(self.recipe_toml.read_text("utf-8", "replace"))

    @property
    def parent_run(self) -> "RunDir | None":
        """The same as a run, as long as that is there."""
        parent = self.parent
        return called(parent.run, self.path.parent) if parent else None

    def recipe_notes(self) -> tuple[str, ...]:
        """What of the recorded recipe this version does not know, a sentence each."""
        return self._recorded()[1]

    def numerics(self) -> dict[str, Any]:
        """What the first worker fixed for good (see `append_numerics`); empty before that."""
        record = tomllib.loads(self.recipe_toml.read_text("utf-8"))
        return dict(record.get("numerics", {}))

    def _recorded(self) -> "tuple[Recipe, tuple[str, ...]]":
        from tui_trainer.core.compose import recipe_from_toml

        if self.own_loop() is not None:
            raise NoRecipe(f"{plain(self.id)} logs a loop of its own: it has no recipe")
        return recipe_from_toml(self._record(), recorded=True)

    def _record(self) -> str:
        """The text of recipe.toml, also where its bytes are none."""
        return self.recipe_toml.read_text("utf-8", "replace")


def created_at_of(run_id: str) -> float | None:
    """Unix time in seconds that an id tells; None where it tells none."""
    if parts := _ID.fullmatch(run_id):
        try:
            second = datetime.fromisoformat(f"{parts[1].replace('-', 'T')}Z").timestamp()
        except ValueError:
            return None
        return second + int(parts[2], 36) / _TICKS
    return None


def create(recipe: "Recipe", *, parent: Parent | None = None, root: Path | None = None) -> RunDir:
    """Make a directory for a new run and record its recipe, and of which run it is a fork.

    Raises RunHomeError when that cannot be done.
    """
    from tui_trainer.core.compose import recipe_to_toml
    from tui_trainer.core.recipe import SCHEMA

    record = f"schema = {SCHEMA}\n{recipe_to_toml(recipe)}"
    if parent is not None:
        record += f"\n{_table(parentage.TABLE, asdict(parent))}"
    return _create(recipe.name, record, root)


def create_own(name: str, config: object, *, root: Path | None = None) -> RunDir:
    """The same for a loop of one's own; ``config`` is a mapping, a namespace, a data class or None.

    Raises RunHomeError as `create` does, and TypeError for another ``config``.
    """
    from tui_trainer.core import own_record

    return _create(name, own_record.write(name, config), root)


def _create(name: str, chosen: str, root: Path | None) -> RunDir:
    root = root or runs_root()
    record = f"{chosen}\n{_table('versions', _versions())}"
    with usable(root):
        for folder in (root.parent, root):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        run = RunDir(_new_folder(root, name))
        try:
            write_whole(run.recipe_toml, record)
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise
    return run


def append_numerics(run: RunDir, numerics: Mapping[str, str | int | float | bool]) -> None:
    """Add what equal bits depend on to the run's record, once: later workers take it from there."""
    record = run.recipe_toml.read_text("utf-8")
    if "numerics" not in tomllib.loads(record):
        write_whole(run.recipe_toml, f"{record}\n{_table('numerics', numerics)}")


def list_runs(*, root: Path | None = None) -> list[RunDir]:
    """All runs, newest first. Raises RunHomeError when their folder is there but cannot be read.

    A folder without a recorded recipe is no run, nor is a link: what is listed lies in the runs folder.
    """
    root = root or runs_root()
    found = []
    with usable(root):
        try:
            entries = list(os.scandir(root))
        except FileNotFoundError:
            return []
        for entry in entries:
            run = RunDir(root / entry.name)
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False) and run.exists:
                try:
                    found.append((run.created_at, run.id, run))
                except FileNotFoundError:
                    continue  # deleted meanwhile
    return [run for *_, run in sorted(found, key=lambda each: each[:2], reverse=True)]


def called(run_id: str, root: Path) -> RunDir | None:
    """The run of that id in the folder ``root``; None where there is none.

    What a record was changed to hold leads nowhere else: an id is a plain name, and no link.
    """
    run = RunDir(root / run_id)
    is_plain = run.id == run_id and not run_id.startswith(".")
    return run if is_plain and run.exists and not run.path.is_symlink() else None


def find(selector: str, *, root: Path | None = None) -> RunDir:
    """The run whose id is ``selector`` or alone begins with it; the newest for ``latest``.

    Selectors are compared with what `list_runs` lists and never become part of a path, so that none leads out
    of the runs folder. Raises RunNotFound or AmbiguousRun.
    """
    runs = list_runs(root=root)
    if selector == "latest" and runs:
        return runs[0]
    fitting = [run for run in runs if selector and run.id.startswith(selector)]
    exact = [run for run in fitting if run.id == selector]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    if not runs:
        raise RunNotFound("there are no runs yet")
    if not fitting:
        raise RunNotFound(f"no run begins with '{plain(selector)}'; the newest is {plain(runs[0].id)}")
    some = ", ".join(plain(run.id) for run in fitting[:3]) + (", …" if len(fitting) > 3 else "")
    raise AmbiguousRun(f"'{plain(selector)}' fits {len(fitting)} runs ({some}): type more of the id")


def delete(run: RunDir) -> None:
    """Delete a run with all that was recorded. Raises RunIsLive, RunNotFound or RunHomeError."""
    remains = put_away(run)
    with usable(remains.parent):
        shutil.rmtree(remains)


def put_away(run: RunDir) -> Path:
    """Take a run out of the listing at once, whole; where it lies then, to be deleted or brought back.

    Raises RunIsLive, RunNotFound or RunHomeError.
    """
    if not run.exists:
        raise RunNotFound(f"there is no run {plain(run.id)}")
    lock = WorkerLock(run.lock)
    with usable(run.path.parent):
        try:
            is_certain = lock.acquire()
        except LockHeld as error:
            raise RunIsLive(f"{plain(run.id)} is live: stop it first") from error
        try:
            if not is_certain and (silent_s := time.time() - _last_change(run)) < _SILENT_S:
                raise RunIsLive(
                    f"{plain(run.id)} may be live: it was last heard {max(silent_s, 0):.0f} s ago"
                )
            os.utime(run.path)  # tells how long it has been away, see `sweep`
            return run.path.rename(run.path.with_name(f"{_AWAY}{run.id}"))
        finally:
            lock.release()


def bring_back(away: Path) -> RunDir:
    """The run that was put there, in the listing again. Raises RunHomeError."""
    with usable(away.parent):
        return RunDir(away.rename(away.with_name(away.name.removeprefix(_AWAY))))


def sweep(*, root: Path | None = None) -> None:
    """Delete for good what was put away and left behind by a program that ended before it could."""
    root = root or runs_root()
    try:
        left = [entry for entry in os.scandir(root) if entry.name.startswith(_AWAY)]
    except OSError:
        return
    for entry in left:
        with suppress(OSError):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _UNDONE_S:
                shutil.rmtree(entry.path)


def _last_change(run: RunDir) -> float:
    return (run.events if run.events.exists() else run.recipe_toml).stat().st_mtime


def new_ids(name: str) -> Iterator[str]:
    """Ids for what is made now, so that they sort by that moment; the first that is free is to be taken."""
    now_ns = time.time_ns()
    short_name = slug(name)[:24].strip("-") or "run"
    while True:
        second, rest_ns = divmod(now_ns, 10**9)
        ticks = rest_ns * _TICKS // 10**9
        suffix = "".join(_DIGITS[ticks // 36**place % 36] for place in (2, 1, 0))
        yield f"{datetime.fromtimestamp(second, UTC):%Y%m%d-%H%M%S}-{short_name}-{suffix}"
        now_ns += 10**9 // _TICKS + 1  # made in the same instant: take the next one


def _new_folder(root: Path, name: str) -> Path:
    """A new folder under ``root``."""
    for new_id in new_ids(name):
        with suppress(FileExistsError):
            (root / new_id).mkdir(mode=0o700)
            return root / new_id
    raise AssertionError("ids never run out")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody, whatever happens, sees part of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _versions() -> dict[str, str]:
    """Installed versions, from their metadata: nothing is imported."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _VERSIONS_OF:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def _table(name: str, values: Mapping[str, str | int | float | bool]) -> str:
    from tui_trainer.core.validation import toml_key, toml_value

    return "\n".join([f"[{name}]", *(f"{toml_key(key)} = {toml_value(values[key])}" for key in values), ""])


@contextmanager
def usable(root: Path) -> Iterator[None]:
    """Raises RunHomeError where the system refuses what is done in a folder."""
    try:
        yield
    except OSError as error:
        raise RunHomeError(
            f"runs cannot be kept in {plain(str(root))} ({error.strerror}): "
            "set TUI_TRAINER_HOME to a folder you can write to"
        ) from error
