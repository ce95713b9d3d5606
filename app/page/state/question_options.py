"""What a browser sends along with a question: how to answer it, or that a link asks it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from alpie.index.spanish.query import MAX_TYPED_CHARACTERS

_MAX_DOCUMENTS = 200  # chosen for one question
TypedTexts = Annotated[
    list[str], AfterValidator(lambda texts: [text[:MAX_TYPED_CHARACTERS] for text in texts[:_MAX_DOCUMENTS]])
]


class QuestionOptions(BaseModel):
    """How a question is to be answered: of which documents, and after which earlier questions."""

    model_config = ConfigDict(extra="forbid", strict=True)
    documents: TypedTexts = []  # ids, an unknown one is for the corpus to refuse; none: all
    anew: bool = False  # in the place of the last answer, and without what was asked before
    each: bool = False  # of each document separately
    turns: TypedTexts = []  # the earlier questions it was asked after, if a link gives them

    @classmethod
    def from_json(cls, text: object) -> QuestionOptions:
        """Options from the JSON that the script of the page sends; the usual ones for anything else."""
        try:
            return cls.model_validate_json(text if isinstance(text, str) else "")
        except ValidationError:
            return USUAL_OPTIONS


USUAL_OPTIONS = QuestionOptions()


class QuestionLink(QuestionOptions):
    """What a click on a link that asks brings along."""

    question: str
