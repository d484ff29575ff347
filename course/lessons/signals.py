"""What happened to a draft, for the parts above that keep earlier versions of it."""

from blinker import Signal

# Sent now and then while somebody writes, with the user as sender, and ``lesson``, ``step`` and
# ``entered``: what was just saved. Receivers commit what they keep.
draft_saved = Signal()
EVERY = 20  # saves: about once in a minute or two of writing
# Sent in the same way when two windows hold different texts, with ``texts``: what is there and what
# came too late. Whichever of them its writer chooses, the other one can be kept.
drafts_differ = Signal()
