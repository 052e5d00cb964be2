"""New, as someone at the keyboard meets it. Nothing here trains: what New asks for is looked at instead."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual import on
from textual.app import App
from textual.pilot import Pilot

from tests.tui.recorded import settled
from tui_trainer.core.compose import Choices
from tui_trainer.core.presets import Language
from tui_trainer.core.recipe import Adam, Constant, Cosine, FullyConnected, OneCycle, Warmup
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.messages import TrainRequested
from tui_trainer.tui.widgets.outlook import Outlook
from tui_trainer.tui.widgets.preset_list import PresetList

Rows = Callable[[App[None]], str]
NARROW, WIDE = (80, 24), (160, 48)
PARTS = ["data", "architecture", "loss", "optimizer", "regularization"]
UP_TO_MOMENTUM = ["up"] * 4


class Listener(TrainerApp):
    """The app, but for a note of what it was asked to train instead of training it."""

    def __init__(self, options: AppOptions) -> None:
        super().__init__(options)
        self.requests: list[TrainRequested] = []

    @on(TrainRequested)
    def note(self, request: TrainRequested) -> None:
        request.prevent_default()
        self.requests.append(request)

    def _prepare_to_train(self) -> None:
        """None is needed."""


@asynccontextmanager
async def opened(
    *keys: str, size: tuple[int, int] = NARROW, options: AppOptions | None = None
) -> AsyncIterator[tuple[Listener, Pilot[None]]]:
    app = Listener(options or AppOptions())
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        yield app, pilot


async def drawn(rows: Rows, *keys: str, size: tuple[int, int] = NARROW, **options: object) -> str:
    async with opened(*keys, size=size, options=AppOptions(**options)) as (app, _):  # type: ignore[arg-type]
        return rows(app)


# What it looks like


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])
@pytest.mark.parametrize(
    "keys", [[], ["2"], ["4"], ["5", "tab"], ["6"]], ids=lambda keys: "-".join(keys) or "first"
)
async def test_looks(keys: list[str], size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    assert await drawn(rows, *keys, size=size) == snapshot


@pytest.mark.parametrize("keys", [["2"], ["4"]], ids="-".join)
async def test_looks_in_ascii(keys: list[str], rows: Rows, snapshot: SnapshotAssertion) -> None:
    shown = await drawn(rows, *keys, ascii=True)
    assert shown.isascii()
    assert shown == snapshot


async def test_speaks_french(rows: Rows, snapshot: SnapshotAssertion) -> None:
    assert await drawn(rows, "4", lang="fr") == snapshot


@pytest.mark.parametrize(
    ("lang", "lead", "help_text"),
    [
        ("en", "in the course: v ← γv + ηg", "How much of the last velocity is kept."),
        ("fr", "dans le cours : v ← γv + ηg", "Part de la vitesse précédente qui est conservée."),
    ],
)
async def test_a_part_and_its_settings_are_explained_in_one_language(
    lang: str, lead: str, help_text: str, rows: Rows
) -> None:
    shown = await drawn(rows, "4", "/", *"momentum", "enter", "space", size=WIDE, lang=lang)
    assert lead in shown
    assert help_text in shown


async def test_explains_itself_from_the_table_of_keys(rows: Rows, snapshot: SnapshotAssertion) -> None:
    assert await drawn(rows, "question_mark", size=WIDE) == snapshot


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
async def test_no_row_is_wider_than_the_terminal_and_the_keys_are_in_sight(
    size: tuple[int, int], rows: Rows
) -> None:
    async with opened(size=size) as (app, pilot):
        for key in "0123456":
            await pilot.press(key)
            lines = rows(app).split("\n")
            assert len(lines) == size[1]
            assert max(map(len, lines)) <= size[0]
            assert "q quit" in lines[-1]


# Choosing


async def test_enter_trains_the_recipe_the_cursor_is_on() -> None:
    async with opened("enter") as (app, _):
        (request,) = app.requests
        assert request.recipe.name == "first-steps"
        assert not request.download
    async with opened("down", "down", "enter") as (app, _):
        assert app.requests[0].recipe.name == "regression-fcnn"


async def test_looking_explains_and_only_space_chooses(rows: Rows) -> None:
    async with opened("4", *UP_TO_MOMENTUM) as (app, pilot):
        assert "gathers speed" in rows(app)
        assert "▸4 Optimizer       adam" in rows(app)
        await pilot.press("space")
        assert "▸4 Optimizer       momentum" in rows(app)
        await pilot.press("enter")
        assert app.requests[0].recipe.optimizer.kind == "momentum"


async def test_the_list_of_architectures_goes_on_with_activations(rows: Rows) -> None:
    async with opened("2", "/", *"tanh", "enter") as (app, pilot):
        assert "tanh  squashes any number" in rows(app)
        await pilot.press("space", "enter")
        chosen = app.requests[0].recipe.architecture
        assert chosen == FullyConnected(hidden=(64, 32), activation="tanh")
        await pilot.press("/", *"softmax-regr", "enter", "space", "escape", "2")
        assert "activations" not in rows(app), "there is none to choose"


async def test_the_list_of_optimizers_goes_on_with_schedules_and_draws_them(rows: Rows) -> None:
    async with opened("4", "/", *"cosine", "enter", size=WIDE) as (app, pilot):
        assert "⠉⠉⠙⠒⠦" in rows(app)
        await pilot.press("space", "enter")
        assert app.requests[0].recipe.optimizer.schedule == Cosine()
        assert "● cosine" in rows(app)
        await pilot.press("/", *"sgd", "enter", "space", "enter")
        assert app.requests[1].recipe.optimizer.schedule == Constant(), "it goes with its optimizer"


async def test_what_is_set_in_a_schedule_goes_with_it() -> None:
    async with opened("4", "/", *"one-cycle", "enter", "space") as (app, pilot):
        await pilot.press(*["tab"] * 6, "end", *["backspace"] * 5, *"0.5", "enter")
        assert app.requests[0].recipe.optimizer.schedule == OneCycle(rise=0.5)
        await pilot.press("escape", "/", *"warmup", "enter", "space", "enter")
        assert app.requests[1].recipe.optimizer.schedule == Warmup()


async def test_regularizations_stack_and_none_takes_them_all_away() -> None:
    async with opened("5", "down", "space", "enter") as (app, pilot):
        regularization = app.requests[-1].recipe.regularization
        assert regularization.dropout is not None
        assert regularization.l2 is not None
        await pilot.press("up", "up", "up", "space", "enter")
        assert all(slot is None for _, slot in app.requests[-1].recipe.regularization)


async def test_changes_to_a_recipe_come_back_with_it(rows: Rows) -> None:
    async with opened("4", *UP_TO_MOMENTUM, "space", "0", "down") as (app, pilot):
        assert "momentum" not in rows(app)
        await pilot.press("up")
        assert "momentum" in rows(app)
        assert "first-steps (changed)" in rows(app)


async def test_when_the_data_ask_for_another_loss_it_follows_and_says_so(rows: Rows) -> None:
    async with opened("1", "/", *"diabetes", "enter", "space") as (app, pilot):
        assert "3 Loss            mse" in rows(app)
        assert "mse" in rows(app).split("✓ ready")[1]
        await pilot.press("enter")
        assert app.requests[0].recipe.loss.kind == "mse"


async def test_what_cannot_train_is_refused_with_the_reason(rows: Rows) -> None:
    async with opened(
        "2", "/", *"lenet", "enter", "space", "1", "/", *"moons", "enter", "space", "enter"
    ) as (
        app,
        _,
    ):
        assert not app.requests
        assert "✗ refused:" in rows(app)


async def test_find_lists_what_holds_the_text_in_name_or_summary(rows: Rows) -> None:
    async with opened("4", "/", *"step") as (app, pilot):
        listed = rows(app)
        assert " adam" in listed
        assert " momentum" not in listed.split("│", 1)[1]
        await pilot.press("escape")
        assert " momentum" in rows(app)


# Settings


async def test_a_setting_is_taken_as_it_is_typed(rows: Rows) -> None:
    async with opened("4", "tab", *".05") as (app, pilot):
        assert "lr 0.05" in rows(app)
        await pilot.press("enter")
        optimizer = app.requests[0].recipe.optimizer
        assert isinstance(optimizer, Adam)
        assert optimizer.lr == 0.05


async def test_a_wrong_value_is_said_beside_its_field_and_the_recipe_stays(rows: Rows) -> None:
    async with opened("4", "tab", *".25", "end", *["backspace"] * 4, *"-1") as (app, pilot):
        assert "✗ must be greater than 0 and at most 100" in rows(app)
        assert "lr 0.2" in rows(app)
        await pilot.press("enter")
        assert not app.requests
        await pilot.press("home", "delete", "enter")
        assert "✗ must" not in rows(app)
        assert app.requests[0].recipe.optimizer.lr == 1


async def test_escape_takes_a_wrong_value_back(rows: Rows) -> None:
    async with opened("4", "tab", *".25", "escape", "tab", *"-1", "tab", "escape", "tab") as (app, pilot):
        assert "✗" not in rows(app)
        assert "0.25 " in rows(app)
        await pilot.press("enter")
        assert app.requests[0].recipe.optimizer.lr == 0.25


async def test_space_goes_through_the_choices_of_a_setting_and_a_list_needs_no_brackets() -> None:
    async with opened("2", "tab", "space", "tab", *"16,8", "enter") as (app, _):
        architecture = app.requests[0].recipe.architecture
        assert isinstance(architecture, FullyConnected)
        assert architecture.hidden == (16, 8)
        assert architecture.initialization == "zeros"


async def test_digits_go_to_parts_until_one_is_in_a_field(rows: Rows) -> None:
    async with opened("6", "4") as (app, pilot):
        assert "▸4 Optimizer" in rows(app)
        await pilot.press("6", "tab", "7")
        assert "▸6 Training        7 epochs" in rows(app)


async def test_choices_from_the_command_line_are_where_new_begins(rows: Rows) -> None:
    choices = Choices("tp1-mnist", settings=("training.epochs=3",))
    shown = await drawn(rows, choices=choices)
    assert "▸0 Recipe          tp1-mnist (changed)" in shown
    assert "3 epochs" in shown


async def test_what_is_set_as_it_was_is_no_change(rows: Rows) -> None:
    same = Choices(settings=("optimizer.lr=0.003",))
    assert "(changed)" not in await drawn(rows, choices=same)
    assert "first-steps (changed)" in await drawn(rows, choices=same.with_setting("optimizer.lr", "0.004"))


async def test_no_preset_is_marked_that_is_not_there_any_more(rows: Rows) -> None:
    fcnn = Choices().with_part("architecture", "fcnn")
    assert "● fcnn" in await drawn(rows, "2", choices=fcnn)
    shown = await drawn(rows, "2", choices=fcnn.with_setting("architecture.hidden", "[20]"))
    assert "2 Architecture    mlp 20" in shown
    assert "● fcnn" not in shown
    assert "● relu" in shown


async def test_compiling_is_proposed_where_it_pays_and_not_once_it_is_chosen(rows: Rows) -> None:
    hint = "training.compile would save ~"
    moons = Choices().with_part("data", "moons").with_part("loss", "binary-cross-entropy")
    long = moons.with_setting("training.epochs", "30000")
    assert hint not in await drawn(rows, choices=moons)
    assert hint in await drawn(rows, choices=long)
    assert hint not in await drawn(rows, choices=long.with_setting("training.compile", "true"))


# Data that are not here


async def test_what_is_said_already_is_pointed_to_and_nothing_covers_it(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(App, "bell", lambda self: rung.append("bell"))
    async with opened("down") as (app, pilot):
        before = rows(app)
        await pilot.press("enter")
        assert rung == ["bell"]
        assert rows(app) == before
        assert any("reverse" in str(line.spans) for line in app.screen.query_one(Outlook).lines(80))
        await pilot.press("up")
        assert not any("reverse" in str(line.spans) for line in app.screen.query_one(Outlook).lines(80))


async def test_absent_data_are_said_before_starting_and_d_fetches_them(rows: Rows, home: Path) -> None:
    async with opened("down", "enter") as (app, pilot):
        assert "✗ mnist is not on this machine (11 MB). d downloads it and trains" in rows(app)
        assert not app.requests
        await pilot.press("d")
        assert app.requests[0].download


async def test_data_that_are_here_need_no_download(
    rows: Rows, mnist_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TRAINER_DATA", str(mnist_folder))
    async with opened("down", "d") as (app, pilot):
        assert "not on this machine" not in rows(app)
        assert not app.requests
        await pilot.press("enter")
        assert not app.requests[0].download


# Files of the user's own


@pytest.fixture
def presets(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "presets" / "optimizers"
    folder.mkdir(parents=True)
    return folder


async def test_mistakes_in_preset_files_are_counted_and_all_listed(presets: Path, rows: Rows) -> None:
    (presets / "wrong.toml").write_text('schema = 1\n[optimizer]\nkind = "adem"\nlr = -1\n')
    (presets / "worse.toml").write_text("schema = \n")
    async with opened(size=WIDE) as (app, pilot):
        assert "! 2 files of yours with mistakes: p lists them" in rows(app)
        await pilot.press("p")
        page = rows(app)
        assert "did you mean adam?" in page
        assert "worse.toml" in page
        await pilot.press("escape")
        assert "0 Recipe" in rows(app)


async def test_texts_of_a_preset_are_text_and_nothing_else(presets: Path, rows: Rows) -> None:
    (presets / "own.toml").write_text(
        'schema = 1\norder = 0\n[optimizer]\nkind = "adam"\n[text.en]\n'
        'summary = "\\u001b[31mred\\u001b]52;c;aGk=\\u0007 [bold]not[/] [@click=app.quit]x[/] \\u202eevil"\n'
    )
    shown = await drawn(rows, "4", *["up"] * 7, size=WIDE)
    assert "[bold]not[/] [@click=app.quit]x[/] evil" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


async def test_a_recipe_that_teaches_says_what_it_shows(presets: Path, rows: Rows) -> None:
    recipes = presets.parent / "recipes"
    recipes.mkdir()
    (recipes / "aaa.toml").write_text(
        "schema = 1\norder = 0\n[symptom]\nvalidation_loss_rise = { at_least = 1.3 }\n"
        '[text.en]\nsummary = "too many units"\n'
    )
    async with opened(size=WIDE, options=AppOptions(lang="en")) as (app, pilot):
        await pilot.press("up")
        await pilot.pause()
        assert "shows: validation loss ≥ 1.3 × its minimum" in rows(app)


# Every page


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("number", range(6), ids=["recipe", *PARTS])
async def test_the_page_of_every_preset(
    number: int, lang: Language, rows: Rows, snapshot: SnapshotAssertion
) -> None:
    """What is below the rows of parts at 80×24, preset by preset as the cursor goes down the list."""
    pages = []
    async with opened(str(number), "home", options=AppOptions(lang=lang)) as (app, pilot):
        presets = app.screen.query_one(PresetList)
        seen: set[tuple[str, str]] = set()
        while (preset := presets.looked_at) and preset.key not in seen:
            seen.add(preset.key)
            page = await settled(pilot)
            pages.append("\n".join(page.split("\n")[8:20]))
            await pilot.press("down")
    assert len(pages) > 5
    assert "\n".join(pages) == snapshot
