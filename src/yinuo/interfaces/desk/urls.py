"""The addresses of the staff's side. A sheet's address is the noun of its action."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path

from yinuo.interfaces.desk import sheet_urls
from yinuo.interfaces.desk.views import case, customer, intake, parts, search, today, waiting

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", today.today, name="today"),
    path("search", search.search, name="search"),
    path("claims/new", intake.intake, name="intake"),
    path("claims/<str:number>", case.case, name="case"),
    path("claims/<str:number>/read-out", intake.read_out, name="read_out"),
    path("claims/<str:number>/phone", case.phone, name="phone"),
    path("customers/<int:person>", customer.customer, name="customer"),
    path("waiting", waiting.waiting, name="waiting"),
    path("parts", login_required(parts.gallery), name="parts"),
    path("parts/<slug:name>", login_required(parts.page), name="parts_page"),
    *sheet_urls.urlpatterns,
]
