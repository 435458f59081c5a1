#!/usr/bin/env python
"""Run a management command of DevOps360."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "devops360.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # The message says what to set; where it was raised helps nobody.
        sys.exit(f"Not configured: {error}")
