"""What can be looked at in the page.

To add a kind: write a module here with `render`, name it in registry.py, give it a template in
templates/files/previews/, and a test in files/tests/previews/.
"""
