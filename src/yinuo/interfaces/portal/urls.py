"""The addresses of the customers' side."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.common import addresses
from yinuo.interfaces.portal.views import (
    acts,
    asking,
    cases,
    complaints,
    home,
    papers,
    report,
    reported,
    sign_in,
    sums,
    tell_us,
    track,
)

app_name = "portal"
addresses.register()
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("report/", report.start, name="report"),
    path("report/what", report.what, name="report_what"),
    path("report/who", report.who, name="report_who"),
    path("report/photos", report.photos, name="report_photos"),
    path("report/check", reported.check, name="report_check"),
    path("report/done", reported.reported, name="reported"),
    path("tell-us/", tell_us.tell_us, name="tell_us"),
    path("tell-us/done", tell_us.told_us, name="told_us"),
    path("track/", sign_in.start, name="sign_in"),
    path("track/code", sign_in.code, name="code"),
    path("track/open/<str:token>", sign_in.open_link, name="open"),
    path("track/answers/<str:token>", asking.answers, name="answers"),
    path("call-backs/<str:number>/questions", asking.questions, name="questions"),
    path("call-backs/<str:number>/stop", asking.stop, name="questions_stop"),
    path("track/leave", sign_in.leave, name="leave"),
    path("claims/<str:number>", track.claim, name="claim"),
    path("claims/<str:number>/papers", papers.papers, name="papers"),
    path("claims/<str:number>/files/<str:token>", papers.file, name="file"),
    path("claims/<str:number>/account", acts.account, name="account"),
    path("claims/<str:number>/question", acts.question, name="question"),
    path("claims/<str:number>/sum/<int:loss>", sums.ask, name="ask_about_sum"),
    path("claims/<str:number>/acceptance/<int:loss>", sums.accept, name="accept_decision"),
    path("standards/", sums.standards, name="standards"),
    path("claims/<str:number>/withdrawal", acts.withdrawal, name="withdrawal"),
    path("complaints/<str:number>/letter", complaints.letter, name="complaint_letter"),
    # Addresses of one kind's own stand above; these fit every kind, and the noun fits anything.
    path("<plural:kind>/<str:number>", cases.case, name="case"),
    path("<plural:kind>/<str:number>/messages", cases.read, name="read"),
    path("<plural:kind>/<str:number>/<slug:noun>", cases.act, name="act"),
]
