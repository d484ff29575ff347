"""Logs: one line an event, as JSON in production; ids, never texts, names or addresses."""

import logging
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, g

from course.config import Settings

log: Any = structlog.get_logger()


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the renderer and give each request an id that the error page can show."""
    level = getattr(logging, settings.log_level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer()
            if settings.is_production
            else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )

    @app.before_request
    def _begin() -> None:
        g.request_id = uuid4().hex[:12]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)
