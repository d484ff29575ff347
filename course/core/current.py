"""What belongs to the running app, typed."""

from flask import current_app

from course.config import Settings


def settings() -> Settings:
    """The settings that the app was made with."""
    found: Settings = current_app.extensions["settings"]
    return found
