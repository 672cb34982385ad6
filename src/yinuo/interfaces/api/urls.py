from __future__ import annotations

from django.urls import path

from yinuo.interfaces.api.app import api

urlpatterns = [path("", api.urls)]
