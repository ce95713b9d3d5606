"""How wide letters are on paper, which tells a full line from one that was ended."""

from __future__ import annotations

# Relative widths of a common sans serif face, in ems. Characters counted alike hide a box that is
# 4 % narrower than the column; widths of letters show it.
_WIDTHS = {
    character: em
    for em, characters in (
        (0.24, "iíìïlj.,:;'|!¡·"),
        (0.29, ' \xa0ftr()[]-/"'),
        (0.5, "cszkxvyJ*"),
        (0.83, "mwMW%—@®"),
        (0.667, "ABEKPSVXYÁÉ"),
        (0.72, "CDHNRUÍÚÑ"),
        (0.78, "GOQÓ"),
        (0.6, "FTZL"),
    )
    for character in characters
}


def printed_width(text: str) -> float:
    """About how wide `text` is on paper, in ems."""
    return sum(_WIDTHS.get(character, 0.556) for character in text)
