"""QTI 3.0, read and written: a package with a manifest and a file for each item, or one item.

Of its interactions these have a place here: choice, order, match, text entry and extended text.
What an answer is worth is read from the declarations (the right response, the mapping); response
processing is read for how far off a number may be, and otherwise taken to do what those say.
"""

from course.curriculum.exchange.qti.reading import read
from course.curriculum.exchange.qti.writing import write

__all__ = ["read", "write"]
