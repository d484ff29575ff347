import os
import threading
from pathlib import Path

import pytest

from course.curriculum.library import Library, Watched, load_once
from course.curriculum.positions import ContentErrors
from tests.curriculum.examples import FILES, LESSON, with_lesson, write


def title(library: Library) -> str:
    return library.course.title.nl


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    watched = Watched(write(tmp_path))
    assert watched.get() is watched.get()
    assert watched.problems == ()


def test_a_change_is_seen_at_the_next_look(tmp_path: Path) -> None:
    watched = Watched(write(tmp_path))
    edit(tmp_path, "course.yaml", "Harde cijfers", "Zachte cijfers")
    assert title(watched.get()) == "Zachte cijfers"


def test_a_change_that_leaves_the_size_is_seen_by_its_time(tmp_path: Path) -> None:
    watched = Watched(write(tmp_path))
    edit(tmp_path, "course.yaml", "Harde", "Zaden")
    os.utime(tmp_path / "course.yaml", ns=(1, 1))
    assert title(watched.get()) == "Zaden cijfers"


def test_broken_content_keeps_what_there_was_and_says_what_is_wrong(tmp_path: Path) -> None:
    watched = Watched(write(tmp_path))
    before = watched.get()
    edit(tmp_path, LESSON, "kind: read", "kind: reed")
    assert watched.get() is before
    assert [problem.where for problem in watched.problems] == ["steps.0.kind"]
    edit(tmp_path, LESSON, "kind: reed", "kind: read")
    assert watched.get() == before
    assert watched.problems == ()


@pytest.mark.parametrize("name", ["glossary.yaml", LESSON, "lessons/eerste-les/lezen.nl.md"])
def test_a_file_that_goes_and_comes_back_is_noticed(tmp_path: Path, name: str) -> None:
    watched = Watched(write(tmp_path))
    (tmp_path / name).unlink()
    watched.get()
    assert watched.problems
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    watched.get()
    assert not watched.problems


def test_a_folder_that_goes_does_not_take_the_lessons_away(tmp_path: Path) -> None:
    root = write(tmp_path / "content")
    watched = Watched(root)
    root.rename(tmp_path / "elsewhere")
    assert title(watched.get()) == "Harde cijfers"
    assert [problem.where for problem in watched.problems] == ["folder"]


def test_content_that_is_broken_from_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentErrors):
        Watched(write(tmp_path, {"course.yaml": ""}))


def test_several_threads_can_look_while_a_file_changes(tmp_path: Path) -> None:
    watched = Watched(write(tmp_path))
    seen: list[str] = []
    go_on = threading.Event()

    def look() -> None:
        while not go_on.is_set():
            seen.append(title(watched.get()))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        edit(tmp_path, "course.yaml", "cijfers", f"cijfers{number}")
    go_on.set()
    for thread in threads:
        thread.join()
    assert title(watched.get()) == "Harde cijfers43210"
    assert all(text.startswith("Harde cijfers") for text in seen)


def test_what_was_read_once_in_this_process_is_shared_until_a_file_changes(tmp_path: Path) -> None:
    root = write(tmp_path)
    first = load_once(root)
    assert load_once(root) is first
    write(root, with_lesson("nl: Waar het over gaat.", "nl: Waar het nu over gaat."))
    assert load_once(root).editions["eerste-les"].hash != first.editions["eerste-les"].hash


def test_current_gives_the_edition_of_a_lesson(tmp_path: Path) -> None:
    library = Watched(write(tmp_path)).get()
    edition = library.current("eerste-les")
    assert edition is not None
    assert edition.lesson.number == 1
    assert library.current("weg") is None
