"""Texts of any size in shapes that a careless rule reads twice, and how much work reading them takes, without a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any


def _fill(unit: str, n: int) -> str:
    return (unit * (n // len(unit) + 1))[:n]


_WORDS = "La protección de los niños en internet exige medidas. "

SHAPES: Mapping[str, Callable[[int], str]] = {
    "one_line_no_blank": lambda n: "a" * n,
    "one_line_digits": lambda n: "1" * n,
    "one_line_upper": lambda n: "A" * n,
    "dots": lambda n: "." * n,
    "a_dots": lambda n: _fill("a.", n),
    "dots_space": lambda n: _fill(". ", n),
    "abbrev": lambda n: _fill("EE. UU. ", n),
    "initials": lambda n: _fill("J. R. ", n),
    "one_paragraph": lambda n: _fill(_WORDS, n),
    "paragraph_nopoint": lambda n: _fill("palabra otra ", n),
    "paragraphs": lambda n: _fill(_WORDS + "\n\n", n),
    "wrapped": lambda n: _fill(
        "La protección de los niños en internet \nexige medidas de los estados y \nde las familias.\n\n", n
    ),
    "wrapped_one": lambda n: _fill(
        "la protección de los niños en internet \nexige medidas de los estados y ", n
    ),
    "wrapped_unended": lambda n: _fill("La casa de todos\nlos niños de la tierra\n\ny de la casa\n\n", n),
    "headings_md": lambda n: _fill("# Título\n\n", n),
    "headings_md6": lambda n: _fill("###### Título uno\nTexto breve de prueba.\n", n),
    "headings_deep": lambda n: _fill("# A\n## B\n### C\n#### D\n##### E\n###### F\n", n),
    "headings_plain": lambda n: _fill("Título de la sección\n\n", n),
    "headings_same": lambda n: _fill("Título\n\nEl texto dice algo aquí y acaba.\n\n", n),
    "headings_num": lambda n: "\n\n".join(
        f"{i} Título de cosa\n\nTexto que sigue y acaba." for i in range(1, n // 40)
    ),
    "list": lambda n: _fill("- uno\n", n),
    "list_nested": lambda n: "".join(" " * (i % 1000) + "- cosa\n" for i in range(max(1, n // 500))),
    "list_bullets_blank": lambda n: _fill("• cosa de prueba\n\n", n),
    "list_leadin": lambda n: _fill("Los puntos son:\n• cosa\n• otra\n", n),
    "list_num": lambda n: "".join(f"{i % 1000}. cosa\n" for i in range(n // 8)),
    "list_letters": lambda n: _fill("a) cosa\nb) otra\n", n),
    "open_parens": lambda n: "(" * n,
    "parens_nested": lambda n: "(" * (n // 2) + ")" * (n // 2),
    "parens_pairs": lambda n: _fill("(a. B) ", n),
    "quotes_open": lambda n: _fill("«a. B ", n),
    "quotes_mixed": lambda n: _fill("«(“[a. B", n),
    "closers": lambda n: _fill("a.»»» ", n),
    "spaces": lambda n: "a" + " " * n + "b",
    "spaces_lines": lambda n: _fill("a   \n", n),
    "newlines": lambda n: "a" + "\n" * n + "b",
    "formfeeds": lambda n: _fill("a\f", n),
    "formfeeds_only": lambda n: "a" + "\f" * n,
    "crlf_sep": lambda n: _fill("a\u2028b\x85", n),
    "digits_spaces": lambda n: _fill("1 ", n),
    "digits_groups": lambda n: _fill("100 ", n),
    "digits_thousand": lambda n: _fill("100 200 ", n) + "x",
    "digits_lines": lambda n: _fill("100 200 300 x\n", n),
    "figures_comma": lambda n: _fill("1,2,", n),
    "calls": lambda n: "".join(f"palabra{i} dice.{i} " for i in range(1, n // 16)),
    "calls999": lambda n: "".join(f"niñ{chr(97 + i % 26)}{i % 999 + 1}. " for i in range(n // 8)),
    "calls_commas": lambda n: "a" + _fill("1,", n),
    "calls_commas3": lambda n: "niño" + ",".join(str(i % 1000) for i in range(n // 4)),
    "raised": lambda n: _fill("a¹²³ ", n),
    "raised_long": lambda n: "¹" * n,
    "years": lambda n: _fill("2018.19 ", n),
    "stem_dots": lambda n: _fill("a.-&'_", n) + "12",
    "footers": lambda n: "".join(
        f"Texto de la página.\n\nInforme anual de la Alianza {i}\n\n" for i in range(1, n // 50)
    ),
    "footers_same": lambda n: _fill("Informe anual de la Alianza 9\n\n", n),
    "footers_page": lambda n: "".join(f"Texto.\n\npágina {i}\n\n" for i in range(1, n // 20)),
    "tables_md": lambda n: _fill("| a | b |\n", n),
    "table_rows": lambda n: _fill("la casa de los \nniños\nEspaña 25 %\n", n),
    "table_rows2": lambda n: _fill("España\n25 %\n\n", n) + "la casa de los \nniños son\n" * 20,
    "keydata": lambda n: _fill("84 %\nde los niños\n\n84 % de los niños lo dicen.\n\n", n),
    "labels": lambda n: _fill("País\n\n", n) + "la casa de los niños que son \nniños son\n" * 50,
    "captions": lambda n: _fill("Figura 2: cosa\n", n),
    "legal": lambda n: "".join(
        f"Artículo {i}. Cosa\n\n1. Uno dice.\n\n2. Dos dice.\n\n" for i in range(n // 45)
    ),
    "legal_titles": lambda n: _fill("TÍTULO I\nDisposiciones generales\nCAPÍTULO II\nOtras\n", n),
    "recitals": lambda n: "".join(
        f"({i}) Considerando que la protección de los niños en internet exige medidas de todos;\n\n"
        for i in range(1, n // 85)
    ),
    "clauses": lambda n: _fill(
        "INSTA a los países miembros a que adopten las medidas necesarias para ello;\n\n", n
    ),
    "capitals": lambda n: _fill("AB ", n),
    "capitals_long": lambda n: "A" * n + " x",
    "signatures": lambda n: _fill("Juan Pérez\nDirector\n\n", n),
    "entries": lambda n: (
        _fill("Término\n\n", n // 2)
        + _fill("\nTérmino corto\nLa descripción del término es esta.\n\n", n // 2)
    ),
    "boxes": lambda n: _fill(
        "La protección de los niños exige \nmedidas de los estados y de todas \ny así se dice.\n\n"
        "Caja\n\nEsto es una caja \nmás estrecha y \nasí.\n\n",
        n,
    ),
    "combining": lambda n: "a" + "\u0301" * n,
    "zerowidth": lambda n: _fill("a\u200b", n),
    "emoji": lambda n: "🙂" * n,
    "chinese": lambda n: _fill("儿童保护。", n),
    "arabic": lambda n: _fill("حماية الأطفال. ", n),
    "nul": lambda n: "\0" * n,
    "surrogates": lambda n: "\ud800" * n,
    "md_hash": lambda n: "#" * n,
    "md_hash_sp": lambda n: _fill("# ", n),
    "twice": lambda n: _fill("12 ", n // 2) + "\n" + _fill("12 12\n", n // 2),
    "dashes": lambda n: _fill("- ", n),
    "dashlines": lambda n: _fill("—\n", n),
    "pipe": lambda n: _fill("|", n),
    "pipes_lines": lambda n: _fill("|-|-|\n", n),
    "admin": lambda n: _fill("AB-12-", n),
    "datelines": lambda n: _fill("12 de enero de 2019\n", n),
    "colon_indent": lambda n: _fill("Dice así:\n  texto metido\n", n),
}


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of ours `work` runs."""
    count = 0

    def traced(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "call" and frame.f_globals.get("__name__", "").partition(".")[0] != "alpie":
            return None
        count += event == "line"
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
