"""What scripts say, in the language of the page."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

YEAR = 365 * 24 * 3600

# Only texts of ours: those of Django's admin come by an address of the admin.
catalogue = JavaScriptCatalog.as_view(packages=["devops360"])


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def words(request: HttpRequest, language: str, digest: str) -> HttpResponseBase:
    """Answer with the catalogue of scripts. Its address changes with it, by the digest."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return catalogue(request)
