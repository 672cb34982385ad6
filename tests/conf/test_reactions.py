"""A program that only serves pages still queues what has to follow."""

from __future__ import annotations

import subprocess
import sys

SERVE = """
import django
django.setup()
from yinuo.conf import urls
from yinuo.core.cases.commands import work
print(len(urls.urlpatterns) > 0 and work._reactive >= {'claim.registered', 'payment.arrived'})
"""


def test_the_web_process_queues_reactions_without_the_worker() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVE], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.strip() == "True", done.stderr
