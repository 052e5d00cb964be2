"""What every part of a recipe is made of: frozen models whose fields carry their help."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def setting(
    default: Any, description: str, *, symbol: str | None = None, torch: str | None = None, **limits: Any
) -> Any:
    """A field with its help, the course's ``symbol``, PyTorch's name, and its limits (``gt``, ``le``, …)."""
    names: dict[str, Any] = {
        key: value for key, value in (("symbol", symbol), ("torch", torch)) if value is not None
    }
    return Field(default, description=description, json_schema_extra=names or None, **limits)


class Part(BaseModel):
    """One node of the tree: frozen, strict, no unknown keys, no NaN or inf."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
