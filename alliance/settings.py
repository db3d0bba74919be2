"""Every setting, read from the environment once, loudly: a wrong variable stops the boot and says the cure.

Secrets may come from files: for any variable NAME, NAME_FILE names a file that holds it (Docker, systemd).
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
for name in [name for name in os.environ if name.endswith("_FILE") and name[:-5] not in os.environ]:
    if name in {
        "SECRET_KEY_FILE",
        "DATABASE_URL_FILE",
        "DATABASE_OWNER_URL_FILE",
        "REDIS_URL_FILE",
        "EMAIL_URL_FILE",
    }:
        try:
            os.environ[name[:-5]] = Path(os.environ[name]).read_text().strip()
        except OSError as problem:
            raise ImproperlyConfigured(
                f"{name} names a file that cannot be read ({problem}). Put the secret there, or set {name[:-5]}."
            ) from None


def needed(name: str, cure: str) -> str:
    if not (value := env.str(name, default="")):
        raise ImproperlyConfigured(
            f"{name} is not set. {cure} `make run` sets it for you on your own machine."
        )
    return value


def truth(name: str, default: bool = False) -> bool:
    value = env.str(name, default=str(default)).strip().lower()
    if value not in {"1", "true", "yes", "on", "0", "false", "no", "off", ""}:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to 1 or 0.")
    return value in {"1", "true", "yes", "on"}


DEBUG = truth("DEBUG")
DEMO = truth("DEMO")  # adds "sign in as…"; never on a real alliance's server
SECRET_KEY = needed("SECRET_KEY", "Give it 50 random characters and keep them secret.")
BASE_URL = env.str("BASE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE = BASE_URL.startswith("https://")
if not SECURE and not BASE_URL.startswith(("http://localhost", "http://127.0.0.1")):
    raise ImproperlyConfigured(f"BASE_URL is {BASE_URL!r}. Anything but this very machine needs https://.")

INSTALLED_APPS = [
    "participants",
    "alliance.core",
    "decisions",
    "ledger",
    "learning",
    "alliance.assurance",
    "alliance.notices",
    "alliance.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "template_partials",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "alliance.core.kept_post.KeptPostMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "alliance.core.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "alliance.urls"
WSGI_APPLICATION = "alliance.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "alliance.core.forms.ConcordatRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["alliance.core.templatetags.concordat", "template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "participants.context.where_we_are",
            ],
        },
    }
]

# Two roles (ledger-and-record.md): the login role owns nothing; the owner is used by `migrate` alone.
DATABASES = {
    "default": env.db_url_config(
        needed("DATABASE_URL", "Example: postgres://concordat_app:…@host/concordat.")
    )
}
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    raise ImproperlyConfigured(
        "DATABASE_URL must be PostgreSQL: it keeps the promises (postgres://user:password@host/name)."
    )
DATABASES["default"] |= {
    "ENGINE": "alliance.core.postgresql",  # Django's own, with fewer steps for each question
    "CONN_MAX_AGE": 30 * 60,  # what a connection has prepared goes with it
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    "OPTIONS": {
        "options": (
            "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
            " -c random_page_cost=1.1"  # no disk turns any more: an index is worth asking
        ),
        "application_name": "concordat",
    },
}
# A pooler that hands a connection to somebody else after each transaction (PgBouncer's "transaction") wants 0.
PREPARED_STATEMENTS = truth("PREPARED_STATEMENTS", default=True)
DATABASE_OWNER = (
    env.db_url_config(env.str("DATABASE_OWNER_URL")) if env.str("DATABASE_OWNER_URL", default="") else None
)

REDIS_URL = needed("REDIS_URL", "Example: redis://localhost:6379/0.")
CACHES = {
    "default": {
        "BACKEND": "alliance.core.cache.RedisOrMemory",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
SESSION_ENGINE = "alliance.core.sessions"  # in the database: Redis may lose everything at any time

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 15 * 60
CELERY_TASK_TIME_LIMIT = 16 * 60
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 40 * 60,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "alliance.core.tasks.tick",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 30},
    },
    "sweep": {
        "task": "alliance.core.tasks.sweep",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 30},
    },
    "daily": {
        "task": "alliance.core.tasks.daily",
        "schedule": timedelta(hours=1),
        "options": {"expires": 600},
    },
}

AUTH_USER_MODEL = "participants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "participants.adapter.ByInvitation"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_FORMS = {
    "login": "participants.account_forms.SignIn",
    "reset_password": "participants.account_forms.ResetPassword",
    "add_email": "participants.account_forms.AddAddress",
}
MFA_FORMS = {"authenticate": "participants.account_forms.SecondStep"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Concordat"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Concordat <concordat@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [
    (prefix, BASE_DIR / "static" / folder)
    for prefix, folder in [("build", "build"), ("img", "img"), ("js", "js")]
    if (BASE_DIR / "static" / folder).is_dir()
]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / ".local" / "static")))
HASHED_STATIC = truth("HASHED_STATIC", default=not DEBUG)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # files live in the database: core.Document
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # halves the work of compressing and the space
UPLOAD_LIMIT = env.int("UPLOAD_LIMIT_MB", default=20) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000


def scanner(value: str) -> tuple[str, int] | None:
    """Where clamd listens: "clamd://host:port", or nothing."""
    if not value:
        return None
    host, colon, port = value.removeprefix("clamd").lstrip(":/ ").rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ImproperlyConfigured(
            f"SCANNER is {value!r}. Say where clamd listens, like clamd://localhost:3310, or leave it out."
        )
    return host.strip("[]"), int(port)


SCANNER = scanner(env.str("SCANNER", default="").strip())

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
CSRF_FAILURE_VIEW = "alliance.core.kept_post.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
if truth("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "httpx", "pikepdf")},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
