from django.urls import path
from django.views.i18n import set_language

from accounts.views import (
    archives,
    confirm,
    deletion,
    factors,
    language,
    passkeys,
    phones,
    profile,
    recovery,
    sent_codes,
    sessions,
    tokens,
    verify,
)

app_name = "accounts"
urlpatterns = [
    path("", profile.profile, name="profile"),
    path("avatar/", profile.avatar, name="avatar"),
    path("avatar/remove/", profile.remove_avatar, name="remove_avatar"),
    path(
        "avatar/<uuid:person_id>/<str:key>/<int:size>/", profile.avatar_image, name="avatar_image"
    ),
    path("export/", archives.export, name="export"),
    path("export/<uuid:archive_id>/", archives.download, name="archive"),
    path("delete/", deletion.delete, name="delete"),
    path("delete/due/", deletion.deletion, name="deletion"),
    path("delete/keep/", deletion.keep, name="keep"),
    # The language of pages before anybody is signed in, and of what scripts say.
    path("language/", set_language, name="language"),
    path("words/<slug:language>/<slug:digest>.js", language.words, name="words"),
    # Sessions, remembered browsers, history.
    path("sessions/", sessions.sessions_page, name="sessions"),
    path("sessions/end/", sessions.end_others, name="end_other_sessions"),
    path("sessions/<int:session_id>/end/", sessions.end, name="end_session"),
    path("browsers/forget/", sessions.forget_browsers, name="forget_browsers"),
    path("browsers/<int:browser_id>/forget/", sessions.forget_browser, name="forget_browser"),
    path("history/", sessions.history_page, name="history"),
    # Showing a second factor, and confirming who is there.
    path("verify/", verify.verify, name="verify"),
    path("verify/send/", verify.verify_send, name="verify_send"),
    path("confirm/", confirm.confirm, name="confirm"),
    # Without any factor.
    path("recovery/", recovery.ask, name="recovery"),
    path("recovery/cancel/<str:secret>/", recovery.cancel, name="recovery_cancel"),
    # Passkeys.
    path("passkey/begin/", passkeys.sign_in_begin, name="passkey_sign_in_begin"),
    path("passkey/", passkeys.sign_in, name="passkey_sign_in"),
    path("verify/passkey/", passkeys.verify_begin, name="passkey_verify_begin"),
    path("factors/passkey/", passkeys.add, name="add_passkey"),
    path("factors/passkey/begin/", passkeys.add_begin, name="add_passkey_begin"),
    # Second factors.
    path("factors/", factors.factors, name="factors"),
    path("factors/app/", factors.add_app, name="add_app"),
    path("factors/email/", sent_codes.add_email, name="add_email"),
    path("factors/sms/", sent_codes.add_sms, name="add_sms"),
    path("factors/sms/<int:device_id>/", sent_codes.add_sms_confirm, name="add_sms_confirm"),
    path("factors/recovery/", factors.recovery_codes_page, name="recovery_codes"),
    path("factors/<slug:slug>/<int:pk>/rename/", factors.rename, name="rename_factor"),
    path("factors/<slug:slug>/<int:pk>/remove/", factors.remove, name="remove_factor"),
    # Phones, for notifications.
    path("phones/", phones.phones_page, name="phones"),
    path("phones/<int:check_id>/", phones.confirm_phone, name="confirm_phone"),
    path("phones/<int:phone_id>/remove/", phones.remove_phone, name="remove_phone"),
    # Access tokens.
    path("tokens/", tokens.tokens_page, name="tokens"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke_token"),
]
