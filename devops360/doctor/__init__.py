"""`manage.py doctor`: each part is tried for real, and what is wrong comes with how to mend it."""
