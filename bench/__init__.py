"""The figures that we publish. Run all of them with `make bench`, one with
`python -m bench.report_api`.

Everything happens on a cluster of its own that really writes to the disk, far from the demo
insurer and from the tests.
"""

from __future__ import annotations

import os

import django

from yinuo.kit import env

STATE = env.CHECKOUT / ".local" / "bench"

os.environ["YINUO_STATE"] = str(STATE)
os.environ["YINUO_MODE"] = "development"
os.environ["DJANGO_SETTINGS_MODULE"] = "yinuo.conf.settings"
os.environ["YINUO_LOG_LEVEL"] = "WARNING"
os.environ.pop("DATABASE_URL", None)
os.environ.pop("YINUO_FILES", None)

django.setup()
