"""Quizzes from other systems, and for them: GIFT, Moodle XML, QTI 3.0. ``formats`` is the door."""
