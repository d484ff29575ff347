"""Weegschaal: a learning platform for outreach social care."""
