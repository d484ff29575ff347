"""The application factory: settings, content, extensions, features, error pages."""

import os

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from course import cli, config
from course.accounts import session
from course.accounts import views as accounts
from course.accounts.signals import role_changed, signed_in
from course.audit import actions as auditing
from course.audit import queries as audit_queries
from course.audit import views as audit
from course.cases import authoring, visitors
from course.cases import steps as playing
from course.cases import views as cases
from course.config import Settings
from course.core import access, db, errors, health, i18n, jobs, log, security, static_files, uploads
from course.groups import inviting
from course.groups import views as groups
from course.lessons import actions as lesson_actions
from course.lessons import editions, home, kinds, notices
from course.lessons import steps as reading
from course.lessons import views as lessons
from course.lessons.signals import draft_saved, drafts_differ
from course.lessons.titles import title_of
from course.marking import agenda as marking_agenda
from course.marking import (
    agreeing,
    asking,
    feedback,
    peerviews,
    reasons,
    releasing,
    returning,
    shortcuts,
)
from course.marking import views as marking
from course.marking.hiding import hidden_from
from course.messages import views as messages
from course.panels import expert
from course.panels import views as panels
from course.quizzes import agenda as quizzes_agenda
from course.quizzes import bank, handing
from course.quizzes import home as quizzes_at_home
from course.quizzes import steps as quizzes
from course.quizzes import views as taking
from course.quizzes.regrading import finish_all
from course.reflections import below, writing
from course.reflections import steps as reflecting
from course.reflections import versions as text_versions
from course.reflections import views as reflections
from course.results import proofs
from course.results import views as results
from course.schedule import coming, planning, showing
from course.schedule import views as agenda
from course.schedule.own import LessonMoments
from course.teaching import (
    book,
    copying,
    gradebook,
    helping,
    insight,
    letters,
    people,
    progress,
    regrading,
    roster,
    students,
)
from course.teaching import figures as teaching_figures
from course.teaching import files as teaching_files
from course.teaching import quizzes as teaching_quizzes
from course.teaching import views as teaching
from course.weighings import steps as weighings

KINDS = (
    reading.Read(),
    weighings.Scale(),
    weighings.WeighAgain(),
    quizzes.Questions(),
    playing.Case(),
    reflecting.Reflect(),
)
FEATURES = (
    accounts.bp,
    audit.bp,
    messages.bp,
    groups.bp,
    lessons.bp,
    planning.bp,
    agenda.bp,
    weighings.bp,
    quizzes.bp,
    taking.bp,
    handing.bp,
    bank.bp,
    cases.bp,
    authoring.bp,
    reflections.bp,
    writing.bp,
    marking.bp,
    shortcuts.bp,
    returning.bp,
    agreeing.bp,
    peerviews.bp,
    feedback.bp,
    panels.bp,
    expert.bp,
    results.bp,
    proofs.bp,
    teaching.bp,
    people.bp,
    roster.bp,
    copying.bp,
    progress.bp,
    insight.bp,
    students.bp,
    regrading.bp,
    teaching_quizzes.bp,
    teaching_figures.bp,
    teaching_files.bp,
    gradebook.bp,
    book.bp,
    helping.bp,
    letters.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app. It migrates nothing, downloads nothing and waits for nothing.

    ``settings`` come from the environment unless given. Raises
    :exc:`course.config.SettingsError` for a wrong environment, and in production
    :exc:`course.curriculum.loader.ContentErrors` for broken content.
    """
    settings = settings or config.from_env(os.environ)
    app = Flask("course", static_folder=None, template_folder="core/templates")
    app.extensions["settings"] = settings
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.debug = False
    if settings.proxies:
        hops = settings.proxies
        # Only as many forwarded headers as there are web servers of ours, so none can be forged.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask documents it
    log.init_app(app, settings)
    uploads.init_app(app)  # before anything reads a form
    security.guard(app)
    access.init_app(app)
    security.init_app(app, settings)
    db.init_app(app, settings)
    session.init_app(app)
    i18n.init_app(app)
    static_files.init_app(app)
    editions.init_app(app, settings)
    errors.init_app(app)
    app.register_blueprint(health.bp)
    for feature in FEATURES:
        app.register_blueprint(feature)
    for kind in KINDS:
        kinds.register(app, kind)
    coming.register(app, LessonMoments())
    coming.register(app, quizzes_agenda.Sittings())
    coming.register(app, marking_agenda.Assignments())
    notices.register(app, showing.at_lesson)
    home.register(app, showing.at_home)
    home.register(app, feedback.unread)
    home.register(app, quizzes_at_home.waiting)
    home.register(app, playing.unfinished)
    below.register(app, feedback.returned)
    below.register_reader(app, peerviews.who_reads)
    below.register_check(app, feedback.unanswered)
    below.register_rubrics(app, asking.rubrics_for)
    below.register_reasons(app, reasons.beside)
    home.register(app, peerviews.waiting)
    signed_in.connect(lesson_actions.adopt_pending)
    draft_saved.connect(text_versions.remember)
    drafts_differ.connect(text_versions.remember_both)
    signed_in.connect(visitors.adopt_played)
    audit_queries.register(app, hidden=hidden_from, titles=title_of)
    role_changed.connect(auditing.role_was_changed)
    jobs.register(app, auditing.forget_old)
    jobs.register(app, inviting.forget_old)
    jobs.register(app, finish_all)
    jobs.register(app, releasing.tell_due)
    cli.init_app(app)
    return app
