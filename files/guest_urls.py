"""Addresses of links, for guests."""

from django.urls import path

from files.views import guest

app_name = "guest"
urlpatterns = [
    path("<str:secret>/", guest.open_link, name="open"),
    path("<str:secret>/unlock/", guest.unlock, name="unlock"),
    path("<str:secret>/<uuid:pk>/", guest.folder, name="folder"),
    path("<str:secret>/<uuid:pk>/download/", guest.download, name="download"),
]
