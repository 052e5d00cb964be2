"""Settings as they are shown and typed."""

import math

from tui_trainer.core.settings import Setting


def value_text(value: object) -> str:
    """A value as one would type it: ``1e-8``, ``64, 32``, ``all``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        mantissa, e, exponent = f"{value:.12g}".partition("e")
        return f"{mantissa}e{int(exponent)}" if e else mantissa
    if isinstance(value, tuple):
        return ", ".join(map(value_text, value))
    return str(value)


def typed(setting: Setting, text: str) -> str:
    """What was typed into a field, in TOML: lists need no brackets, numbers may be ``.5`` or ``1.``."""
    text = text.strip()
    if isinstance(setting.value, tuple):
        return text if text.startswith("[") else f"[{text}]"
    try:
        number = float(text)
    except ValueError:
        return text
    return text if isinstance(setting.value, int) or not math.isfinite(number) else repr(number)


def name_of(setting: Setting) -> str:
    """Its name, without the part: ``lr``, ``l2 strength``, ``schedule``."""
    return setting.path.partition(".")[2].removesuffix(".kind").replace(".", " ").replace("_", " ")


def named_value(setting: Setting) -> str:
    """``lr 0.001``."""
    return f"{name_of(setting)} {value_text(setting.value)}"
