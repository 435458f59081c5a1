from django.urls import path

from notifications.views import browsers, inbox, preferences, sns, unsubscribe, webhooks

app_name = "notifications"
urlpatterns = [
    path("", inbox.inbox_page, name="inbox"),
    path("change/", inbox.change, name="change"),
    path("read-all/", inbox.read_all, name="read_all"),
    path("unread-all/", inbox.unread_all, name="unread_all"),
    path("bell/", inbox.bell, name="bell"),
    path("preferences/", preferences.preferences_page, name="preferences"),
    path("preferences/reset/", preferences.reset, name="reset_preferences"),
    path("preferences/timing/", preferences.timing, name="timing"),
    path("push-worker.js", browsers.push_worker, name="push_worker"),
    path("browsers/", browsers.browsers_page, name="browsers"),
    path("browsers/subscribe/", browsers.subscribe, name="subscribe_browser"),
    path("browsers/<uuid:uuid>/test/", browsers.test_browser, name="test_browser"),
    path("browsers/<uuid:uuid>/remove/", browsers.remove_browser, name="remove_browser"),
    path("sns/", sns.sns_inbound, name="sns"),
    path("webhooks/", webhooks.webhooks_page, name="webhooks"),
    path("webhooks/<uuid:uuid>/", webhooks.webhook_page, name="webhook"),
    path("webhooks/<uuid:uuid>/challenge/", webhooks.challenge_webhook, name="challenge_webhook"),
    path("webhooks/<uuid:uuid>/confirm/", webhooks.confirm_webhook, name="confirm_webhook"),
    path("webhooks/<uuid:uuid>/test/", webhooks.test_webhook, name="test_webhook"),
    path("webhooks/<uuid:uuid>/pause/", webhooks.pause_webhook, name="pause_webhook"),
    path("webhooks/<uuid:uuid>/resume/", webhooks.resume_webhook, name="resume_webhook"),
    path("webhooks/<uuid:uuid>/secret/", webhooks.rotate_webhook, name="rotate_webhook"),
    path("webhooks/<uuid:uuid>/remove/", webhooks.remove_webhook, name="remove_webhook"),
    path(
        "webhooks/<uuid:uuid>/calls/<int:call_id>/again/",
        webhooks.send_call_again,
        name="send_call_again",
    ),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe_page, name="unsubscribe"),
]
