"""Text from outside made safe for a terminal."""

import re
import unicodedata

# Colours and the like, as programs put them into their messages: dropped whole, there is nothing to read.
_CSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")

# Letters by category, but drawn with no width or not at all: Hangul fillers, and the vowels and final
# consonants of Hangul that found no syllable to join.
_INVISIBLE_LETTERS = frozenset(
    map(chr, (0x115F, 0x3164, 0xFFA0, *range(0x1160, 0x1200), *range(0xD7B0, 0xD800)))
)


def plain(text: str, *, limit: int | None = None) -> str:
    """``text`` as one line that cannot act on a terminal, reorder its neighbours or upset its columns.

    White space of any kind becomes a space. Controls, bidirectional and other format characters, zero-width
    characters and combining marks are dropped (letters are composed first, so é stays é); what Unicode gives
    no meaning becomes U+FFFD. With ``limit``, longer text ends in "…" at that many characters. Idempotent.

    Markup is not text's business: hand the result to a widget that does not parse any.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, unicodedata.normalize("NFC", _CSI.sub("", text))))
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"[:limit]
    return text


def slug(text: str) -> str:
    """``text`` as lower-case ASCII words with hyphens between, fit for a file's name; may be empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text))


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in {"Cs", "Co", "Cn"}:
        return "\N{REPLACEMENT CHARACTER}"
    if category[0] in "CM" or character in _INVISIBLE_LETTERS:
        return ""
    return character
