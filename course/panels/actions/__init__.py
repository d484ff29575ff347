"""Writes of panels, by what is done: ask people, answer, freeze, use, keep.

Whoever answers holds their own row and shares that of the panel; whoever freezes has that of the
panel alone. So no answer arrives in a key, and none changes after it.
"""
