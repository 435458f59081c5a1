from django.urls import path

from files.views import listing

app_name = "files"
urlpatterns = [path("", listing.home, name="home")]
