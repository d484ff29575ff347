"""The app for servers and for ``flask --app wsgi``: the only module that builds one at import."""

import sys

from course.app import create_app

# Seconds that one thread works before another may. With Python's own 0.005, who saves an answer
# waits that long after each statement while somebody else's page is written, and so does whoever
# waits for that save to end.
sys.setswitchinterval(0.0005)

app = create_app()
