"""The passes over the line groups of a document, in order: what each one finds, and why it comes where it does.

A pass marks groups (kind, level, label) or joins and parts them. Once a group has a kind, later passes leave it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from alpie.index.layout.boxes import mark_boxes
from alpie.index.layout.broken_paragraphs import join_broken_paragraphs, split_glued_units
from alpie.index.layout.clauses import label_clauses, mark_ordinal_titles
from alpie.index.layout.contents import mark_contents
from alpie.index.layout.headings import (
    join_signatures,
    join_title,
    mark_fixed_forms,
    mark_sections,
    mark_sub_headings,
    mark_subtitles,
    split_glued_titles,
)
from alpie.index.layout.key_data import join_key_data_and_tables, join_rows
from alpie.index.layout.legal import join_legal_headings
from alpie.index.layout.line_groups import LineGroup, mark_kinds_by_form
from alpie.index.layout.lines import CleanLines, Typesetting
from alpie.index.layout.lists import join_entries, join_lists, list_short_lines, mark_numbered_headings


class Pass(NamedTuple):
    """A step over all line groups; it returns the groups that are to replace them, None where it only marks them."""

    finds: str
    run: Callable[[list[LineGroup]], list[LineGroup] | None]
    why: str  # it is needed, or stands where it does


def run_passes(passes: Sequence[Pass], groups: list[LineGroup]) -> list[LineGroup]:
    """The groups that are left after all `passes`, one after the other."""
    for step in passes:
        made = step.run(groups)
        groups = groups if made is None else made
    return groups


MARKED_PASSES = (
    Pass("contents", mark_contents, "its entries are titles of the document and head nothing"),
    Pass("captions, dates", mark_kinds_by_form, "they are no paragraphs that could go on"),
    Pass(
        "units glued together",
        split_glued_units,
        "files set the names of divisions as the lines of one paragraph",
    ),
    Pass(
        "broken paragraphs",
        join_broken_paragraphs,
        "page by page, files part them in the middle of a sentence",
    ),
    Pass("recitals, clauses", label_clauses, "they have no names; what has one is left to the next pass"),
    Pass("articles, divisions", join_legal_headings, "the path of a passage, and what is cited"),
    Pass("titles of clauses", mark_ordinal_titles, "what counts provisions of a law has its name by now"),
    Pass("lists", join_lists, "last, as articles and clauses bear numbers too"),
)


def plain_passes(style: Typesetting, clean: CleanLines) -> tuple[Pass, ...]:
    """The passes over a plain text."""
    return (
        Pass("captions, dates, Markdown titles", mark_fixed_forms, "their form alone tells them, wherever they stand"),
        Pass("contents", mark_contents, "its entries are titles of the document and head nothing"),
        Pass("rows of tables", join_rows, "before titles, as cells are short and open like them"),
        Pass(
            "titles glued to their text", partial(split_glued_titles, clean=clean, style=style),
            "extraction loses the blank line below a title",
        ),
        Pass("the title", join_title, "its lines would be headings one of the other"),
        Pass("numbered sections", mark_sections, "their numbers run on; items that do would be taken for them later"),
        Pass("recitals, clauses", label_clauses, "they have no names; what has one is left to the next pass"),
        Pass("articles, divisions", join_legal_headings, "the path of a passage, and what is cited"),
        Pass("titles of clauses", mark_ordinal_titles, "what counts provisions of a law has its name by now"),
        Pass("numbered titles", mark_numbered_headings, "before lists, whose items look like them"),
        Pass("terms with descriptions", join_entries, "before key data, as terms are narrow too"),
        Pass("key data, tables of narrow lines", partial(join_key_data_and_tables, style=style), "what no sentence goes on with"),
        Pass("lists", join_lists, "as articles and clauses bear numbers too"),
        Pass("signatures", join_signatures, "a name and an office at the end head nothing"),
        Pass("lists of short lines", list_short_lines, "one below the other they have no text to head"),
        Pass("boxes", partial(mark_boxes, style=style), "once lists are whole: a box ends with what cannot stand in it"),
        Pass("subtitles", mark_subtitles, "long lines above the text"),
        Pass("sub-headings", mark_sub_headings, "what still looks like a title and has a text below it"),
    )  # fmt: skip
