"""What is called how: for parts below, which know content by its slugs only."""

from course.core.i18n import language
from course.lessons.editions import library


def title_of(place: str) -> str:
    """The title of ``<lesson>/<step>``, a lesson or a quiz; what is not there stays as it is."""
    slug, _slash, step_slug = place.partition("/")
    lesson, quiz, lang = library().editions.get(slug), library().quizzes.get(slug), language()
    if lesson is not None:
        step = lesson.step(step_slug)
        title = lesson.lesson.title[lang]
        return f"{title}: {step.title[lang]}" if step else title
    return quiz.quiz.title[lang] if quiz else place
