"""`make bench`: this site beside others, doing the same work, on this machine, in one run.

Every server is up at the same time and they take turns, so that whatever else the machine is
doing meets all of them alike. What counts is the ratio, not the speed.
"""
