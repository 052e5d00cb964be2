"""The record of a comparison, and the queue its runs wait in."""

import time

import pytest

from tui_trainer.core import comparison as comparisons
from tui_trainer.core import history, liveness, queue, rundir
from tui_trainer.core.comparison import ComparisonDamaged, ComparisonNotFound, TooManyRuns
from tui_trainer.core.events import PhaseChanged
from tui_trainer.core.lock import is_locked
from tui_trainer.core.planning import Crew, Job, crews, seconds_per_run
from tui_trainer.core.recipe import FullyConnected, Moons, Recipe, Training
from tui_trainer.core.runlog import LogWriter
from tui_trainer.core.standings import Standings
from tui_trainer.core.variation import Variant

RECIPE = Recipe(name="tiny", data=Moons(points=200), architecture=FullyConnected(hidden=(4,)))


def two_variants() -> list[Variant]:
    wide = RECIPE.model_copy(update={"architecture": FullyConnected(hidden=(8,))})
    return [Variant("hidden 4", RECIPE), Variant("hidden 8", wide)]


def test_a_record_names_runs_that_pair_and_survives_being_read_back():
    made = comparisons.create("tiny", two_variants(), (0, 1, 2), budget="60s", target="accuracy=0.9")
    assert comparisons.find("latest") == comparisons.find(made.id[:-1]) == made
    assert [dict(entrant.differs) for entrant in made.entrants] == [
        {"architecture.hidden": (4,)},
        {"architecture.hidden": (8,)},
    ]
    recipes = [run.recipe() for run in made.runs()]
    assert [recipe.training.seed for recipe in recipes] == [0, 0, 1, 1, 2, 2]
    assert {recipe.training.threads for recipe in recipes} == {1}
    assert {(recipe.data.split_seed, recipe.data) for recipe in recipes} == {(0, RECIPE.data)}
    assert all(
        liveness.state_of(run, history.load(run), time.time() + 3600) == "queued" for run in made.runs()
    )


def test_more_seeds_are_a_round_of_their_own_and_the_recipe_is_that_of_the_runs():
    made = comparisons.create("tiny", two_variants(), (0, 1, 2))
    more, new = comparisons.add_seeds(made)
    assert (more.seeds, more.rounds) == ((0, 1, 2, 3, 4, 5, 6, 7), (3, 5))
    assert [run.recipe().training.seed for run in new] == [3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
    assert comparisons.find(made.id) == more


def test_deleted_runs_are_just_not_there():
    made = comparisons.create("tiny", two_variants(), (0, 1))
    first, second = made.entrants
    rundir.delete(made.run_of(first, 0))
    for run in made.runs(second):
        rundir.delete(run)
    again = comparisons.find("latest")
    assert [run.recipe().training.seed for run in again.runs()] == [1]
    standings = Standings(again)
    standings.read_new()
    assert [row.state for row in standings.rows(time.time())] == ["deleted", "queued", "deleted", "deleted"]
    assert standings.standing(time.time()).leader is None
    more, new = comparisons.add_seeds(again, 1)
    assert len(new) == 1, "nobody knows the recipe of the other any more"
    assert more.run_of(second, 2) is None


@pytest.mark.parametrize("diverged", [True, False])
def test_a_run_has_diverged_where_its_worker_says_so_whatever_the_words(diverged):
    made = comparisons.create("tiny", two_variants(), (0,))
    run = made.runs()[0]
    run.queued.unlink()
    end = PhaseChanged(
        attempt=1, elapsed_s=1.0, phase="failed", reason="the device became hot", has_diverged=diverged
    )
    with LogWriter(run.events) as log:
        log.append(end)
    standings = Standings(made)
    standings.read_new()
    assert [row.has_diverged for row in standings.rows(time.time())] == [diverged, False]
    outcome = standings.sides(time.time())[0].outcomes[0]
    assert outcome.end == ("diverged" if diverged else "broken")


def test_unknown_fields_are_passed_over_and_damage_is_a_sentence(home):
    made = comparisons.create("tiny", two_variants(), (0,))
    path = home / "comparisons" / f"{made.id}.toml"
    path.write_text("from_later = 1\n" + path.read_text())
    assert comparisons.find("latest") == made
    (home / "comparisons" / "broken.toml").write_text("schema = 1\nseeds = 3")
    assert comparisons.list_comparisons() == [made]
    with pytest.raises(ComparisonDamaged, match=r"broken\.toml is no record of a comparison"):
        comparisons.find("broken")


def test_neither_a_selector_nor_a_record_leads_out_of_the_folders(home, tmp_path):
    made = comparisons.create("tiny", two_variants(), (0,))
    for selector in ("../runs", "/etc/passwd", "", "nothing"):
        with pytest.raises(ComparisonNotFound):
            comparisons.find(selector)
    outside = rundir.create(RECIPE, root=tmp_path / "elsewhere")
    path = home / "comparisons" / f"{made.id}.toml"
    run_id = made.runs()[0].id
    path.write_text(path.read_text().replace(run_id, f"../../elsewhere/{outside.id}"))
    assert outside not in comparisons.find("latest").runs()
    assert len(comparisons.find("latest").runs()) == 1


def test_too_many_runs_are_refused_before_one_is_made(home):
    with pytest.raises(TooManyRuns, match="2,000 runs"):
        comparisons.create("tiny", two_variants(), range(1000))
    assert not home.exists()


def test_a_queued_run_is_taken_once_and_is_not_queued_any_more():
    run = rundir.create(RECIPE)
    assert queue.take(run) is None
    queue.put(run)
    lock = queue.take(run)
    assert lock is not None
    assert queue.take(run) is None
    assert is_locked(run)
    lock.release()
    assert queue.take(run) is None
    assert not queue.is_queued(run)


def test_a_run_can_be_taken_out_of_the_queue_and_counts_as_stopped():
    run = rundir.create(RECIPE)
    queue.put(run)
    assert queue.withdraw(run)
    assert not queue.withdraw(run)
    told = history.load(run)
    assert liveness.state_of(run, told, time.time()) == "stopped"
    assert told.reason == "taken out of the queue"


def jobs(number: int, *, seconds: float, is_small: bool) -> list[Job]:
    recipe = Recipe(training=Training(device="cpu"))
    return [Job(rundir.create(recipe), recipe, seconds, is_small) for _ in range(number)]


def test_small_runs_share_a_worker_and_large_ones_get_a_core_each():
    small, large = jobs(6, seconds=0.5, is_small=True), jobs(3, seconds=100, is_small=False)
    assert crews(small, cores=4) == (Crew(tuple(job.run for job in small), 6),)
    runs = tuple(job.run for job in large)
    assert crews(large, cores=2) == (Crew(runs, 1), Crew(runs, 1))
    assert [crew.at_once for crew in crews([*small, *large], cores=3)] == [6, 1, 1]
    assert len(crews([*small, *large], cores=1)) == 2, "nobody waits for ever"
    assert crews([], cores=4) == ()
    long_ones = jobs(8, seconds=60, is_small=True)
    assert [crew.at_once for crew in crews(long_ones, cores=4)] == [2, 2, 2, 2]


def test_a_budget_is_shared_equally_by_all():
    large = jobs(6, seconds=100, is_small=False)
    assert seconds_per_run(60, large, cores=2) == 20
    assert seconds_per_run(60, jobs(6, seconds=0.5, is_small=True), cores=2) == 10


def test_tiny_nets_are_small_and_mnist_is_not():
    from tui_trainer.core.recipe import TorchvisionSet

    tiny = rundir.create(RECIPE)
    mnist = rundir.create(Recipe(data=TorchvisionSet(), architecture=FullyConnected(hidden=(256,))))
    assert Job.of(tiny).is_small
    assert not Job.of(mnist).is_small
