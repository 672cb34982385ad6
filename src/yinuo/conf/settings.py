"""Django settings. What differs between machines comes from the environment; see kit/env.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from yinuo.kit import env, logs

MODE = env.mode()
PRODUCTION = MODE is env.Mode.PRODUCTION
STATE = env.state_directory()
# Papers, seals and outgoing mail; in production these lie on a disk that is backed up.
KEPT = Path(env.read("YINUO_FILES") or STATE)

# --- Secrets -----------------------------------------------------------------------------------

SECRET_KEY = env.secret("YINUO_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.read_list("YINUO_OLD_SECRET_KEYS")
# The first key encrypts; the others only read what was written with them.
YINUO_DATA_KEYS = tuple(key.strip() for key in env.secret("YINUO_DATA_KEYS").split(","))
YINUO_INDEX_KEY = env.secret("YINUO_INDEX_KEY")

# --- Who may talk to us ------------------------------------------------------------------------

DEBUG = env.read_flag("YINUO_DEBUG", default=False)
SITE_URL = env.read("YINUO_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.read_list("YINUO_HOSTS") or (
    [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = env.read_list("YINUO_TRUSTED_ORIGINS")
# How many proxies stand before us and append to X-Forwarded-For; none means: believe the socket.
TRUSTED_PROXIES = env.read_number("YINUO_TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

METRICS_TOKEN = env.read("YINUO_METRICS_TOKEN")

# --- The parts ---------------------------------------------------------------------------------

# django.contrib.messages is not here because its label is taken by the messages to customers;
# its middleware, which is all that a flash line needs, works without.
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "yinuo.core.rulebook",
    "yinuo.core.people",
    "yinuo.core.messages",
    "yinuo.core.cases",
    "yinuo.core.knowledge",
    "yinuo.core.documents",
    "yinuo.core.policies",
    "yinuo.core.payments",
    "yinuo.core.approvals",
    "yinuo.areas",
    "yinuo.areas.claims",
    "yinuo.areas.call_backs",
    "yinuo.areas.concerns",
    "yinuo.areas.complaints",
    "yinuo.overview",
    "yinuo.interfaces.common",
]
MIDDLEWARE = [
    "yinuo.interfaces.common.middleware.RequestLog",
    "yinuo.interfaces.common.middleware.PagesWithoutApi",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yinuo.interfaces.common.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "yinuo.interfaces.common.middleware.RateLimits",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "yinuo.conf.urls"
# A page is found without the API, which a process loads only after it has begun to answer.
PAGES_URLCONF = "yinuo.conf.pages"
WSGI_APPLICATION = "yinuo.conf.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [env.PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Database and jobs -------------------------------------------------------------------------

DATABASE = env.parse_database_url(env.database_url())
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE.name,
        "USER": DATABASE.user,
        "PASSWORD": DATABASE.password,
        "HOST": DATABASE.host,
        "PORT": DATABASE.port,
        "OPTIONS": {"application_name": "yinuo", **DATABASE.options},
        "CONN_MAX_AGE": 0 if MODE is env.Mode.TEST else 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Only a sandbox database lets a door set the time: replay and demo. Its mail goes nowhere.
YINUO_SANDBOX = env.read_flag("YINUO_SANDBOX", default=False)

# --- Language, time, numbers -------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese"))]
LANGUAGES += [("en", _("English"))]
LOCALE_PATHS = [env.PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.read("YINUO_TIME_ZONE", "Asia/Shanghai")

# --- Rules and texts ---------------------------------------------------------------------------

RULES_DIRECTORY = env.PACKAGE / "rules" / "cn_motor"
TEXTS_DIRECTORY = env.PACKAGE / "texts"
# Every rule file and the class that says what may stand in it.
RULE_FILES = {
    "calendar": "yinuo.kit.calendar_rules.CalendarRules",
    "call_back_figures": "yinuo.overview.call_back_rulefile.CallBackFiguresRules",
    "call_backs": "yinuo.areas.call_backs.rulefile.CallBacksRules",
    "channels": "yinuo.core.messages.rulefile.ChannelsRules",
    "causes": "yinuo.areas.complaints.rulefile.CausesRules",
    "claims": "yinuo.areas.claims.rulefile.ClaimsRules",
    "complaints": "yinuo.areas.complaints.rulefile.ComplaintsRules",
    "concerns": "yinuo.areas.concerns.rulefile.ConcernsRules",
    "documents": "yinuo.core.documents.rulefile.DocumentsRules",
    "doors": "yinuo.core.rulebook.rulefile.DoorsRules",
    "knowledge": "yinuo.core.knowledge.rulefile.KnowledgeRules",
    "messages": "yinuo.core.messages.rulefile.MessagesRules",
    "payments": "yinuo.core.payments.rulefile.PaymentsRules",
    "people": "yinuo.core.people.rulefile.PeopleRules",
    "questionnaires": "yinuo.areas.call_backs.questionnaire_rulefile.QuestionnairesRules",
    "settlement": "yinuo.settlement.rulefile.SettlementRules",
    "warnings": "yinuo.areas.claims.warning_rulefile.WarningsRules",
}

# Weights that `yinuo train-words` made of this insurer's own corrections, in place of ours.
WORD_WEIGHTS = env.read("YINUO_WORD_WEIGHTS")

# --- Staff sign-in -----------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["yinuo.interfaces.common.sign_in.StaffSignIn"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "yinuo.interfaces.common.sign_in.StaffAccounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Yinuo 一诺"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Argon2 would be a further dependency; scrypt comes with Python and resists hardware as well.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if MODE is env.Mode.TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Cookies and headers -----------------------------------------------------------------------

SESSION_COOKIE_NAME = "yinuo_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_AGE = env.read_number("YINUO_SESSION_SECONDS", 12 * 60 * 60)
CSRF_COOKIE_NAME = "yinuo_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_NAME = "yinuo_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION and env.read_flag("YINUO_HTTPS_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
X_FRAME_OPTIONS = "DENY"

# --- Limits at the doors -----------------------------------------------------------------------

MEBIBYTE = 1024 * 1024
UPLOAD_MAX_BYTES = env.read_number("YINUO_UPLOAD_MIB", 20) * MEBIBYTE
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * MEBIBYTE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 30
FILE_UPLOAD_MAX_MEMORY_SIZE = MEBIBYTE
FILE_UPLOAD_PERMISSIONS = 0o600
# name of a limit -> (attempts, seconds): so many from one caller in so long. A report takes some
# ten steps with its photos, and a workshop reports for several customers.
RATE_LIMITS = {
    "sign_in": (env.read_number("YINUO_LIMIT_SIGN_IN", 20), 300),
    "code": (env.read_number("YINUO_LIMIT_CODE", 20), 600),
    "report": (env.read_number("YINUO_LIMIT_REPORT", 90), 600),
}
# A POST to a path that starts so counts against the limit of that name.
RATE_LIMITED_PATHS = {
    "/accounts/login/": "sign_in",
    "/accounts/2fa/authenticate/": "sign_in",
    "/accounts/reauthenticate/": "sign_in",
    "/track/": "code",
    "/report/": "report",
}

# --- Files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [env.PACKAGE / "static"]
STATIC_ROOT = STATE / "static" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": KEPT / "files"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Papers and photos, and the daily seals that must not lie in the database which they seal.
DOCUMENTS_ROOT = KEPT / "files"
SEALS_ROOT = KEPT / "seals"

# --- Money out ---------------------------------------------------------------------------------

# The insurer's own account, which payments leave from. The bank's program empties and fills the
# exchange directory.
PAYER = {
    "name": env.read("YINUO_PAYER_NAME", "" if PRODUCTION else "示范财产保险股份有限公司"),
    "account": env.read("YINUO_PAYER_ACCOUNT", "" if PRODUCTION else "00000000000000000000"),
    "bank_name": env.read("YINUO_PAYER_BANK", "" if PRODUCTION else "示范银行"),
    "bank_code": env.read("YINUO_PAYER_BANK_CODE"),
}
BANK_EXCHANGE = Path(env.read("YINUO_BANK_EXCHANGE") or KEPT / "bank")

# --- E-mail ------------------------------------------------------------------------------------

EMAIL_HOST = env.read("YINUO_SMTP_HOST")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = str(KEPT / "mail")
EMAIL_PORT = env.read_number("YINUO_SMTP_PORT", 587)
EMAIL_HOST_USER = env.read("YINUO_SMTP_USER")
EMAIL_HOST_PASSWORD = env.read("YINUO_SMTP_PASSWORD")
EMAIL_USE_SSL = env.read_flag("YINUO_SMTP_SSL", default=False)
EMAIL_USE_TLS = env.read_flag("YINUO_SMTP_TLS", default=PRODUCTION and not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.read("YINUO_MAIL_FROM", "yinuo@localhost.localdomain")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where customers' letters come in; what leaves asks to be answered there.
MAIL_INTAKE = env.read("YINUO_MAIL_INTAKE")
IMAP_HOST = env.read("YINUO_IMAP_HOST")
IMAP_SSL = env.read_flag("YINUO_IMAP_SSL", default=True)
IMAP_PORT = env.read_number("YINUO_IMAP_PORT", 993 if IMAP_SSL else 143)
IMAP_USER = env.read("YINUO_IMAP_USER")
IMAP_PASSWORD = env.read("YINUO_IMAP_PASSWORD")
IMAP_FOLDER = env.read("YINUO_IMAP_FOLDER", "INBOX")

# --- Logs --------------------------------------------------------------------------------------

LOG_LEVEL = env.read("YINUO_LOG_LEVEL", "INFO").upper()
LOGGING = logs.configuration(LOG_LEVEL)

if PRODUCTION:
    env.refuse_unsafe_production(debug=DEBUG, sandbox=YINUO_SANDBOX, hosts=ALLOWED_HOSTS)
