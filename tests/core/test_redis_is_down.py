from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests import houses
from tests.browser import Browser
from tests.factories import PASSWORD, Factory


def guesses_without_redis(folder: str) -> list[int]:
    """Eleven wrong guesses on a site whose Redis is down, and a right one for somebody else."""
    settings = houses.settings_for(
        f"sqlite:///{folder}/site.sqlite3", Path(folder), redis_url="redis://127.0.0.1:1/0"
    )
    app = houses.make_app(settings)
    houses.migrate(app)
    make = Factory(app)
    guessed, other = make.learner(), make.learner()
    browser = app.test_client()
    assert isinstance(browser, Browser)
    tries = [{"email": guessed.email, "password": "verkeerd"}] * 11
    tries.append({"email": other.email, "password": PASSWORD})
    return [browser.post("/login", data=data).status_code for data in tries]


def test_the_limits_hold_while_redis_does_not_answer(tmp_path: Path) -> None:
    """In a process of its own: the limiter remembers for all apps of a process what is down."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:
        answers = elsewhere.submit(guesses_without_redis, str(tmp_path)).result(timeout=240)
    assert answers == [422] * 10 + [429, 303]
