"""Refusals, as RFC 9457 says: application/problem+json, whatever went wrong."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from files.errors import FilesError, MissingPartsError, NameTakenError
from files.models import Node
from files.views.answers import STATUS, count_store_error, patience_of, words_of

CONTENT_TYPE = "application/problem+json"


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def _files_error(request: HttpRequest, error: FilesError) -> HttpResponse:
    conflicts = error.names if isinstance(error, NameTakenError) else []
    missing = error.numbers if isinstance(error, MissingPartsError) else []
    count_store_error(error)
    response = problem(
        STATUS[type(error)], words_of(request, error), conflicts=conflicts, missing=missing
    )
    for name, value in patience_of(error).items():
        response.headers[name] = value
    return response


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the first field that is wrong, and how; never repeat what was sent."""
    first: dict[str, Any] = error.errors[0] if error.errors else {}
    where = ".".join(str(part) for part in first.get("loc", ()) if part not in {"body", "data"})
    return problem(422, f"{where}: {first.get('msg', 'invalid')}".lstrip(": "))


def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404, "There is nothing of that id that is yours.")


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, error.message)


def answer_problems(api: NinjaAPI) -> None:
    """Teach the API how each error is answered."""
    handlers: dict[type[Exception], Any] = {
        FilesError: _files_error,
        ValidationError: _invalid,
        Http404: _missing,
        Node.DoesNotExist: _missing,
        HttpError: _http_error,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
