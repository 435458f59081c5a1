"""Addresses of links, for guests."""

from django.urls import path

from files.views import guest, guest_content

app_name = "guest"
urlpatterns = [
    path("<str:secret>/", guest.open_link, name="open"),
    path("<str:secret>/unlock/", guest.unlock, name="unlock"),
    path("<str:secret>/<uuid:pk>/", guest.node, name="node"),
    path("<str:secret>/<uuid:pk>/download/", guest_content.download, name="download"),
    path("<str:secret>/<uuid:pk>/content/", guest_content.content, name="content"),
    path("<str:secret>/<uuid:pk>/preview/<str:variant>/", guest_content.picture, name="picture"),
]
