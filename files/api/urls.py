"""The API's addresses, and its description."""

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer

from files.api import (
    activity,
    content,
    finding,
    grants,
    nodes,
    requests,
    shares,
    trash,
    uploads,
    versions,
)
from files.api.problems import CONTENT_TYPE, answer_problems
from files.api.schemas import ProblemOut


class BearerToken(HttpBearer):
    """The gate has checked the token and its scope by now; this says so in the description."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return request.user if request.user.is_authenticated else None


class DescribedAPI(NinjaAPI):
    """Says of every operation how it refuses."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        problem = ProblemOut.model_json_schema()
        refusal = {
            "description": "Refused: see `detail`.",
            "content": {CONTENT_TYPE: {"schema": problem}},
        }
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = refusal
        return schema


api = DescribedAPI(
    title="DevOps360",
    version="1",
    description="Your vault, for scripts. Send an access token: `Authorization: Bearer …`.",
    urls_namespace="api",
    auth=BearerToken(),
    docs_url=None,
)
answer_problems(api)
for part in (
    *(nodes.router, finding.router, content.router, uploads.router, trash.router),
    *(versions.router, shares.router, grants.router, requests.router, activity.router),
):
    api.add_router("", part)
urlpatterns = [*api.urls[0]]
app_name = "api"
