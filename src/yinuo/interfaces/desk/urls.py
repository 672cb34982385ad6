"""The addresses of the staff's side. A sheet's address is the noun of its action."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import parts

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("parts", login_required(parts.gallery), name="parts"),
    path("parts/<slug:name>", login_required(parts.page), name="parts_page"),
]
