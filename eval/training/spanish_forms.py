"""Makes `index/spanish/forms.xz`: every form that hunspell's Spanish dictionaries know.

python -m alpie.eval.training.spanish_forms FOLDER, with the `es_*.aff` and `es_*.dic` of RLA-ES
(https://github.com/sbosio/rla-es) in it. Expanding them takes minutes, so it is done here and not while a question
waits; what is shipped is a tenth of the dictionaries' size.
"""

from __future__ import annotations

import lzma
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alpie.index.spanish.analysis import fold
from alpie.index.spanish.spelling import FORMS, front_encode

_MIN_LETTERS, _MAX_LETTERS = 3, 24  # of a form: shorter ones are never corrected, longer ones are not typed


@dataclass(frozen=True)
class _Affix:
    """One line of an affix file: at the beginning or the end of a word, take something off and put something on."""

    prefix: bool
    strip: str
    add: str
    then: str  # flags of the affixes that the result takes
    fits: re.Pattern[str]

    def on(self, word: str) -> str | None:
        if not self.fits.search(word):
            return None
        if self.prefix:
            return self.add + word.removeprefix(self.strip)
        return word[: len(word) - len(self.strip)] + self.add


def _affixes(path: Path) -> dict[str, list[_Affix]]:
    found: dict[str, list[_Affix]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split()
        if not parts or parts[0] not in ("PFX", "SFX") or (len(parts) == 4 and parts[3].isdigit()):
            continue  # other settings, and the heads of tables
        prefix = parts[0] == "PFX"
        add, _, then = parts[3].partition("/")
        strip, added = ("" if ending == "0" else ending for ending in (parts[2], add))
        condition = parts[4] if len(parts) > 4 else "."
        fits = re.compile(
            f"^(?={re.escape(strip)}){condition}" if prefix else f"(?:{condition})(?<={re.escape(strip)})$"
        )
        found[parts[1][0]].append(_Affix(prefix, strip, added, then, fits))
    return found


def _forms(word: str, flags: str, affixes: dict[str, list[_Affix]]) -> Iterator[str]:
    """A word with each of its affixes, those that these take, and its prefixes before all of them."""
    mine = [affix for flag in flags for affix in affixes.get(flag, ())]
    inflected = [word]
    for affix in mine:
        if not affix.prefix and (form := affix.on(word)):
            inflected.append(form)
            further = (other for flag in affix.then for other in affixes.get(flag, ()))
            inflected += [more for other in further if (more := other.on(form))]
    yield from inflected
    for affix in mine:
        if affix.prefix:
            yield from (form for word in inflected if (form := affix.on(word)))


def forms_of(folder: Path) -> list[str]:
    """Expand the dictionaries in `folder` to all their forms, folded, in ascending order."""
    found: set[str] = set()
    for dictionary in sorted(folder.glob("es_*.dic")):
        affixes = _affixes(dictionary.with_suffix(".aff"))
        for line in dictionary.read_text(encoding="utf-8").splitlines()[1:]:
            word, _, flags = line.split()[0].partition("/") if line.strip() else ("", "", "")
            found.update(_forms(word, flags, affixes))
    folded = set(fold("\n".join(found)).split("\n"))
    return sorted(
        word
        for word in folded
        if word.isascii() and word.isalpha() and _MIN_LETTERS <= len(word) <= _MAX_LETTERS
    )


if __name__ == "__main__":
    forms = forms_of(Path(sys.argv[1]))
    FORMS.write_bytes(lzma.compress(front_encode(forms).encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(forms)} forms in {FORMS}")  # noqa: T201 - a script
