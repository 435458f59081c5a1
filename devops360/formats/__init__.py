"""How each language writes dates: a module for each, which Django looks for by its name."""
