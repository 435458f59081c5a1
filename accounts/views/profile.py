"""The profile page and the picture."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.avatars import changes
from accounts.errors import AvatarError
from accounts.forms.profile import AvatarForm, ProfileForm
from accounts.http import AuthenticatedRequest
from accounts.models import AVATAR_SIZES, User
from accounts.profile import update_profile
from accounts.stores import open_file

# A form's other fields and the borders between them.
FORM_OVERHEAD = 64 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AuthenticatedRequest) -> HttpResponse:
    """Show a person their profile and save what they change."""
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        update_profile(user=person, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return _profile_page(request, form=form)


def _profile_page(
    request: AuthenticatedRequest,
    *,
    form: ProfileForm | None = None,
    avatar_form: AvatarForm | None = None,
) -> HttpResponse:
    refused = (form and form.is_bound) or (avatar_form and avatar_form.is_bound)
    context = {
        "form": form or ProfileForm(instance=User.objects.get(pk=request.user.pk)),
        "avatar_form": avatar_form or AvatarForm(),
    }
    return render(request, "accounts/profile.html", context, status=400 if refused else 200)


@csrf_exempt
@require_POST
def avatar(request: AuthenticatedRequest) -> HttpResponse:
    """Turn away what is too large by its declared length, before any of it is read.

    The check of the form's token would read, and store, the whole body first; the view within
    makes it.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > changes.MAX_BYTES + FORM_OVERHEAD:
        return render(request, "accounts/avatar_too_large.html", status=413)
    response: HttpResponse = _upload_avatar(request)
    return response


@csrf_protect
def _upload_avatar(request: AuthenticatedRequest) -> HttpResponse:
    form = AvatarForm(request.POST, request.FILES)
    if form.is_valid():
        picture = form.cleaned_data["picture"].read()
        try:
            changes.change_avatar(user=request.user, picture=picture, crop=form.crop())
        except AvatarError as error:
            form.add_error("picture", str(error))
        else:
            messages.success(request, _("Your picture is changed."))
            return redirect("accounts:profile")
    return _profile_page(request, avatar_form=form)


@require_POST
def remove_avatar(request: AuthenticatedRequest) -> HttpResponse:
    changes.remove_avatar(user=request.user)
    messages.success(request, _("Your picture is removed."))
    return redirect("accounts:profile")


@require_safe
def avatar_image(
    request: AuthenticatedRequest, person_id: object, key: str, size: int
) -> FileResponse:
    """Answer with a picture in one of its sizes, to anyone who has signed in.

    Its address changes with the picture, so that browsers may keep it.
    """
    person = get_object_or_404(User, pk=person_id, is_active=True)
    if not person.avatar or key != person.avatar_key or size not in AVATAR_SIZES:
        raise Http404
    try:
        file = open_file(f"{person.avatar}/{size}.webp")
    except FileNotFoundError:
        # Pages do without one that has been lost.
        raise Http404 from None
    return FileResponse(
        file,
        content_type="image/webp",
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
    )
