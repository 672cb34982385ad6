"""What granian serves."""

from __future__ import annotations

import gc
import os
from threading import Timer

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from yinuo.kit import garbage

API_AFTER_SECONDS = 1.0


def load_api() -> int:
    addresses = len(get_resolver().url_patterns)
    garbage.keep_what_is_loaded()
    return addresses


# All that is loaded stays: to look through it for garbage again and again would be a good part
# of the start.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.conf.settings")
application = get_wsgi_application()
# The address of every page and its view is loaded now, so that nobody's first page waits for it;
# the API a moment later, or when it is called.
PAGES = len(get_resolver(settings.PAGES_URLCONF).url_patterns)
gc.freeze()
gc.enable()
later = Timer(API_AFTER_SECONDS, load_api)
later.daemon = True
later.start()
