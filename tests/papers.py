"""Files that people hand in, made here: a PDF, Word documents, pictures; and a quiz asking one."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import QuizFile

PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
TYPES: Final = "application/vnd.openxmlformats-officedocument"
WORD: Final = f"{TYPES}.wordprocessingml.document.main+xml"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BODY: Final = "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>Verslag</w:t></w:r></w:p></w:body>"


def types(*kinds: str, before: str = "") -> str:
    """The list of types of parts; that of a Word document unless told otherwise."""
    overrides = "".join(
        f'<Override PartName="/part{number}.xml" ContentType="{kind}"/>'
        for number, kind in enumerate(kinds or (WORD,))
    )
    return f'<?xml version="1.0"?>{before}<Types xmlns="types">{overrides}</Types>'


def relation(kind: str, target: str, *, mode: str = "External") -> str:
    """A part that tells where something else is."""
    return (
        f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/></Relationships>'
    )


def docx(parts: Mapping[str, str | bytes] | None = None, *, method: int = ZIP_DEFLATED) -> bytes:
    """A Word document, with these parts beside or instead of its own."""
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": types(),
        "_rels/.rels": relation("officeDocument", "word/document.xml", mode="Internal"),
        "word/document.xml": f"{BODY}</w:document>",
        **(parts or {}),
    }
    file = BytesIO()
    with ZipFile(file, "w", method) as archive:
        for name, part in whole.items():
            archive.writestr(name, part)
    return file.getvalue()


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), **saved: Any) -> bytes:
    """A picture with a dark corner at the left of the top."""
    drawn = Image.new("RGB", size, "white")
    drawn.paste("black", (0, 0, size[0] // 2, size[1] // 2))
    file = BytesIO()
    drawn.save(file, kind, **saved)
    return file.getvalue()


# --- A quiz that asks for a file -----------------------------------------------------------

FILE_QUIZ: Final = "toets-met-een-bestand"
FILE_ITEM: Final = "teken-een-ecogram"
TEXT_ITEM: Final = "wat-viel-je-op"


def _both(nl: str, en: str) -> dict[str, str]:
    return {"nl": nl, "en": en}


@cache
def file_quiz() -> QuizEdition:
    """A quiz with a file and a text; no content of ours asks for a file yet."""
    quiz = QuizFile.model_validate(
        {
            "slug": FILE_QUIZ,
            "module": 5,
            "title": _both("Wie staat om Lotte heen?", "Who is around Lotte?"),
            "summary": _both("Teken het, en schrijf erbij.", "Draw it, and write beside it."),
            "minutes": 20,
            "items": [
                {
                    "slug": FILE_ITEM,
                    "type": "file",
                    "points": 4,
                    "prompt": _both(
                        "Teken het ecogram van Lotte, en lever een foto of een PDF ervan in.",
                        "Draw Lotte’s ecogram, and hand in a picture or a PDF of it.",
                    ),
                    "explanation": _both(
                        "Staat iedereen erin die zij noemt, ook wie zij mist?",
                        "Is everybody in it whom she names, also whom she misses?",
                    ),
                },
                {
                    "slug": TEXT_ITEM,
                    "type": "essay",
                    "points": 2,
                    "maximum_words": 80,
                    "prompt": _both("Wat viel je op?", "What did you notice?"),
                    "explanation": _both("Eén ding, met een reden.", "One thing, with a reason."),
                },
            ],
        }
    )
    return QuizEdition(quiz=quiz)
