"""Answers laid side by side, to see whether they give something away."""

import re

from werkzeug.test import TestResponse

# The token of a form, in whatever order its attributes stand.
TOKEN = re.compile(r'<input[^>]* name="csrf_token"[^>]*>')
# These name the moment or the browser, not the account.
OWN = {"Date", "Set-Cookie", "Content-Length"}


def seen(answer: TestResponse, *parts: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """All that somebody sees of an answer, but for form tokens and ``parts``, which they sent."""
    text = TOKEN.sub("", answer.text)
    for part in parts:
        text = text.replace(part, "")
    headers = [(name, value) for name, value in answer.headers.items() if name not in OWN]
    return answer.status_code, headers, text.encode()
