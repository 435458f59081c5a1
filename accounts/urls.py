from django.urls import path

from accounts.views import deletion, profile, sessions

app_name = "accounts"
urlpatterns = [
    path("", profile.profile, name="profile"),
    path("avatar/", profile.avatar, name="avatar"),
    path("avatar/remove/", profile.remove_avatar, name="remove_avatar"),
    path(
        "avatar/<uuid:person_id>/<str:key>/<int:size>/", profile.avatar_image, name="avatar_image"
    ),
    path("export/", profile.export, name="export"),
    path("delete/", deletion.delete, name="delete"),
    path("delete/due/", deletion.deletion, name="deletion"),
    path("delete/keep/", deletion.keep, name="keep"),
    path("sessions/<int:session_id>/end/", sessions.end, name="end_session"),
]
