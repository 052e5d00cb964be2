"""Tables into a recipe, or every mistake in them, each in one sentence that says what would be right."""

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from tui_trainer.core import settings
from tui_trainer.core.recipe import Part, Recipe

Table: TypeAlias = dict[str, Any]
Report: TypeAlias = Callable[["Problem"], None]

_OUT_OF_RANGE = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"}
_LONGEST_VALUE = 60  # characters of a wrong value that a message repeats
MAX_DEPTH = 16  # tables within tables: far more than a recipe has, far less than the stack bears


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, and what would be right.

    File names, keys and values come from outside: whoever prints it sends it through ``core.text.plain``.
    """

    file: str | None  # the file or the option it came from; None where the key alone says it
    key: str  # dotted, "optimizer.lr", or a place, "line 3, column 5"; may be empty
    message: str
    value: str = ""  # as TOML, where the value is what is wrong

    def __str__(self) -> str:
        subject = f"{self.key} = {self.value}" if self.value else self.key
        return ": ".join(filter(None, (self.file, subject, self.message)))


class UnknownKey(Problem):
    """A key that no recipe of that kind has; the record of a run may hold some, of another version."""


class RecipeError(ValueError):
    """What was asked for makes no recipe; ``problems`` holds every mistake, one a line when printed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def validate(table: Table) -> tuple[Recipe | None, list[Problem]]:
    """The recipe that ``table`` describes, or None and all that is wrong with it.

    Parts that the table leaves out take the model's defaults; a part that is there names its ``kind``.
    """
    known, problems = split_unknown(table)
    try:
        recipe = Recipe.model_validate(known)
    except ValidationError as error:
        return None, problems + list(_refused(known, error))
    return (None if problems else recipe), problems


def split_unknown(table: Table) -> tuple[Table, list[Problem]]:
    """``table`` with only what a recipe knows, its arrays as tuples; and a problem for all else."""
    problems: list[Problem] = []
    return _known(_with_tuples(table), (Recipe,), "", problems.append) or {}, problems


def _with_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_tuples(inner) for key, inner in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list | tuple) else value


# Keys


def _known(table: Table, models: Sequence[type[Part]], path: str, report: Report) -> Table | None:
    """What the model of the table's kind has fields for; None where there are no such kind.

    A key is unknown when none of ``models`` has it, also where the kind is wrong.
    """
    model = _model_of_kind(table, models, path, report)
    known: Table = {}
    for key, value in table.items():
        here = path + key
        field = model.model_fields.get(key) if model else None
        if field is None:
            owners = [kind for other in models if key in other.model_fields for kind in settings.kinds(other)]
            if not owners:
                report(UnknownKey(None, here, no_such_setting(key, models)))
            elif model:
                belongs = f"{table['kind']} has no such setting; it belongs to {', '.join(owners)}"
                report(UnknownKey(None, here, belongs))
        elif not (inner := settings.members(field)):
            known[key] = value
        elif not isinstance(value, dict):
            by_kind = f"; {here}.kind says which" if settings.kinds(inner[0]) else ""
            report(Problem(None, here, f"must be a table of settings{by_kind}", toml(value)))
        elif (inner_known := _known(value, inner, here + ".", report)) is not None:
            known[key] = inner_known
    return known if model else None


def _model_of_kind(
    table: Table, models: Sequence[type[Part]], path: str, report: Report
) -> type[Part] | None:
    if not settings.kinds(models[0]):
        return models[0]
    by_kind = {kind: model for model in models for kind in settings.kinds(model)}
    if "kind" not in table:
        report(Problem(None, f"{path}kind", f"missing; must be {settings.one_of(tuple(by_kind))}"))
        return None
    kind = table["kind"]
    if isinstance(kind, str) and kind in by_kind:
        return by_kind[kind]
    report(Problem(None, f"{path}kind", wrong_choice(kind, by_kind), toml(kind)))
    return None


def no_such_setting(key: str, models: Sequence[type[Part]]) -> str:
    """What to say of ``key``, which none of ``models`` has: the setting it may stand for, else all there are.

    A setting answers to its own name, PyTorch's, the course's symbol and the head of its description, so
    that ``learning_rate`` finds ``lr``.
    """
    answers: dict[str, str] = {}
    for model in models:
        for name, field in model.model_fields.items():
            answers |= {_folded(alias): name for alias in settings.aliases(name, field)}
    if Recipe in models:
        answers |= {_folded(path.rpartition(".")[2]): path for path in settings.all_paths()}
    if meant := closest(_folded(key), answers):
        return f"no such setting; did you mean {answers[meant]}?"
    names = dict.fromkeys(name for model in models for name in model.model_fields)
    return f"no such setting; choose from {', '.join(names)}"


def _folded(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ")


# Values


def _refused(table: Table, error: ValidationError) -> Iterator[Problem]:
    """One problem for each setting that pydantic refuses, in our own words."""
    seen: set[str] = set()
    for detail in error.errors(include_url=False, include_context=False):
        path, field, value = _leaf(table, Recipe, detail["loc"], "")
        if path in seen:
            continue
        seen.add(path)
        if detail["type"] in _OUT_OF_RANGE and field.annotation in (int, float):
            message = f"must be {settings.limits(field)}"
        else:
            message = f"must be {settings.expected(field)}" + did_you_mean(value, settings.choices(field))
        yield Problem(None, path, message, toml(value))


def _leaf(
    table: Table, model: type[Part], location: Sequence[int | str], path: str
) -> tuple[str, FieldInfo, Any]:
    """Dotted path, field and value at pydantic's ``location``, less tags of unions and indices of arrays."""
    name, *rest = map(str, location)
    field, value, path = model.model_fields[name], table[name], path + name
    models = settings.members(field)
    if not models:
        return path, field, value
    inner = models[0]
    if field.discriminator:
        tag, *rest = rest
        inner = next(model for model in models if tag in settings.kinds(model))
    return _leaf(value, inner, rest, path + ".")


# Words


def wrong_choice(value: object, names: Iterable[str]) -> str:
    """What to say of ``value``, which is none of ``names``: all there are, and the nearest."""
    names = tuple(names)
    return f"must be {settings.one_of(names)}" + did_you_mean(value, names)


def did_you_mean(value: object, names: Iterable[str]) -> str:
    """What to add to a message where one of ``names`` is near ``value``: "; did you mean adam?"."""
    meant = closest(value, names) if isinstance(value, str) else None
    return f"; did you mean {meant}?" if meant else ""


def hint(value: object, names: Iterable[str]) -> str:
    """What to add to a message on ``value``: the nearest of ``names``, else all of them."""
    names = tuple(names)
    return (
        did_you_mean(value, names) or f"; {'choose from ' + ', '.join(names) if names else 'there are none'}"
    )


def closest(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` that ``word`` is most likely a slip of, if any is near."""
    return next(iter(difflib.get_close_matches(word.lower(), words, n=1)), None)


def toml(value: Any) -> str:
    """``value`` as TOML writes it, cut where it is too long for a message."""
    text = toml_value(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def toml_value(value: Any) -> str:
    """``value`` (text, number, truth, list, table or date) as one line of TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case int() | float():
            return repr(value)
        case tuple() | list():
            return f"[{', '.join(map(toml_value, value))}]"
        case Mapping():
            pairs = (f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items())
            return f"{{{', '.join(pairs)}}}"
    return str(value)


def toml_key(key: str) -> str:
    """``key`` as TOML writes it: bare where it may be."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_value(key)


# Text


def parse_toml(text: str, file: str | None = None) -> Table:
    """The tables of a TOML text. Raises RecipeError with line and column where it is none."""
    try:
        table = tomllib.loads(text)
        if not _is_deeper(table, MAX_DEPTH):
            return table
        raise RecursionError
    except RecursionError:
        raise RecipeError([Problem(file, "", "not valid TOML: nested too deeply")]) from None
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).removesuffix(")").partition(" (at ")
        place = place.replace("end of document", "at its end")
        raise RecipeError([Problem(file, place, f"not valid TOML: {what[:1].lower()}{what[1:]}")]) from None
    except ValueError:  # what int() says of thousands of digits
        raise RecipeError([Problem(file, "", "not valid TOML: a number has too many digits")]) from None


def _is_deeper(value: Any, depth: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth == 0 or any(_is_deeper(item, depth - 1) for item in inner)
