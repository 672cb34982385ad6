"""Settings of a test run: the same settings, in test mode, on the cluster that may forget.

The choices go through the environment, so that programs which a test starts make them as well.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["YINUO_MODE"] = "test"
if "YINUO_FILES" not in os.environ:
    os.environ["YINUO_FILES"] = tempfile.mkdtemp(prefix="yinuo-test-")
    atexit.register(shutil.rmtree, os.environ["YINUO_FILES"], ignore_errors=True)

from yinuo.conf.settings import *  # noqa: F403

# Every test client would look through all static files as it starts.
WHITENOISE_AUTOREFRESH = True
