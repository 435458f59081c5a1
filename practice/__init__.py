"""`make practice RUNG=03` looks at real work and says what is missing. See docs/practice/."""
