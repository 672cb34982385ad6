"""The addresses of the staff's side. A sheet's address is the noun of its action."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path

from yinuo.interfaces.common import addresses
from yinuo.interfaces.desk import (
    call_back_urls,
    complaint_urls,
    concern_urls,
    list_urls,
    settlement_urls,
)
from yinuo.interfaces.desk.views import (
    case,
    customer,
    intake,
    parts,
    search,
    sheets,
    today,
    waiting,
    warnings,
)

app_name = "desk"
addresses.register()
urlpatterns: list[URLPattern] = [
    path("", today.today, name="today"),
    path("search", search.search, name="search"),
    path("claims/new", intake.intake, name="intake"),
    path("claims/<str:number>/read-out", intake.read_out, name="read_out"),
    path("customers/<int:person>", customer.customer, name="customer"),
    path("waiting", waiting.waiting, name="waiting"),
    path("warnings", warnings.warnings, name="warnings"),
    path("warnings/effect", warnings.comparison, name="warnings_effect"),
    path("silence", warnings.silence, name="silence"),
    *call_back_urls.urlpatterns,
    *complaint_urls.urlpatterns,
    *concern_urls.urlpatterns,
    *settlement_urls.urlpatterns,
    path("parts", login_required(parts.gallery), name="parts"),
    path("parts/<slug:name>", login_required(parts.page), name="parts_page"),
    *list_urls.urlpatterns,
    # Addresses of one kind's own stand above; these fit every kind, and the noun fits anything.
    path("cases/<str:number>", case.by_number, name="case_by_number"),
    path("<plural:kind>/<str:number>", case.case, name="case"),
    path("<plural:kind>/<str:number>/phone", case.phone, name="phone"),
    path("<plural:kind>/<str:number>/<slug:noun>", sheets.sheet, name="sheet"),
]
