"""Access tokens of one's own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import tokens
from accounts.errors import AccountError
from accounts.forms.tokens import TokenForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.models import AccessToken
from accounts.reauthentication import reauthentication_required


@require_http_methods(["GET", "HEAD", "POST"])
def tokens_page(request: AuthenticatedRequest) -> HttpResponse:
    """List the tokens that still work; make one by POST, and show its secret this once."""
    if request.method == "POST":
        return _make(request)
    return _page(request, TokenForm())


@reauthentication_required
def _make(request: AuthenticatedRequest) -> HttpResponse:
    form = TokenForm(request.POST)
    secret = ""
    if form.is_valid():
        try:
            _token, secret = tokens.make_token(
                user=request.user, client=client_of(request), **form.cleaned_data
            )
        except AccountError as error:
            form.add_error(None, str(error))
    return _page(request, TokenForm() if secret else form, secret=secret)


def _page(request: AuthenticatedRequest, form: TokenForm, *, secret: str = "") -> HttpResponse:
    own = AccessToken.objects.of(request.user).usable().order_by("-pk")
    context = {"tokens": own, "form": form, "secret": secret}
    refused = form.is_bound
    return render(request, "accounts/tokens.html", context, status=400 if refused else 200)


@require_POST
def revoke(request: AuthenticatedRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(AccessToken.objects.of(request.user), pk=token_id)
    tokens.revoke_token(token=token, client=client_of(request))
    messages.success(
        request, _("“%s” is revoked. Scripts that use it are refused now.") % token.name
    )
    return redirect("accounts:tokens")
