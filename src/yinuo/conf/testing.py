"""Settings of a test run: the same settings, in test mode, on the cluster that may forget.

The choices go through the environment, so that programs which a test starts make them as well.
"""

from __future__ import annotations

import os
import tempfile

os.environ["YINUO_MODE"] = "test"
os.environ.setdefault("YINUO_FILES", tempfile.mkdtemp(prefix="yinuo-test-"))

from yinuo.conf.settings import *  # noqa: F403
