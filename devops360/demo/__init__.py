"""A demo account with real sample files, all made here: nothing is downloaded or shipped."""
