"""What the recipe tree lets one set: every setting with its help, its choices and its limits, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from tui_trainer.core.language import Language
from tui_trainer.core.recipe import Part, Recipe


@dataclass(frozen=True)
class Setting:
    """One setting of a recipe, as a screen or ``presets show`` lists it."""

    path: str  # dotted, from the recipe's root: "optimizer.lr"
    value: Any
    description: str  # one sentence: the help text
    french: str  # the same in French
    symbol: str | None  # how a course writes it: "η"
    torch: str | None  # what PyTorch calls it: "lr"
    choices: tuple[str, ...]  # the words it may be; empty where any value within the limits will do
    limits: str  # "greater than 0 and at most 100"; empty where there are none
    expected: str  # a value it accepts, in words: "a number, greater than 0 and at most 100"

    def help(self, language: Language) -> str:
        """What it does, in that language."""
        return self.french if language == "fr" else self.description


def settings_of(recipe: Recipe, part: str | None = None) -> tuple[Setting, ...]:
    """Every setting of ``recipe``, or of one part ("optimizer"), in the order the models declare them.

    The kind of a part is no setting: a preset chooses it; that of a part within a part is one
    ("optimizer.schedule.kind"). Absent regularization slots have none.
    """
    if part is None:
        return tuple(_settings(recipe, ""))
    return tuple(_settings(getattr(recipe, part), f"{part}."))


def _settings(node: Part, prefix: str) -> Iterator[Setting]:
    for name, field in type(node).model_fields.items():
        value = getattr(node, name)
        if isinstance(value, Part):
            if field.description is not None:
                names = tuple(kind for member in members(field) for kind in kinds(member))
                yield _setting(
                    f"{prefix}{name}.kind", getattr(value, "kind", ""), field, names, one_of(names)
                )
            yield from _settings(value, f"{prefix}{name}.")
        elif field.description is not None:
            yield _setting(prefix + name, value, field, choices(field), expected(field))


def _setting(path: str, value: Any, field: FieldInfo, choices: tuple[str, ...], expected: str) -> Setting:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Setting(
        path=path,
        value=value,
        description=field.description or "",
        french=_text(extra.get("fr")) or field.description or "",
        symbol=_text(extra.get("symbol")),
        torch=_text(extra.get("torch")),
        choices=choices,
        limits=limits(field),
        expected=expected,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def members(field: FieldInfo) -> tuple[type[Part], ...]:
    """The models that ``field`` may hold: one, several by kind, or none where it holds a plain value."""
    annotation: Any = field.annotation
    return _models_in(annotation)


@cache
def _models_in(annotation: Any) -> tuple[type[Part], ...]:
    arguments = get_args(annotation) or (annotation,)
    return tuple(model for model in arguments if isinstance(model, type) and issubclass(model, Part))


@cache
def kinds(model: type[Part]) -> tuple[str, ...]:
    """The values of ``kind`` that choose ``model``; none where it has no such field."""
    field = model.model_fields.get("kind")
    return get_args(field.annotation) if field else ()


def aliases(name: str, field: FieldInfo) -> Iterator[str]:
    """What people may call a setting: its name, the head of its help, PyTorch's and the course's names."""
    yield name
    head, colon, _ = (field.description or "").partition(":")
    if colon:
        yield head
    if isinstance(field.json_schema_extra, dict):
        yield from filter(None, (_text(field.json_schema_extra.get(key)) for key in ("symbol", "torch")))


def all_paths(model: type[Part] = Recipe, prefix: str = "") -> Iterator[str]:
    """The dotted path of every setting of every kind."""
    for name, field in model.model_fields.items():
        inner = members(field)
        for other in inner:
            yield from all_paths(other, f"{prefix}{name}.")
        if not inner and prefix:
            yield prefix + name


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words ``field`` accepts: those of its Literal, or the examples it declares."""
    if field.examples:
        return tuple(map(str, field.examples))
    return _words(field.annotation)


def _words(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("true", "false")
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for argument in get_args(annotation) for word in _words(argument))


def limits(field: FieldInfo) -> str:
    """The range of ``field`` in words, such as "from 0 to 10" or "greater than 0 and at most 100"."""
    return _limits(field.annotation, field.metadata)


def _limits(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        annotation, *inner = get_args(annotation)
        return _limits(annotation, [*inner, *metadata])
    if bounds := _bounds(annotation, metadata):
        return bounds
    return next(filter(None, (_limits(argument, []) for argument in get_args(annotation))), "")


def _bounds(annotation: Any, metadata: list[Any]) -> str:
    bounds = {
        name: getattr(item, name)
        for item in metadata
        for name in ("gt", "ge", "le", "lt")
        if hasattr(item, name)
    }
    if annotation is int and "gt" in bounds:
        bounds["ge"] = bounds.pop("gt") + 1
    if "ge" in bounds and "le" in bounds:
        return f"from {bounds['ge']} to {bounds['le']}"
    words = {"gt": "greater than", "ge": "at least", "le": "at most", "lt": "less than"}
    return " and ".join(f"{words[name]} {bounds[name]}" for name in words if name in bounds)


def expected(field: FieldInfo) -> str:
    """What ``field`` accepts, in words: "a whole number, at least 1, or all"."""
    if field.examples:
        return one_of(choices(field))
    return _expected(field.annotation, field.metadata)


def _expected(annotation: Any, metadata: list[Any]) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _expected(arguments[0], [*arguments[1:], *metadata])
    if origin is Literal:
        return one_of(arguments)
    if origin is tuple:
        some = "one or more " if any(hasattr(item, "min_length") for item in metadata) else ""
        each = _limits(arguments[0], [])
        return f"a list of {some}{_plural(arguments[0])}" + (f", each {each}" if each else "")
    if arguments:
        return ", or ".join(
            _expected(argument, metadata) for argument in arguments if argument is not NoneType
        )
    noun = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}[annotation]
    bounds = _bounds(annotation, metadata)
    return f"{noun}, {bounds}" if bounds else noun


def _plural(annotation: Any) -> str:
    plain = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return {int: "whole numbers", float: "numbers", str: "texts"}[plain]


def one_of(words: tuple[str, ...]) -> str:
    """The words as a choice: "all" alone, else "one of relu, tanh"."""
    return words[0] if len(words) == 1 else "one of " + ", ".join(words)
