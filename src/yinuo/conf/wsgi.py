"""What granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.conf.settings")
application = get_wsgi_application()
# Every address and its view is loaded now, so that nobody's first page waits for it.
ADDRESSES = len(get_resolver().url_patterns)
