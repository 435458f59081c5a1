from django.urls import path

from files.views import content, detail, listing, multipart, sharing, space, trash, tree, uploads

app_name = "files"
urlpatterns = [
    path("", listing.home, name="home"),
    path("space/", space.show_space, name="space"),
    path("search/", listing.search, name="search"),
    path("folder/<uuid:pk>/", listing.folder, name="folder"),
    path("folder/<uuid:pk>/new/", tree.new_folder, name="new_folder"),
    path("folder/<uuid:pk>/upload/", uploads.upload, name="upload"),
    path("folder/<uuid:pk>/conflicts/", uploads.conflicts, name="conflicts"),
    path("folder/<uuid:pk>/uploads/", multipart.create, name="create_upload"),
    path("uploads/", multipart.uploads, name="uploads"),
    path("uploads/<uuid:pk>/", multipart.state, name="upload_state"),
    path("uploads/<uuid:pk>/sign/", multipart.sign, name="sign_parts"),
    path("uploads/<uuid:pk>/complete/", multipart.complete, name="complete_upload"),
    path("parts/<str:token>/", multipart.part, name="upload_part"),
    path("move/", tree.move, name="move"),
    path("copy/", tree.copy, name="copy"),
    path("zip/", content.zip_selection, name="zip"),
    path("delete/", trash.delete, name="delete"),
    path("trash/", trash.trash, name="trash"),
    path("trash/restore/", trash.restore, name="restore"),
    path("trash/purge/", trash.purge, name="purge"),
    path("trash/empty/", trash.empty, name="empty_trash"),
    path("<uuid:pk>/", detail.detail, name="detail"),
    path("<uuid:pk>/share/", sharing.share, name="share"),
    path("shares/<uuid:pk>/end/", sharing.revoke, name="revoke_share"),
    path("<uuid:pk>/rename/", tree.rename, name="rename"),
    path("<uuid:pk>/download/", content.download, name="download"),
    path("<uuid:pk>/content/", content.content, name="content"),
    path("<uuid:pk>/thumbnail/", content.thumbnail, name="thumbnail"),
    path("<uuid:pk>/preview/", detail.preview, name="preview"),
    path("<uuid:pk>/preview/<str:variant>/", content.preview_file, name="preview_file"),
]
