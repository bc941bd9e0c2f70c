"""The portal's own settings with what a test run needs: speed where it proves nothing, room for many requests, and
files and messages that no other run sees."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.settings import *  # noqa: F403  (a settings module is a namespace, taken over whole)
from config.settings import CACHES, PAGE_RATES, REST_FRAMEWORK, STORAGES

SCRATCH = Path(os.environ.get("PADDOCK_TEST_SCRATCH") or tempfile.mkdtemp(prefix="paddock-test-"))
if "PADDOCK_TEST_SCRATCH" not in os.environ:
    atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

DEBUG = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
FACTS_ROOT = SCRATCH / "facts"
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": SCRATCH / "media"}},
    # Plain names: a test run needs no collected and hashed files.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A database of Redis for each of the workers that run side by side: one that clears its cache clears all of a database.
WORKER_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
CACHES = {"default": CACHES["default"] | {"KEY_PREFIX": SCRATCH.name, "OPTIONS": {"db": 1 + WORKER_NUMBER}}}
REST_FRAMEWORK = REST_FRAMEWORK | {
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "1000000/minute")
}
PAGE_RATES = dict.fromkeys(PAGE_RATES, "1000000/minute")
ACCOUNT_RATE_LIMITS = False

# Inline unless a test starts a real worker, which reads messages of its own scratch name only.
CELERY_TASK_ALWAYS_EAGER = os.environ.get("PADDOCK_TEST_WORKER") != "1"
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_TASK_DEFAULT_QUEUE = f"tests-{SCRATCH.name}"

# The database of a test run is made from the models at once, triggers included; migrating an empty one takes half a
# minute of each worker. `tests/integration/test_migrations.py` proves that migrations lead to the very same schema.
MIGRATION_MODULES = dict.fromkeys(("accounts", "common", "providers", "scoring", "merchants"))
PGTRIGGER_INSTALL_ON_MIGRATE = True
