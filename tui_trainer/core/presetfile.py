"""One preset file: read into a preset, or every mistake in it."""

import math
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_trainer.core.language import LANGUAGES, Language
from tui_trainer.core.layering import PARTS
from tui_trainer.core.recipe import SCHEMA
from tui_trainer.core.symptoms import MEASURES, Bound, Symptom
from tui_trainer.core.validation import Problem, RecipeError, Table, hint, parse_toml, toml, wrong_choice
from tui_trainer.core.verdicts import KINDS

GROUPS = (
    "data",
    "architectures",
    "activations",
    "losses",
    "optimizers",
    "schedules",
    "regularization",
    "recipes",
)

# What the files of a group may set: their tables, and which keys of each (None: all).
_TABLES: dict[str, dict[str, tuple[str, ...] | None]] = {
    "data": {"data": None},
    "architectures": {"architecture": None},
    "activations": {"architecture": ("activation",)},
    "losses": {"loss": None},
    "optimizers": {"optimizer": None, "training": ("batch_size",)},
    "schedules": {"optimizer": ("schedule",)},
    "regularization": {"regularization": None},
    "recipes": dict.fromkeys((*PARTS, "training")),
}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_MAX_BYTES = 64 * 1024  # a preset is a page or two; this much is not one
_UNORDERED = 1000  # presets that state no order come last, by name
_BOUNDS = ("at_least", "at_most")  # of a measure in a symptom
# The keys of a text in the file: the field of Texts each fills, and whether it is one text or several.
_TEXT_KEYS: dict[str, tuple[str, type[str] | type[list[str]]]] = {
    "summary": ("summary", str),
    "formula": ("formula", str),
    "formula_ascii": ("formula_ascii", str),
    "derivative": ("derivative", str),
    "derivative_ascii": ("derivative_ascii", str),
    "course": ("course", str),
    "course_ascii": ("course_ascii", str),
    "for": ("advantages", list),
    "against": ("drawbacks", list),
    "when": ("when", str),
    "commentary": ("commentary", str),
}


@dataclass(frozen=True)
class Texts:
    """What a preset says of itself in one language; empty where it says nothing."""

    summary: str = ""
    formula: str = ""  # what PyTorch computes
    formula_ascii: str = ""
    derivative: str = ""  # of an activation
    derivative_ascii: str = ""
    course: str = ""  # one line: what is usually taught, where that differs from the formula
    course_ascii: str = ""
    advantages: tuple[str, ...] = ()  # "for" in the file
    drawbacks: tuple[str, ...] = ()  # "against"
    when: str = ""
    commentary: str = ""
    language: Language = "en"

    def formulas(self, *, ascii_only: bool) -> list[str]:
        """The lines of the formula, then of the derivative, as the terminal can show them."""
        chosen = [self.formula, self.derivative]
        if ascii_only:
            chosen = [self.formula_ascii or self.formula, self.derivative_ascii or self.derivative]
        return [line for text in chosen if text.strip() for line in text.strip("\n").splitlines()]

    def taught(self, *, ascii_only: bool) -> str:
        """What is usually taught, led in by words; empty where the formula is just that."""
        said = (self.course_ascii if ascii_only else "") or self.course
        lead = "dans le cours : " if self.language == "fr" else "in the course: "
        return lead + said if said else ""


@dataclass(frozen=True)
class Preset:
    """One named choice: a part of a recipe, or a whole recipe."""

    name: str
    group: str
    file: str  # as messages name it: "presets/optimizers/adam.toml"
    shipped: bool
    order: int  # where it stands in its group, for teaching
    values: Table  # its tables, as in the file: {"optimizer": {"kind": "sgd", "lr": 0.01}}
    text: Mapping[str, Texts]  # by language
    symptom: Symptom | None = None  # what a recipe that teaches says one will see

    @property
    def key(self) -> tuple[str, str]:
        """Group and name, which no other preset has."""
        return self.group, self.name

    @property
    def part(self) -> str | None:
        """The part of a recipe it sets: "optimizer" of those in optimizers; None for a whole recipe."""
        return None if self.group == "recipes" else next(iter(_TABLES[self.group]))


def _content(path: Path, file: str) -> str:
    """The text of a preset file. Raises RecipeError where it is none."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # opening a pipe would wait for ever
            raise RecipeError([Problem(file, "", "not a file")])
        if about.st_size > _MAX_BYTES:
            message = f"{about.st_size} bytes; a preset has {_MAX_BYTES} at most"
            raise RecipeError([Problem(file, "", message)])
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RecipeError([Problem(file, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}; save it as UTF-8"
        raise RecipeError([Problem(file, "", message)]) from None


def read(path: Path, group: str, file: str, *, shipped: bool) -> tuple[Preset, list[Problem]]:
    """The preset in a file with what is right in it, and what is wrong with the rest.

    Raises RecipeError where nothing can be made of the file.
    """
    if not _NAME.fullmatch(path.stem):
        message = "a preset is named by its file: lower-case letters, digits and hyphens only"
        raise RecipeError([Problem(file, "", message)])
    table = parse_toml(_content(path, file), file)
    schema = table.pop("schema", None)
    if type(schema) is not int or schema != SCHEMA:
        value = "" if schema is None else toml(schema)
        raise RecipeError([Problem(file, "schema", f"{'' if value else 'missing; '}must be {SCHEMA}", value)])
    problems: list[Problem] = []
    order = table.pop("order", _UNORDERED)
    if type(order) is not int:
        problems.append(Problem(file, "order", "must be a whole number", toml(order)))
    text = _texts(table.pop("text", {}), file, problems)
    symptom = None
    if group == "recipes" and "symptom" in table:
        symptom = _symptom(table.pop("symptom"), file, problems)
    values = _values(table, group, file, problems)
    return Preset(path.stem, group, file, shipped, order, values, text, symptom), problems


def _values(table: Table, group: str, file: str, problems: list[Problem]) -> Table:
    """The tables that files of the group may have, less what is not theirs to set."""
    allowed = _TABLES[group]
    values: Table = {}
    for key, value in table.items():
        if key not in allowed:
            names = [*allowed, "symptom"] if group == "recipes" else allowed
            problems.append(Problem(file, key, f"no such table in {group}{hint(key, names)}"))
        elif not isinstance(value, dict):
            problems.append(Problem(file, key, f"must be a table: [{key}]", toml(value)))
        else:
            only = allowed[key]
            values[key] = {inner: it for inner, it in value.items() if only is None or inner in only}
            message = f"not for {group} to set; only {', '.join(only or ())}"
            problems += [Problem(file, f"{key}.{it}", message) for it in value if it not in values[key]]
            if group == "recipes" and key != "training":
                problems += _wrong_names(key, values[key], file)
    part, needed = next(iter(allowed.items()))
    if group != "recipes" and part not in table:
        problems.append(Problem(file, part, f"missing; the file needs a table [{part}]"))
    elif part in values:
        missing = [key for key in needed or () if key not in values[part]]
        problems += [Problem(file, f"{part}.{key}", "missing") for key in missing]
    return values


def _wrong_names(part: str, table: Table, file: str) -> Iterator[Problem]:
    """What is wrong with the ``preset`` of a recipe's part, which is taken out then."""
    names = table.get("preset", "")
    right = isinstance(names, str)
    expected = "the name of a preset"
    if part == "regularization":
        right |= isinstance(names, list) and all(isinstance(name, str) for name in names)
        expected += " or a list of names"
    if not right:
        del table["preset"]
        yield Problem(file, f"{part}.preset", f"must be {expected}", toml(names))


def _symptom(table: Any, file: str, problems: list[Problem]) -> Symptom | None:
    """What a recipe says one will see, with what is right in it; what is not is reported."""
    if not isinstance(table, dict):
        problems.append(Problem(file, "symptom", "must be a table: [symptom]", toml(table)))
        return None
    if not table:
        problems.append(Problem(file, "symptom", f"empty; bound a measure: {', '.join(MEASURES)}"))
    kind = table.get("diagnosis")
    if "diagnosis" in table and kind not in KINDS:
        problems.append(Problem(file, "symptom.diagnosis", wrong_choice(kind, KINDS), toml(kind)))
        kind = None
    bounds = []
    for name, table_of_bounds in table.items():
        if name == "diagnosis":
            continue
        here = f"symptom.{name}"
        if name not in MEASURES:
            problems.append(Problem(file, here, f"no such measure{hint(name, [*MEASURES, 'diagnosis'])}"))
        elif not isinstance(table_of_bounds, dict):
            example = f"{name} = {{ at_least = 1.0 }}"
            problems.append(Problem(file, here, f"must be a table: {example}", toml(table_of_bounds)))
        elif wrong := list(_wrong_bounds(table_of_bounds, file, here)):
            problems += wrong
        else:
            bounds.append(Bound(name, **table_of_bounds))
    return Symptom(tuple(bounds), kind)


def _wrong_bounds(table: Table, file: str, path: str) -> Iterator[Problem]:
    for key, value in table.items():
        if key not in _BOUNDS:
            yield Problem(file, f"{path}.{key}", f"no such bound{hint(key, _BOUNDS)}")
        elif type(value) not in (int, float) or not math.isfinite(value):
            yield Problem(file, f"{path}.{key}", "must be a number", toml(value))
    if not table:
        yield Problem(file, path, f"empty; needs {' or '.join(_BOUNDS)}")
    elif (
        all(type(table.get(key)) in (int, float) for key in _BOUNDS) and table["at_least"] > table["at_most"]
    ):
        yield Problem(file, path, "at_least is more than at_most: nothing can be both")


def _texts(table: Any, file: str, problems: list[Problem]) -> dict[str, Texts]:
    """The texts by language; what is none is reported."""
    if not isinstance(table, dict):
        problems.append(Problem(file, "text", "must be tables by language: [text.en]", toml(table)))
        return {}
    texts: dict[str, Texts] = {}
    for language, said in table.items():
        here = f"text.{language}"
        if language not in LANGUAGES:
            problems.append(Problem(file, here, f"no such language{hint(language, LANGUAGES)}"))
        elif not isinstance(said, dict):
            problems.append(Problem(file, here, f"must be a table: [{here}]", toml(said)))
        else:
            problems += _wrong_texts(said, file, here)
            right: dict[str, Any] = {
                field: tuple(said[key]) if kind is list else said[key]
                for key, (field, kind) in _TEXT_KEYS.items()
                if _is_text(said.get(key), kind)
            }
            texts[language] = Texts(**right, language=language)
    return texts


def _wrong_texts(said: Table, file: str, path: str) -> Iterator[Problem]:
    for key, value in said.items():
        if key not in _TEXT_KEYS:
            yield Problem(file, f"{path}.{key}", f"no such text{hint(key, _TEXT_KEYS)}")
        elif not _is_text(value, kind := _TEXT_KEYS[key][1]):
            expected = "a list of texts" if kind is list else "text"
            yield Problem(file, f"{path}.{key}", f"must be {expected}", toml(value))


def _is_text(value: Any, kind: type[str] | type[list[str]]) -> bool:
    if not isinstance(value, kind):
        return False
    return isinstance(value, str) or all(isinstance(item, str) for item in value)
