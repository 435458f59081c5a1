"""Mixed use of the site for many minutes, as it arrives in life: `python -m bench.load`.

Arrivals are open-loop: they come by chance at a given rate, whether or not earlier ones have been
answered, and each is timed from the moment it was due. A site that falls behind shows it.
"""
