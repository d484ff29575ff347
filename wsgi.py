"""The app for servers and for ``flask --app wsgi``: the only module that builds one at import."""

from course.app import create_app

app = create_app()
