import math
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_trainer.core import rundir
from tui_trainer.core.lock import LockHeld, WorkerLock, is_locked
from tui_trainer.core.recipe import Dropout, Recipe, Regularization
from tui_trainer.core.rundir import (
    AmbiguousRun,
    RunDir,
    RunHomeError,
    RunIsLive,
    RunNotFound,
    append_numerics,
    create,
    delete,
    find,
    list_runs,
)

RECIPE = Recipe(name="first-steps")
_HOLD = """
import pathlib, sys
from tui_trainer.core.lock import WorkerLock
WorkerLock(pathlib.Path(sys.argv[1])).acquire()
print("locked", flush=True)
sys.stdin.read()
"""
_HOLD_AND_FORK = _HOLD.replace("print(", "import os\nif not os.fork(): sys.stdin.read(), os._exit(0)\nprint(")
_PROBE = """
import pathlib, sys
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import RunDir
print(is_locked(RunDir(pathlib.Path(sys.argv[1]))))
"""
_STRETCHED_PROBE = """
import fcntl, sys
file = open(sys.argv[1])
fcntl.lockf(file, fcntl.LOCK_SH)
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def process_holding(lock: Path, program: str = _HOLD) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock until it ends."""
    command = [sys.executable, "-c", program, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "locked\n"
            yield worker
        finally:
            worker.kill()


def seen_elsewhere(run: RunDir) -> str:
    """What `is_locked` says in another process."""
    command = [sys.executable, "-c", _PROBE, str(run.path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Where


def test_home_is_what_the_environment_says_in_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rundir.home() == home
    assert rundir.runs_root() == home / "runs"
    monkeypatch.setenv("TUI_TRAINER_HOME", "elsewhere")
    assert rundir.home() == Path.cwd() / "elsewhere"
    monkeypatch.setenv("TUI_TRAINER_HOME", "~/elsewhere")
    assert rundir.home() == Path.home() / "elsewhere"


def test_home_is_else_the_platforms_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUI_TRAINER_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert rundir.home().name == "tui-trainer"
    assert tmp_path in rundir.home().parents


# Making


def test_a_new_run_records_its_recipe_in_full(home: Path) -> None:
    recipe = Recipe(name="mine", regularization=Regularization(dropout=Dropout(rate=0.25)))
    run = create(recipe)
    assert run.path.parent == home / "runs"
    assert run.exists
    assert run.recipe() == recipe
    assert run.recipe_notes() == ()
    record = tomllib.loads(run.recipe_toml.read_text("utf-8"))
    assert record["schema"] == 1
    assert record["optimizer"] == recipe.optimizer.model_dump()
    assert record["regularization"] == {"dropout": {"rate": 0.25}}
    assert record["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"tui-trainer", "torch", "numpy"} <= record["versions"].keys()
    assert [path.name for path in run.path.iterdir()] == ["recipe.toml"]


def test_what_is_made_is_for_its_user_alone(home: Path) -> None:
    before = os.umask(0)
    try:
        run = create(RECIPE)
    finally:
        os.umask(before)
    assert [mode_of(folder) for folder in (home, home / "runs", run.path)] == [0o700] * 3


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("first-steps", "first-steps"),
        ("Été à l'École", "ete-a-l-ecole"),
        ("../../etc/passwd", "etc-passwd"),
        ("\x1b[31m\n", "31m"),
        ("學習", "run"),
        ("", "run"),
        ("x" * 300, "x" * 24),
    ],
)
def test_ids_are_short_and_safe_whatever_the_recipe_is_called(name: str, slug: str) -> None:
    run = create(Recipe(name=name))
    assert re.fullmatch(rf"\d{{8}}-\d{{6}}-{slug}-[0-9a-z]{{3}}", run.id)
    assert run.recipe().name == name


def test_runs_made_at_once_are_all_there_and_in_order() -> None:
    runs = [create(Recipe(name=name)) for name in "zyxwvutsrq"]
    assert list_runs() == runs[::-1]
    assert find("latest") == runs[-1]


def test_runs_made_in_the_same_instant_do_not_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_795_479_713_999_999_999)
    runs = [create(RECIPE) for _ in range(3)]
    assert list_runs() == runs[::-1]


def test_the_moment_of_making_is_in_the_id() -> None:
    assert RunDir(Path("20261124-002153-first-steps-000")).created_at == 1_795_479_713.0
    assert RunDir(Path("20261124-002153-first-steps-i00")).created_at == 1_795_479_713.5


@pytest.mark.parametrize("id", ["my-favourite", "20269999-999999-nonsense-abc"])
def test_a_renamed_run_keeps_its_place_by_its_record(id: str) -> None:
    old, new = create(RECIPE), create(RECIPE)
    renamed = RunDir(old.path.rename(old.path.with_name(id)))
    os.utime(renamed.recipe_toml, (new.created_at - 60, new.created_at - 60))
    assert list_runs() == [new, renamed]
    assert find(id) == renamed


def test_a_home_that_cannot_be_is_one_sentence(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(RunHomeError) as caught:
        create(RECIPE)
    assert str(home / "runs") in str(caught.value)
    assert str(caught.value).endswith("set TUI_TRAINER_HOME to a folder you can write to")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_is_read_only_is_one_sentence(home: Path) -> None:
    home.mkdir(mode=0o500)
    with pytest.raises(RunHomeError, match=r"Permission denied.*TUI_TRAINER_HOME"):
        create(RECIPE)


def test_a_record_that_cannot_be_written_leaves_no_half_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(RunHomeError, match="No space left"):
        create(RECIPE)
    assert list((home / "runs").iterdir()) == []


def test_numerics_are_added_once_and_the_recipe_stays(tmp_path: Path) -> None:
    run = create(RECIPE)
    assert run.numerics() == {}
    before = run.recipe_toml.read_text("utf-8")
    numerics: dict[str, str | int | float | bool] = {
        "device": 'GPU "7"\\',
        "threads": 2,
        "fused": True,
        "scale": 0.1,
        "odd key": math.inf,
    }
    append_numerics(run, numerics)
    append_numerics(run, {"device": "another"})
    assert run.numerics() == numerics
    assert run.recipe_toml.read_text("utf-8").startswith(before)
    assert run.recipe() == RECIPE


def test_a_record_of_a_newer_version_is_read_with_notes() -> None:
    run = create(RECIPE)
    text = run.recipe_toml.read_text("utf-8")
    run.recipe_toml.write_text(text.replace("[loss]", "[loss]\nflavour = 1"), "utf-8")
    assert run.recipe() == RECIPE
    (note,) = run.recipe_notes()
    assert "loss.flavour" in note


# Finding


@pytest.fixture
def runs(home: Path) -> list[RunDir]:
    """Three runs, the newest first."""
    names = ("20261124-002153-first-steps-k3f", "20261124-002153-first-steps-k3", "20261123-101010-lenet-000")
    made = create(RECIPE)
    runs = [RunDir(home / "runs" / name) for name in names]
    for run in runs:
        shutil.copytree(made.path, run.path)
    shutil.rmtree(made.path)
    return runs


def test_a_run_is_found_by_id_prefix_or_as_the_latest(runs: list[RunDir]) -> None:
    assert find("20261123-101010-lenet-000") == runs[2]
    assert find("20261123") == runs[2]
    assert find("20261124-002153-first-steps-k3") == runs[1], "an id is meant even where it begins another"
    assert find("latest") in list_runs()


def test_a_selector_that_fits_several_names_them(runs: list[RunDir]) -> None:
    with pytest.raises(AmbiguousRun, match=r"fits 3 runs .*-k3f.*type more") as caught:
        find("2026")
    assert isinstance(caught.value, LookupError)


def test_a_selector_that_fits_none_names_the_newest(runs: list[RunDir]) -> None:
    for selector in ("2027", "", "first-steps", "\x1b]0;evil\x07"):
        with pytest.raises(RunNotFound, match="the newest is 2026") as caught:
            find(selector)
        assert "\x1b" not in str(caught.value)


def test_without_runs_nothing_is_found(home: Path) -> None:
    for selector in ("latest", "2026"):
        with pytest.raises(RunNotFound, match="no runs yet"):
            find(selector)


def test_no_selector_leads_out_of_the_runs_folder(home: Path, runs: list[RunDir], tmp_path: Path) -> None:
    outside = tmp_path / "20260101-000000-outside-000"
    shutil.copytree(runs[0].path, outside)
    (home / "runs" / "20260101-000000-link-000").symlink_to(outside)
    for selector in (
        "..",
        ".",
        "/",
        str(outside),
        f"../../{outside.name}",
        f"../runs/{runs[0].id}",
        f"{runs[0].id}/",
        f"{runs[0].id}/../../..",
        "20260101-000000-link-000",
        "20260101",
        "\0",
    ):
        with pytest.raises(LookupError):
            find(selector)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=30) | st.text("./~-0126k3f\\*", max_size=12))
def test_whatever_is_asked_for_is_a_run_of_this_folder_or_none(runs: list[RunDir], selector: str) -> None:
    try:
        found = find(selector)
    except LookupError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert found in runs
    assert sentence.isprintable()


def test_junk_among_the_runs_is_passed_over(home: Path, runs: list[RunDir]) -> None:
    folder = home / "runs"
    (folder / "notes.txt").write_text("x")
    (folder / "empty").mkdir()
    (folder / "no-recipe").mkdir()
    (folder / "no-recipe" / "events.log").write_bytes(b"x")
    (folder / "odd" / "recipe.toml").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "recipe.toml").write_text("")
    (folder / "dangling").symlink_to(folder / "nowhere")
    assert sorted(run.id for run in list_runs()) == sorted(run.id for run in runs)


# Locking


def test_a_lock_is_seen_here_and_everywhere_until_it_is_released() -> None:
    run = create(RECIPE)
    assert is_locked(run) is False
    with WorkerLock(run.lock):
        assert is_locked(run) is True
        assert seen_elsewhere(run) == "True"
    assert is_locked(run) is False
    assert seen_elsewhere(run) == "False"


def test_looking_at_a_lock_in_its_own_process_does_not_lose_it() -> None:
    run = create(RECIPE)
    with WorkerLock(run.lock):
        assert is_locked(run) is True
        with pytest.raises(LockHeld, match="this very process"):
            WorkerLock(run.lock).acquire()
        assert seen_elsewhere(run) == "True"


def test_a_second_worker_is_kept_out_until_the_first_dies() -> None:
    run = create(RECIPE)
    with process_holding(run.lock) as worker:
        assert is_locked(run) is True
        with pytest.raises(LockHeld, match=f"{run.id} is being trained by another worker"):
            WorkerLock(run.lock).acquire()
        assert is_locked(run) is True
        worker.kill()
        worker.wait()
        assert is_locked(run) is False
        with WorkerLock(run.lock):
            assert is_locked(run) is True


def test_a_forked_child_that_outlives_the_worker_does_not_keep_the_lock() -> None:
    run = create(RECIPE)
    with process_holding(run.lock, program=_HOLD_AND_FORK) as worker:
        assert is_locked(run) is True
        worker.kill()
        worker.wait()
        assert is_locked(run) is False


def test_a_viewer_that_looks_at_that_moment_does_not_keep_a_worker_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = create(RECIPE)
    run.lock.touch()
    with process_holding(run.lock, program=_STRETCHED_PROBE) as viewer:

        def look_away(seconds: float) -> None:
            viewer.kill()
            viewer.wait()

        monkeypatch.setattr("time.sleep", look_away)
        with WorkerLock(run.lock):
            assert seen_elsewhere(run) == "True"


def test_without_locks_in_the_file_system_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(fd: int, kind: int) -> None:
        raise OSError(37, "No locks available")

    run = create(RECIPE)
    assert is_locked(run) is False, "no worker has come yet"
    monkeypatch.setattr("fcntl.lockf", no_locks)
    lock = WorkerLock(run.lock)
    assert lock.acquire() is False
    assert is_locked(run) is None
    with pytest.raises(RunIsLive, match="may be live: it was last heard 0 s ago"):
        delete(run)
    os.utime(run.recipe_toml, (0, 0))
    delete(run)
    assert not run.exists


# Deleting


def test_a_deleted_run_is_gone_with_all_it_had(home: Path) -> None:
    kept, run = create(RECIPE), create(RECIPE)
    run.checkpoints.mkdir()
    (run.checkpoints / "last").write_bytes(b"x")
    delete(run)
    assert list_runs() == [kept]
    assert list((home / "runs").iterdir()) == [kept.path]
    with pytest.raises(RunNotFound, match=run.id):
        delete(run)


def test_a_live_run_is_not_deleted() -> None:
    run = create(RECIPE)
    with process_holding(run.lock), pytest.raises(RunIsLive, match="stop it first"):
        delete(run)
    with WorkerLock(run.lock), pytest.raises(RunIsLive, match="stop it first"):
        delete(run)
    assert run.exists
    delete(run)
    assert not run.path.exists()
