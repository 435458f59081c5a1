from django.urls import path

from notifications.views import kept_mail

app_name = "outbox"
urlpatterns = [
    path("", kept_mail.outbox_page, name="list"),
    path("looks/", kept_mail.looks_page, name="looks"),
    path("looks/<slug:kind>/", kept_mail.looks_page, name="look"),
    path("looks/<slug:kind>/html/", kept_mail.look_html, name="look_html"),
    path("<str:name>/", kept_mail.mail_page, name="mail"),
    path("<str:name>/html/", kept_mail.mail_html, name="mail_html"),
]
