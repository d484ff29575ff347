"""Content files become validated, frozen objects; knows no web and no database."""
