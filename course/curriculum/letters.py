"""The shape of a message to start from, ``content/messages/<slug>.yaml``.

An instructor sends it as it is, each student in their own language, or makes it their own first.
"""

from typing import Annotated

from pydantic import Field

from course.curriculum.schema import Content, Slug, Text, Texts

Subject = Annotated[Text, Field(max_length=120)]
Body = Annotated[Text, Field(max_length=2_000)]


class Subjects(Texts):
    """The subject of a mail in both languages."""

    nl: Subject
    en: Subject


class Bodies(Texts):
    """What a mail says in both languages: paragraphs with an empty line between them."""

    nl: Body
    en: Body


class LetterFile(Content):
    """A message without greeting and without name below: the program writes those."""

    slug: Slug
    title: Texts  # what the instructor chooses it by
    subject: Subjects
    body: Bodies
