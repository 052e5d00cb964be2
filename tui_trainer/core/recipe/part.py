"""What every part of a recipe is made of: frozen models whose fields carry their help."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def setting(
    default: Any,
    description: str,
    *,
    fr: str,
    symbol: str | None = None,
    torch: str | None = None,
    **limits: Any,
) -> Any:
    """A field with its help, here and in French, and its limits (``gt``, ``le``, …).

    ``symbol`` is how the course writes it, ``torch`` what PyTorch calls it.
    """
    said = {"fr": fr, "symbol": symbol, "torch": torch}
    extra: dict[str, Any] = {key: text for key, text in said.items() if text is not None}
    return Field(default, description=description, json_schema_extra=extra, **limits)


class Part(BaseModel):
    """One node of the tree: frozen, strict, no unknown keys, no NaN or inf."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
