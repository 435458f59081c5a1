"""Second factors. One module per kind; `kinds` is the registry, django-otp the only authority."""
