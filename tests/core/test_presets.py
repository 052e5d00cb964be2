"""Presets as files: what ships is right, what is wrong is told with file and key, and the rest works."""

import os
from pathlib import Path

import pytest

from tui_trainer.core import presets
from tui_trainer.core.presets import GROUPS, Library, UnknownPreset, language, text
from tui_trainer.core.symptoms import Bound, Symptom


@pytest.fixture(scope="module")
def shipped() -> Library:
    return Library.load((presets.shipped_folder(),))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "presets"


def write(folder: Path, name: str, content: str | bytes) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def sentences(folder: Path) -> list[str]:
    """What is wrong with the files in a folder beside the shipped one, less where the folder lies."""
    library = Library.load((presets.shipped_folder(), folder))
    return [str(problem).removeprefix(f"{folder}/") for problem in library.problems]


ADAM = 'schema = 1\n[optimizer]\nkind = "adam"\n'


# What ships


def test_all_that_ships_is_right(shipped: Library) -> None:
    assert shipped.problems == ()


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("data", "moons blobs sine breast-cancer diabetes digits mnist"),
        ("schedules", "constant step cosine one-cycle warmup"),
        (
            "architectures",
            "logistic-regression softmax-regression linear mlp fcnn mlp-mnist lenet",
        ),
        ("activations", "identity sigmoid tanh relu leaky-relu gelu softplus"),
        ("losses", "mse cross-entropy binary-cross-entropy"),
        ("optimizers", "gd sgd momentum adam"),
        ("regularization", "l1 l2 dropout early-stopping none"),
        ("recipes", "first-steps tp1-mnist regression-fcnn"),
    ],
)
def test_every_preset_of_the_course_so_far_is_there(shipped: Library, group: str, names: str) -> None:
    assert set(names.split()) <= {preset.name for preset in shipped.group(group)}


def test_every_preset_speaks_both_languages(shipped: Library) -> None:
    for preset in shipped.presets.values():
        for tongue in ("en", "fr"):
            said = preset.text[tongue]
            assert said.summary, (preset.file, tongue)
            assert bool(said.formula) == bool(said.formula_ascii), (preset.file, tongue)
            assert said.formula_ascii.isascii() or tongue == "fr", preset.file


def test_groups_come_in_teaching_order(shipped: Library) -> None:
    assert [preset.name for preset in shipped.group("optimizers")][:4] == [
        "gd",
        "sgd",
        "momentum",
        "nesterov",
    ]
    assert shipped.group("recipes")[0].name == "first-steps"


# Finding


def test_a_miss_names_the_nearest_or_all(shipped: Library) -> None:
    with pytest.raises(UnknownPreset, match=r"^no such preset in optimizers; did you mean adam\?$"):
        shipped.get("optimizers", "adm")
    with pytest.raises(UnknownPreset, match=r"^no such preset in losses; choose from mse, "):
        shipped.get("losses", "zzz")


def test_aliases(shipped: Library) -> None:
    assert shipped.get("losses", "bce").name == "binary-cross-entropy"
    assert shipped.get("losses", "cce").name == "cross-entropy"


def test_one_name_may_be_several_presets(shipped: Library) -> None:
    assert [preset.group for preset in shipped.find("identity")] == ["activations"]
    assert shipped.find("zzz") == []


def test_the_settings_of_a_preset_are_at_its_values(shipped: Library) -> None:
    settings = shipped.settings(shipped.get("architectures", "fcnn"))
    assert {"architecture.hidden": (64, 32)}.items() <= {it.path: it.value for it in settings}.items()
    recipe = shipped.settings(shipped.get("recipes", "tp1-mnist"))
    assert {"training.batch_size": 64}.items() <= {it.path: it.value for it in recipe}.items()
    assert [it.path for it in shipped.settings(shipped.get("regularization", "l2"))] == [
        "regularization.l2.strength"
    ]
    assert shipped.settings(shipped.get("activations", "relu")) == ()


def test_texts_fall_back_to_english_then_to_nothing(mine: Path) -> None:
    write(mine, "optimizers/half.toml", f'{ADAM}[text.en]\nsummary = "half"\nfor = ["a", "b"]\n')
    write(mine, "optimizers/mute.toml", ADAM)
    library = Library.load((presets.shipped_folder(), mine))
    half = text(library.get("optimizers", "half"), "fr")
    assert (half.summary, half.advantages) == ("half", ("a", "b"))
    assert text(library.get("optimizers", "mute"), "fr").summary == ""


@pytest.mark.parametrize(
    ("chosen", "environment", "spoken"),
    [
        (None, {"LANG": "fr_FR.UTF-8"}, "fr"),
        (None, {"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "fr_CA", "LANG": "en_US"}, "fr"),
        (None, {"LANG": "de_DE"}, "en"),
        (None, {}, "en"),
        ("en", {"LANG": "fr_FR"}, "en"),
        ("FR", {}, "fr"),
    ],
)
def test_language(
    chosen: str | None, environment: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language(chosen) == spoken


# The user's own


def test_a_users_presets_join_the_shipped_ones(mine: Path) -> None:
    write(mine, "optimizers/brisk.toml", f"{ADAM}lr = 0.01\n")
    write(mine, "recipes/mine.toml", 'schema = 1\n[optimizer]\npreset = "brisk"\nbeta1 = 0.8\n')
    library = Library.load((presets.shipped_folder(), mine))
    assert library.problems == ()
    assert [preset.name for preset in library.group("optimizers")][-1] == "brisk"
    assert not library.get("optimizers", "brisk").shipped
    assert library.get("optimizers", "adam").shipped
    values = {it.path: it.value for it in library.settings(library.get("recipes", "mine"))}
    assert (values["optimizer.lr"], values["optimizer.beta1"]) == (0.01, 0.8)


def test_the_users_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUI_TRAINER_CONFIG", str(tmp_path))
    assert presets.user_folder() == tmp_path / "presets"
    write(presets.user_folder(), "optimizers/brisk.toml", ADAM)
    assert Library.load().get("optimizers", "brisk")


def test_a_recipe_that_teaches_says_what_one_will_see(mine: Path) -> None:
    symptom = """schema = 1
    [symptom]
    diagnosis = "overfitting"
    validation_loss_rise = { at_least = 1.3 }
    train_accuracy = { at_least = 0.9, at_most = 1 }
    """
    write(mine, "recipes/mine.toml", symptom)
    library = Library.load((presets.shipped_folder(), mine))
    assert library.problems == ()
    assert library.get("recipes", "mine").symptom == Symptom(
        (Bound("validation_loss_rise", at_least=1.3), Bound("train_accuracy", at_least=0.9, at_most=1)),
        "overfitting",
    )
    assert library.get("recipes", "first-steps").symptom is None


def test_only_recipes_have_symptoms(mine: Path) -> None:
    write(mine, "optimizers/x.toml", f"{ADAM}[symptom]\nepochs = {{ at_least = 1 }}")
    assert sentences(mine) == [
        "optimizers/x.toml: symptom: no such table in optimizers; choose from optimizer, training"
    ]


def test_a_shipped_name_is_taken(mine: Path) -> None:
    write(mine, "optimizers/adam.toml", f"{ADAM}lr = 99.0\n")
    assert sentences(mine) == [
        "optimizers/adam.toml: the name is taken by presets/optimizers/adam.toml; choose another"
    ]
    library = Library.load((presets.shipped_folder(), mine))
    assert library.get("optimizers", "adam").shipped


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert Library.load((tmp_path / "none", tmp_path / "neither")) == Library({})


# What is wrong

MISTAKES = {
    "optimizers/x.toml": {
        "": "schema: missing; must be 1",
        "schema = 2\nwhatever = 3": "schema = 2: must be 1",
        "schema = true": "schema = true: must be 1",
        "schema = 1": "optimizer: missing; the file needs a table [optimizer]",
        "schema = 1\noptimizer = 3": "optimizer = 3: must be a table: [optimizer]",
        "schema = 1\n[optimizer]\nlr = 1": "optimizer.kind: missing; must be one of "
        "gd, sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw",
        f"{ADAM}learning_rate = 1": "optimizer.learning_rate: no such setting; did you mean lr?",
        f"{ADAM}lr = -1": "optimizer.lr = -1: must be greater than 0 and at most 100",
        f"order = 1.5\n{ADAM}": "order = 1.5: must be a whole number",
        f"{ADAM}[training]\nepochs = 3": "training.epochs: not for optimizers to set; only batch_size",
        f"{ADAM}[loss]\nkind = 'mse'": "loss: no such table in optimizers; choose from optimizer, training",
        f"{ADAM}[optimzer]\nlr = 1": "optimzer: no such table in optimizers; did you mean optimizer?",
        f"{ADAM}[text.de]": "text.de: no such language; choose from en, fr",
        f"text = 1\n{ADAM}": "text = 1: must be tables by language: [text.en]",
        f"{ADAM}[text]\nen = 1": "text.en = 1: must be a table: [text.en]",
        f"{ADAM}[text.en]\nsumary = ''": "text.en.sumary: no such text; did you mean summary?",
        f"{ADAM}[text.en]\nsummary = 1": "text.en.summary = 1: must be text",
        f"{ADAM}[text.en]\nfor = 'speed'": 'text.en.for = "speed": must be a list of texts',
        f"{ADAM}lr = 0,1": "line 4, column 7: not valid TOML: ",
    },
    "activations/x.toml": {
        "schema = 1\n[architecture]\nactivation = 'rel'": 'architecture.activation = "rel": must be one of '
        "identity, sigmoid, tanh, relu, leaky-relu, gelu, softplus; did you mean relu?",
        "schema = 1\n[architecture]": "architecture.activation: missing",
        "schema = 1\n[architecture]\nactivation = 'relu'\nhidden = [1]": "architecture.hidden: not for "
        "activations to set; only activation",
    },
    "recipes/x.toml": {
        "schema = 1\n[data]\npreset = 'digit'":
            'data.preset = "digit": no such preset in data; did you mean digits?',
        "schema = 1\n[data]\npreset = ''":
            'data.preset = "": no such preset in data; choose from '
            "moons, circles, spirals, xor, blobs, sine, plane, iris, wine, breast-cancer, diabetes, digits, "
            "digits-even-odd, mnist, fashion-mnist, cifar10",
        "schema = 1\n[data]\npreset = 3":
            "data.preset = 3: must be the name of a preset",
        "schema = 1\n[data]\npreset = ['digits']":
            'data.preset = ["digits"]: must be the name of a preset',
        "schema = 1\n[regularization]\npreset = ['l2', 3]":
            'regularization.preset = ["l2", 3]: must be the name of a preset or a list of names',
        "schema = 1\n[regularization]\npreset = ['l2', 'none']":
            'regularization.preset = "none": stands alone: it takes all others away',
        "schema = 1\n[optimizer]\npreset = 'sgd'\nbeta1 = 0.9":
            "optimizer.beta1: sgd has no such setting; it belongs to adam, adamw",
        "schema = 1\nlr = 1":
            "lr: no such table in recipes; choose from data, architecture, loss, optimizer, "
            "regularization, training, symptom",
        "schema = 1\n[symtom]\nepochs = 1":
            "symtom: no such table in recipes; did you mean symptom?",
        "schema = 1\nsymptom = 'overfits'":
            'symptom = "overfits": must be a table: [symptom]',
        "schema = 1\n[symptom]":
            "symptom: empty; bound a measure: train_accuracy, ",
        "schema = 1\n[symptom]\ntrain_acuracy = { at_least = 0.9 }":
            "symptom.train_acuracy: no such measure; did you mean train_accuracy?",
        "schema = 1\n[symptom]\ntrain_loss = 0.9":
            "symptom.train_loss = 0.9: must be a table: train_loss = { at_least = 1.0 }",
        "schema = 1\n[symptom]\ntrain_loss = {}":
            "symptom.train_loss: empty; needs at_least or at_most",
        "schema = 1\n[symptom]\ntrain_loss = { atleast = 0.9 }":
            "symptom.train_loss.atleast: no such bound; did you mean at_least?",
        "schema = 1\n[symptom]\ntrain_loss = { at_most = true }":
            "symptom.train_loss.at_most = true: must be a number",
        "schema = 1\n[symptom]\ntrain_loss = { at_most = nan }":
            "symptom.train_loss.at_most = nan: must be a number",
        "schema = 1\n[symptom]\ntrain_loss = { at_least = 2, at_most = 1 }":
            "symptom.train_loss: at_least is more than at_most: nothing can be both",
        "schema = 1\n[symptom]\ndiagnosis = 'overfiting'":
            'symptom.diagnosis = "overfiting": must be one of diverged, chance, one-class, overfitting, '
            "underfitting, plateau, learning, too-early, confusion, vanishing-gradient, exploding-gradient, "
            "dead-units, saturated-units, update-size, not-finite; did you mean overfitting?",
        "schema = 1\n[symptom]\ndiagnosis = ['overfitting']":
            "symptom.diagnosis = [\"overfitting\"]: must be one of ",
        "schema = 1\n[training]\nepochs = 0":
            "training.epochs = 0: must be from 1 to 100000",
        "schema = 1\ntraining = 3":
            "training = 3: must be a table: [training]",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"), [(name, content) for name, contents in MISTAKES.items() for content in contents]
)
def test_one_mistake_is_one_sentence(mine: Path, name: str, content: str) -> None:
    write(mine, name, content)
    (sentence,) = sentences(mine)
    expected = f"{name}: {MISTAKES[name][content]}"
    assert sentence.startswith(expected) if expected.endswith(" ") else sentence == expected


def test_all_mistakes_of_a_file_come_at_once_and_others_work(mine: Path) -> None:
    write(mine, "optimizers/brisk.toml", ADAM)
    write(
        mine,
        "recipes/x.toml",
        """schema = 1
        [data]
        preset = "digit"
        noize = 1
        [optimizer]
        preset = "brisk"
        lr = 0
        [regularization]
        preset = 3
        l2.strength = -1
        [los]
        [text.en]
        sumary = "x"
        """,
    )
    assert sorted(sentences(mine)) == [
        "recipes/x.toml: data.noize: no such setting; did you mean noise?",
        'recipes/x.toml: data.preset = "digit": no such preset in data; did you mean digits?',
        "recipes/x.toml: los: no such table in recipes; did you mean loss?",
        "recipes/x.toml: optimizer.lr = 0: must be greater than 0 and at most 100",
        "recipes/x.toml: regularization.l2.strength = -1: must be from 0 to 100",
        "recipes/x.toml: regularization.preset = 3: must be the name of a preset or a list of names",
        "recipes/x.toml: text.en.sumary: no such text; did you mean summary?",
    ]
    library = Library.load((presets.shipped_folder(), mine))
    assert library.get("optimizers", "brisk")
    with pytest.raises(UnknownPreset, match=r"recipes/x\.toml has mistakes$"):
        library.get("recipes", "x")


def test_a_recipe_that_names_a_broken_preset_says_which(mine: Path) -> None:
    write(mine, "optimizers/brisk.toml", f"{ADAM}lr = 0\n")
    write(mine, "recipes/x.toml", 'schema = 1\n[optimizer]\npreset = "brisk"\n')
    assert sentences(mine) == [
        "optimizers/brisk.toml: optimizer.lr = 0: must be greater than 0 and at most 100",
        f'recipes/x.toml: optimizer.preset = "brisk": {mine}/optimizers/brisk.toml has mistakes',
    ]


def test_two_regularizations_that_set_one_key_differently_clash(mine: Path) -> None:
    write(mine, "regularization/strong.toml", "schema = 1\n[regularization]\nl2.strength = 1.0\n")
    write(mine, "recipes/x.toml", 'schema = 1\n[regularization]\npreset = ["l2", "strong"]\n')
    assert sentences(mine) == [
        'recipes/x.toml: regularization.preset = "strong": presets/regularization/l2.toml sets '
        "regularization.l2.strength too; name only one of them"
    ]


def test_files_that_are_no_presets(mine: Path) -> None:
    write(mine, "optimizers/latin.toml", "schema = 1 # é".encode("latin-1"))
    write(mine, "optimizers/huge.toml", b"#" * 100_000)
    write(mine, "optimizers/My Own.toml", ADAM)
    write(mine, "optimizers/\x1b[31mred.toml", ADAM)
    write(mine, "optimizers/deep.toml", ".".join("a" * 5000) + " = 1")
    write(mine, "optimizer/brisk.toml", ADAM)
    write(mine, "stray.toml", ADAM)
    write(mine, "optimizers/notes.txt", "not for us")
    write(mine, "optimizers/.#brisk.toml", "an editor's lock")
    (mine / "optimizers/folder.toml").mkdir()
    os.mkfifo(mine / "optimizers/pipe.toml")
    (mine / "optimizers/gone.toml").symlink_to(mine / "nowhere")
    name = "a preset is named by its file: lower-case letters, digits and hyphens only"
    assert set(sentences(mine)) == {
        f"optimizers/\x1b[31mred.toml: {name}",
        f"optimizers/My Own.toml: {name}",
        "optimizers/deep.toml: not valid TOML: nested too deeply",
        "optimizers/folder.toml: not a file",
        "optimizers/gone.toml: cannot be read: No such file or directory",
        "optimizers/huge.toml: 100000 bytes; a preset has 65536 at most",
        "optimizers/latin.toml: not UTF-8 at byte 13; save it as UTF-8",
        "optimizers/pipe.toml: not a file",
        "optimizer: not in the folder of a group; did you mean optimizers?",
        f"stray.toml: not in the folder of a group; choose from {', '.join(GROUPS)}",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(mine: Path) -> None:
    write(mine, "optimizers/secret.toml", ADAM)
    write(mine, "losses/x.toml", "schema = 1")
    (mine / "optimizers/secret.toml").chmod(0)
    (mine / "losses").chmod(0)
    try:
        assert sentences(mine) == [
            "losses: cannot be read: Permission denied",
            "optimizers/secret.toml: cannot be read: Permission denied",
        ]
    finally:
        (mine / "losses").chmod(0o700)


def test_a_byte_order_mark_does_no_harm(mine: Path) -> None:
    write(mine, "optimizers/windows.toml", b"\xef\xbb\xbf" + ADAM.replace("\n", "\r\n").encode())
    assert sentences(mine) == []


def test_the_home_of_the_user_is_a_tilde_in_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "presets", "optimizers/x.toml", "")
    (problem,) = Library.load((presets.shipped_folder(), tmp_path / "presets")).problems
    assert problem.file == "~/presets/optimizers/x.toml"
