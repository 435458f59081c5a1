"""Drills: break a part of a running site, look at what people and alerts see, mend it, count.

`make drill NAME=database-gone`. docs/operate/drills.md has them all.
"""
