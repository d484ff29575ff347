"""What happened to an account, for the parts above that keep work for people without one."""

from blinker import Signal

# Sent with the user as sender and ``visitor``: the hash of the browser's visitor cookie, or None.
# Receivers add to the transaction of the sender and do not commit.
signed_in = Signal()
# Sent with the user as sender, ``by``: the id of who did it, or None for a command, and ``role``.
# Receivers add to the transaction of the sender and do not commit.
role_changed = Signal()
