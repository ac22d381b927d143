"""Puts the admin site with the dashboard in place of Django's own (a module of its own: two apps, one folder)."""

from django.contrib.admin.apps import AdminConfig


class ConsoleAdminConfig(AdminConfig):
    """Listed in INSTALLED_APPS instead of `django.contrib.admin`."""

    default_site = "assistant.console.site.ConsoleSite"
