"""`make practice RUNG=03`: looks at a learner's real work and says what is missing. docs/practice/."""
