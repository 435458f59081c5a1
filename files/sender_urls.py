"""Addresses of file requests, for whoever sends files."""

from django.urls import path

from files.views import sender

app_name = "sender"
urlpatterns = [
    path("<str:secret>/", sender.open_request, name="open"),
    path("<str:secret>/unlock/", sender.unlock, name="unlock"),
    path("<str:secret>/send/", sender.send, name="send"),
    path("<str:secret>/file/", sender.put_file, name="put"),
]
