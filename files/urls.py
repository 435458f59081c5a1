from django.urls import path, register_converter
from django.urls.converters import IntConverter

from files.views import (
    activity,
    content,
    detail,
    file_requests,
    listing,
    marks,
    multipart,
    new_version,
    search,
    shared,
    sharing,
    space,
    tags,
    trash,
    tree,
    uploads,
    versions,
)


class VersionConverter(IntConverter):
    """A version's number: no more digits than the column takes."""

    regex = "[0-9]{1,9}"


register_converter(VersionConverter, "version")

app_name = "files"
urlpatterns = [
    path("", listing.home, name="home"),
    path("space/", space.show_space, name="space"),
    path("search/", search.search, name="search"),
    path("starred/", marks.starred, name="starred"),
    path("recent/", marks.recent, name="recent"),
    path("star/", marks.star, name="star"),
    path("unstar/", marks.unstar, name="unstar"),
    path("tags/", tags.manage, name="tags"),
    path("tags/<uuid:pk>/", tags.change, name="change_tag"),
    path("tags/<uuid:pk>/merge/", tags.merge, name="merge_tag"),
    path("tags/<uuid:pk>/delete/", tags.delete, name="delete_tag"),
    path("tag/", tags.tag, name="tag"),
    path("folder/<uuid:pk>/", listing.folder, name="folder"),
    path("folder/<uuid:pk>/new/", tree.new_folder, name="new_folder"),
    path("folder/<uuid:pk>/upload/", uploads.upload, name="upload"),
    path("folder/<uuid:pk>/folders/", uploads.new_folders, name="new_folders"),
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
    path("<uuid:pk>/share/people/", sharing.grant, name="grant"),
    path("<uuid:pk>/share/request/", sharing.ask_for_files, name="ask_for_files"),
    path("<uuid:pk>/activity/", activity.of_node, name="node_activity"),
    path("activity/", activity.activity, name="activity"),
    path("shared/", shared.shared_with_me, name="shared"),
    path("shares/", shared.shared_by_me, name="shares"),
    path("shares/<uuid:pk>/", sharing.change_share, name="change_share"),
    path("grants/<uuid:pk>/", sharing.change_grant, name="change_grant"),
    path("grants/<uuid:pk>/end/", sharing.revoke_grant, name="revoke_grant"),
    path("grants/<uuid:pk>/leave/", sharing.leave, name="leave"),
    path("requests/<uuid:pk>/", file_requests.change, name="change_request"),
    path("requests/<uuid:pk>/close/", file_requests.close, name="close_request"),
    path("requests/<uuid:pk>/reopen/", file_requests.reopen, name="reopen_request"),
    path("requests/<uuid:pk>/end/", file_requests.end, name="end_request"),
    path("shares/<uuid:pk>/end/", sharing.revoke, name="revoke_share"),
    path("<uuid:pk>/versions/", versions.versions, name="versions"),
    path("<uuid:pk>/versions/new/", new_version.new_version, name="new_version"),
    path("<uuid:pk>/versions/uploads/", new_version.create, name="create_version_upload"),
    path("<uuid:pk>/versions/<version:number>/", versions.version, name="version"),
    path(
        "<uuid:pk>/versions/<version:number>/download/", versions.download, name="version_download"
    ),
    path("<uuid:pk>/versions/<version:number>/content/", versions.content, name="version_content"),
    path(
        "<uuid:pk>/versions/<version:number>/preview/<str:variant>/",
        versions.preview_file,
        name="version_preview",
    ),
    path("<uuid:pk>/versions/<version:number>/restore/", versions.restore, name="version_restore"),
    path("<uuid:pk>/versions/<version:number>/delete/", versions.delete, name="version_delete"),
    path("<uuid:pk>/rename/", tree.rename, name="rename"),
    path("<uuid:pk>/download/", content.download, name="download"),
    path("<uuid:pk>/content/", content.content, name="content"),
    path("<uuid:pk>/thumbnail/", content.thumbnail, name="thumbnail"),
    path("<uuid:pk>/preview/", detail.preview, name="preview"),
    path("<uuid:pk>/preview/<str:variant>/", content.preview_file, name="preview_file"),
]
