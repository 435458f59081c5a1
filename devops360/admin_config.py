from django.contrib.admin.apps import AdminConfig


class VaultAdminConfig(AdminConfig):
    default_site = "devops360.admin_site.VaultAdminSite"
