"""Django settings. Everything that differs between machines comes from `config.env`; nothing here starts a process."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = env.load()

SECRET_KEY = ENV.secret_key
IDENTITY_KEY = ENV.identity_key
SIGNING_KEY = ENV.signing_key
RETIRED_SIGNING_KEYS = ENV.retired_signing_keys
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts
BASE_URL = ENV.base_url
CSRF_TRUSTED_ORIGINS = [ENV.base_url]

INSTALLED_APPS = [
    "common",
    "accounts",
    "providers",
    "scoring",
    "merchants",
    "pages",
    "api",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "rest_framework.authtoken",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.http.RequestContextMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "common.http.AddressMiddleware",
    "common.http.UploadLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StaffMfaMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.http.DomainErrorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "common.forms.TablerRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.context_processors.navigation",
            ],
            "builtins": ["common.templatetags.paddock", "django.templatetags.i18n"],
        },
    }
]

DATABASES = {"default": dj_database_url.parse(ENV.database_url, conn_max_age=60, conn_health_checks=True)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if ENV.email_url else "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "pages:home"
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxy_count
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "company",
                "name": ENV.oidc_name,
                "client_id": ENV.oidc_client_id,
                "secret": ENV.oidc_client_secret,
                "settings": {"server_url": ENV.oidc_server_url},
            }
        ]
        if ENV.oidc_server_url
        else []
    }
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = not ENV.email_url  # without mail no address can be verified, and staff still need a factor
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
REQUIRE_STAFF_MFA = ENV.require_staff_mfa

_mail = urlsplit(ENV.email_url or "console:")
EMAIL_BACKEND = f"django.core.mail.backends.{'console' if _mail.scheme == 'console' else 'smtp'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
EMAIL_TIMEOUT = 10
MAIL_NOTICES = bool(ENV.email_url)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FILTERS_EMPTY_CHOICE_LABEL = _("Any")
USE_TZ = True
TIME_ZONE = "UTC"
BUSINESS_TIME_ZONE = ENV.time_zone_business
CURRENCY = "CNY"

# Days of notice before a new scoring model counts: the longer one when so many are affected, or nobody knows.
MODEL_NOTICE_DAYS = ENV.model_notice_days
MODEL_LONG_NOTICE_DAYS = max(ENV.model_notice_days, ENV.model_long_notice_days)
MODEL_MANY_AFFECTED_PERCENT = ENV.model_many_affected_percent

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", BASE_DIR / ".local" / "assets" / "vendor")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": ENV.media_root}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FACTS_ROOT = ENV.facts_root
FACTS_ENGINE = ENV.facts_engine
UPLOAD_MAX_BYTES = ENV.upload_max_bytes
# Addresses that take less than UPLOAD_MAX_BYTES: a document of 10 MB and what a form adds to it.
UPLOAD_LIMITS = dict.fromkeys(("/provider/documents/", "/api/v1/documents"), 11 * 1024 * 1024)
# A dispute comes with up to five files of evidence.
UPLOAD_LIMITS |= dict.fromkeys(("/provider/disputes/", "/api/v1/disputes"), 51 * 1024 * 1024)
FORM_MAX_BYTES = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = FORM_MAX_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

CELERY_BROKER_URL = ENV.redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60  # on a busy machine a process needs longer than the usual 4 seconds to come up
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = BUSINESS_TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "recover-jobs": {"task": "common.recover_jobs", "schedule": 15.0},
    "sweep-facts": {"task": "scoring.sweep_facts", "schedule": 60.0},
    "sweep-evidence": {"task": "scoring.sweep_evidence", "schedule": 3600.0},
    "resume-recomputations": {"task": "scoring.resume_recomputations", "schedule": 60.0},
    "relate-merchants": {"task": "merchants.start_relating", "schedule": crontab(hour=2, minute=30)},
    "nightly-scores-and-standings": {"task": "scoring.start_nightly", "schedule": crontab(hour=3, minute=0)},
    "measure-duties": {"task": "merchants.start_measuring_duties", "schedule": crontab(hour=4, minute=0)},
    # The night is judged right after the measures; this is for a morning on which they failed.
    "judge-night": {"task": "providers.start_night", "schedule": crontab(hour=6, minute=0)},
    "watch-certificates": {"task": "providers.watch_certificates", "schedule": crontab(hour=0, minute=10)},
    "watch-documents": {"task": "providers.watch_documents", "schedule": crontab(hour=1, minute=0)},
    "sweep-documents": {"task": "providers.sweep_documents", "schedule": 3600.0},
    "advance-windows": {"task": "providers.advance_windows", "schedule": 60.0},
    "finalise-rejections": {"task": "providers.finalise_rejections", "schedule": 60.0},
    "expire-invitations": {"task": "merchants.expire_invitations", "schedule": 60.0},
}

# Whose address a request comes from: behind so many proxies, all rate limits look past them.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxy_count
# Requests that one address may send to a public page, and one person to a page that computes for each request.
PAGE_RATES = {"verify": "30/minute", "false_claim": "5/hour", "what_if": "300/minute"}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the reverse proxy that ends TLS redirects; the portal itself may stand on loopback
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
HTTPS = ENV.base_url.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "pages.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # TLS redirects are the reverse proxy's, see SECURE_SSL_REDIRECT
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First the one that names itself in WWW-Authenticate, so that strangers get 401 and not 403.
        "api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.PagePagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.ScopedRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": ENV.throttle_anonymous,
        "user": ENV.throttle_user,
        "write": ENV.throttle_write,
        "password": "10/minute",
        "verify": "30/minute",
        "false_claim": "5/hour",
        "what_if": "300/minute",
    },
    "NUM_PROXIES": ENV.trusted_proxy_count,  # without it a caller names its own address in X-Forwarded-For
    "EXCEPTION_HANDLER": "api.problems.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Paddock API",
    "DESCRIPTION": "Admission, scoring, racing and matching of service providers.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CapabilityEnum": "providers.enums.Capability",
        "CategoryEnum": "providers.enums.Category",
        "ProviderTypeEnum": "providers.enums.ProviderType",
        "LinkReasonEnum": "providers.relations.enums.Reason",
        "ProviderStatusEnum": "providers.registry.enums.ProviderStatus",
        "ApplicationStatusEnum": "providers.admission.enums.ApplicationStatus",
        "CriteriaSetStatusEnum": "providers.criteria.enums.SetStatus",
        "CriterionKindEnum": "providers.criteria.enums.CriterionKind",
        "TriageOutcomeEnum": "providers.criteria.enums.Outcome",
        "MatchRoundStatusEnum": "merchants.rounds.enums.RoundStatus",
        "WindowStatusEnum": "providers.windows.enums.WindowStatus",
        "WindowKindEnum": "providers.windows.enums.WindowKind",
        "ReviewStatusEnum": "providers.admission.review.enums.ReviewStatus",
        "RecommendationEnum": "providers.admission.review.enums.Recommendation",
        "PanelStateEnum": "providers.admission.review.enums.PanelState",
        "TraderStatusEnum": "providers.traders.enums.TraderStatus",
        "TraderLevelEnum": "providers.traders.enums.TraderLevel",
        "CertificateLevelEnum": "providers.traders.enums.CERTIFIED_LEVELS",
        "VerificationStatusEnum": "providers.traders.enums.VerificationStatus",
        "CertificateStatusEnum": "providers.traders.enums.CertificateStatus",
        "ClaimStatusEnum": "providers.traders.enums.ClaimStatus",
        "DocumentStatusEnum": "providers.documents.enums.DocumentStatus",
        "DocumentTypeEnum": "providers.documents.enums.DocumentType",
        "DocumentKindEnum": "providers.documents.enums.FileKind",
        "FactFileKindEnum": "scoring.facts.enums.FileKind",
        "VerdictOutcomeEnum": "scoring.seasons.enums.Outcome",
        "ObjectionStatusEnum": "scoring.seasons.enums.ObjectionStatus",
        "ObjectionKindEnum": "scoring.seasons.enums.ObjectionKind",
        "FalseClaimStatusEnum": "providers.verification.enums.FalseClaimStatus",
        "ProbationStatusEnum": "providers.conduct.enums.ProbationStatus",
        "ProbationVerdictEnum": "providers.conduct.enums.ProbationVerdict",
        "WatchStatusEnum": "providers.conduct.enums.WatchStatus",
        "LinkStatusEnum": "providers.relations.enums.LinkStatus",
        "IdentifierKindEnum": "providers.relations.enums.IdentifierKind",
        "FactBatchStatusEnum": "scoring.facts.enums.FactBatchStatus",
        "ScoringModelStatusEnum": "scoring.capabilities.enums.ModelStatus",
        "ScoreRunStatusEnum": "scoring.capabilities.enums.RunStatus",
        "ScorecardStatusEnum": "scoring.capabilities.enums.CardStatus",
        "DisputeStatusEnum": "scoring.disputes.enums.DisputeStatus",
        "AdjustmentKindEnum": "scoring.facts.enums.AdjustmentKind",
        "ExclusionReasonEnum": "scoring.capabilities.enums.ExclusionReason",
        "SeasonStatusEnum": "scoring.seasons.enums.SeasonStatus",
        "HelpRequestStatusEnum": "merchants.requests.enums.RequestStatus",
        "InvitationStatusEnum": "merchants.matching.enums.InvitationStatus",
        "EngagementStatusEnum": "merchants.engagements.enums.EngagementStatus",
    },
}


STATE_TABLES: list[str] = [
    "providers.registry.states.PROVIDER",
    "providers.criteria.states.CRITERIA_SET",
    "providers.admission.states.APPLICATION",
    "providers.windows.states.WINDOW",
    "providers.admission.review.states.PANEL",
    "providers.admission.review.states.REVIEW",
    "providers.traders.states.TRADER",
    "providers.conduct.states.PROBATION",
    "providers.conduct.states.WATCH",
    "providers.traders.states.VERIFICATION",
    "providers.traders.states.CERTIFICATE",
    "providers.documents.states.DOCUMENT",
    "providers.verification.states.FALSE_CLAIM",
    "providers.relations.states.LINK",
    "scoring.facts.states.FACT_BATCH",
    "scoring.capabilities.states.SCORING_MODEL",
    "scoring.capabilities.states.SCORE_RUN",
    "scoring.disputes.states.DISPUTE",
    "scoring.lab.states.TRIAL",
    "scoring.seasons.states.SEASON",
    "scoring.seasons.states.OBJECTION",
    "scoring.seasons.states.APPEAL",
    "scoring.season_lab.states.SEASON_TRIAL",
    "merchants.requests.states.HELP_REQUEST",
    "merchants.matching.states.INVITATION",
    "merchants.rounds.states.MATCH_ROUND",
    "merchants.engagements.states.ENGAGEMENT",
]

# Lists whose filters people may keep, each with its FilterSet.
SAVED_FILTER_LISTS: dict[str, str] = {
    "applications": "providers.admission.filters.ApplicationFilter",
    "reviews": "providers.admission.review.filters.ReviewFilter",
    "providers": "providers.registry.filters.ProviderFilter",
    "merchants": "merchants.registry.filters.MerchantFilter",
    "fact_batches": "scoring.facts.filters.FactBatchFilter",
    "disputes": "scoring.disputes.filters.DisputeFilter",
    "lab_moves": "scoring.lab.filters.LabMoveFilter",
    "season_lab_moves": "scoring.season_lab.filters.ReplayMoveFilter",
}

# Each room's texts of the notices that it sends.
NOTICE_TABLES: list[str] = [
    "providers.admission.triage_notices.NOTICES",
    "providers.conduct.notices.NOTICES",
    "providers.documents.notices.NOTICES",
    "providers.relations.notices.NOTICES",
    "providers.traders.notices.NOTICES",
    "providers.admission.notices.NOTICES",
    "providers.admission.review.notices.NOTICES",
    "scoring.facts.notices.NOTICES",
    "scoring.capabilities.notices.NOTICES",
    "scoring.disputes.notices.NOTICES",
    "scoring.capabilities.model_notices.NOTICES",
    "scoring.seasons.notices.NOTICES",
]

LOGGING = logs.build_logging(json_lines=ENV.log_format == "json")
