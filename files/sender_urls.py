"""Addresses of file requests, for whoever sends files."""

from django.urls import path

from files.views import sender, sender_parts

app_name = "sender"
urlpatterns = [
    path("<str:secret>/", sender.open_request, name="open"),
    path("<str:secret>/unlock/", sender.unlock, name="unlock"),
    path("<str:secret>/send/", sender.send, name="send"),
    path("<str:secret>/file/", sender.put_file, name="put"),
    path("<str:secret>/uploads/", sender_parts.create, name="create_upload"),
    path("<str:secret>/uploads/<uuid:pk>/", sender_parts.state, name="upload_state"),
    path("<str:secret>/uploads/<uuid:pk>/sign/", sender_parts.sign, name="sign_parts"),
    path("<str:secret>/uploads/<uuid:pk>/complete/", sender_parts.complete, name="complete_upload"),
]
