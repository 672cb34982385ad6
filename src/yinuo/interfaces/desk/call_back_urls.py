"""The rooms of those who call customers back: trainings, bench, figures, programme."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import (
    bench,
    call_back_figures,
    call_backs,
    call_quality,
    programme,
    responsibilities,
    training,
)

urlpatterns: list[URLPattern] = [
    path("bench", bench.bench, name="bench"),
    path("bench/<str:number>", bench.call, name="bench_call"),
    path("bench/<str:number>/start", bench.start, name="bench_start"),
    path("bench/<str:number>/identity", bench.identity, name="bench_identity"),
    path("bench/<str:number>/answer", bench.answer, name="bench_answer"),
    path("bench/<str:number>/finish", bench.finish, name="bench_finish"),
    path("bench/<str:number>/outcome", bench.outcome, name="bench_outcome"),
    path("bench/<str:number>/never", bench.never, name="bench_never"),
    path("call-backs/coverage-check", call_backs.coverage_check, name="coverage_check"),
    path("call-backs/campaigns", call_backs.campaigns, name="campaigns"),
    path("call-backs/figures", call_back_figures.figures, name="call_back_figures"),
    path("call-backs/figures.csv", call_back_figures.figures_csv, name="call_back_figures_csv"),
    path("call-backs/figures/cases", call_back_figures.figure_cases, name="call_back_figure_cases"),
    path("call-backs/figures/cases.csv", call_back_figures.cases_csv, name="call_back_cases_csv"),
    path("call-backs/quality", call_quality.checks, name="call_quality"),
    path("call-backs/quality/<int:check>", call_quality.check, name="call_quality_check"),
    path("call-backs/programme", programme.programme, name="programme"),
    path("call-backs/programme/measures/<int:measure>", programme.measure, name="measure"),
    path("responsibilities", responsibilities.responsibilities, name="responsibilities"),
    path("people/training", training.training, name="training"),
    path("people/training/<int:record>", training.training_record, name="training_record"),
]
