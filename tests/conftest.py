"""The cast: one small alliance, the people in it, and a stranger who tries every door."""

import gc
import os
import pickle
from collections import ChainMap, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from unittest.mock import patch

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.signals import setting_changed
from django.test import Client, override_settings
from django.test.client import ClientHandler
from django.test.utils import ContextList
from django.utils import timezone
from django.utils.crypto import get_random_string

from alliance import health
from alliance.assurance.models import Report
from alliance.core import outbox
from alliance.core.models import Errand
from alliance.core.sessions import SessionStore
from participants.models import Alliance, Participant, User
from tests.factories.participants import make_alliance, make_participant, make_person

# A busy machine is no fault of what is tried, and a suite says the same every time; `make soak` looks for what is new.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize="SOAK" not in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


# Seconds, about. What is furnished for many tests is furnished in one worker; the rest is dealt out by its mark.
STAGED = {"house": 220, "told": 90, "sealed": 30}
LONG = {"slow": 20, "journey": 7}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """A fair hand for each worker: what takes long, then the rest, of which whoever is done first takes over the last.

    Every other hand has its journeys first: the others work while those wait for their browsers.
    """
    hands = [([], []) for _ in range(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))]
    lots, rest = defaultdict(list), []
    for item in items:
        if stage := next((one for one in STAGED if one in item.fixturenames), None):
            lots[STAGED[stage], stage].append(item)
        elif mark := next((one for one in LONG if item.get_closest_marker(one)), None):
            lots[LONG[mark], item.nodeid].append(item)
        else:
            rest.append(item)
    loads = [0] * len(hands)
    for (seconds, what), lot in sorted(lots.items(), key=lambda one: -one[0][0]):
        lightest = loads.index(min(loads))
        hands[lightest][what not in STAGED].append(lot)
        loads[lightest] += seconds
    left, items[:] = len(items), []
    for place, (staged, others) in enumerate(hands):
        dealt = list(chain(*staged, *(reversed(others) if place % 2 else others)))
        size = left // (len(hands) - place)  # as xdist cuts the list up
        fill = max(0, size - len(dealt))
        items += dealt + rest[:fill]
        rest, left = rest[fill:], left - size
    items += rest


def pytest_collection_finish():
    """What is there now stays: the collector of garbage need not look at it again, nor so often at the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    """Argon2 is slow on purpose, and each test's cast has a dozen people."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def one_way_in():
    """Django's clients would each load the middleware anew, and with it list all static files."""
    load, loaded = ClientHandler.load_middleware, {}

    def load_once(handler, is_async=False):
        if not loaded:
            before = vars(handler).copy()
            load(handler)
            loaded.update((name, value) for name, value in vars(handler).items() if name not in before)
        vars(handler).update(loaded)

    def forget(**setting):
        loaded.clear()

    setting_changed.connect(forget)
    with patch.object(ClientHandler, "load_middleware", load_once):
        yield
    setting_changed.disconnect(forget)


@pytest.fixture(autouse=True, scope="session")
def contexts_at_a_glance():
    """Django's clients would copy the context of each template, of a page's hundred, with all that drawing it needs."""

    def keep(store, signal, sender, template, context, **_):
        store.setdefault("context", ContextList()).append(ChainMap(*reversed(context.dicts)))

    with patch("django.test.client.store_rendered_templates", keep):
        yield


@dataclass
class Cast:
    """Harbour Alliance: the council commissions and keeps the book; Haven and Beacon provide."""

    alliance: Alliance
    council: Participant
    haven: Participant
    beacon: Participant
    carol: User  # the council's representative
    pat: User  # Haven's representative
    dev: User  # Haven's deputy
    rosa: User  # Beacon's representative
    finn: User  # Haven's finance lead
    hana: User  # the council's pool manager
    lena: User  # learning lead
    stan: User  # system steward
    lee: User  # a person with lived experience
    bea: User  # a member of Haven's board
    ari: User  # auditor
    stranger: User  # speaks in another alliance
    elsewhere: Alliance


def play() -> None:
    """Put the cast on the stage, through the real services; not after the days on which some tests stand still."""
    founded = min(timezone.now(), datetime(2026, 11, 20, tzinfo=UTC))
    with patch("django.utils.timezone.now", lambda: founded):
        _found()


def _found() -> None:
    alliance = make_alliance()
    council = make_participant(
        alliance, "Harbour City Council", "commissioner", "council", short_name="Council", is_host=True
    )
    haven = make_participant(alliance, "Haven Homes", short_name="Haven")
    beacon = make_participant(alliance, "Beacon Recovery", form="cic", short_name="Beacon")
    elsewhere = make_alliance("Elsewhere Alliance")
    far = make_participant(elsewhere, "Far County Council", "commissioner", "council", short_name="Far")
    make_person(alliance, "Carol Commissioner", "representative", council)
    make_person(alliance, "Pat Provider", "representative", haven)
    make_person(alliance, "Dev Deputy", "deputy", haven)
    make_person(alliance, "Rosa Recovery", "representative", beacon)
    make_person(alliance, "Finn Finance", "finance_lead", haven)
    make_person(alliance, "Hana Host", "pool_manager", council)
    make_person(alliance, "Lena Learning", "learning_lead")
    make_person(alliance, "Stan Steward", "system_steward")
    make_person(alliance, "Lee Lived", "lived_experience")
    make_person(alliance, "Bea Board", "board_member", haven)
    make_person(alliance, "Ari Auditor", "auditor")
    make_person(elsewhere, "Sam Stranger", "representative", far)


@pytest.fixture(scope="session")
def set_stage():
    """Every test finds the cast in its database: it is made once and copied."""
    return play


@pytest.fixture(scope="session")
def stages():
    """The house of the doors is dear to furnish."""
    from tests.test_doors import furnish

    return {"house": furnish}


@pytest.fixture(scope="session")
def casts() -> dict[str, bytes]:
    """The cast of each stage as it was found there first: every copy of a stage has the same."""
    return {}


@pytest.fixture
def cast(request, db, casts) -> Cast:
    # Pytest wants to be the first to import a plugin of its.
    from alliance.local.pytest_database import COPIES

    stage = request.config.stash[COPIES].stage
    if stage not in casts:
        casts[stage] = pickle.dumps(find_cast())
    return pickle.loads(casts[stage])


def find_cast() -> Cast:
    alliances = {one.slug: one for one in Alliance.objects.all()}
    parties = {one.slug: one for one in Participant.objects.select_related("alliance")}
    people = {one.name.split()[0].lower(): one for one in User.objects.order_by("-pk")}  # they came first
    return Cast(
        alliance=alliances["harbour-alliance"],
        elsewhere=alliances["elsewhere-alliance"],
        stranger=people["sam"],
        **{name: parties[name] for name in ("council", "haven", "beacon")},
        **{name: one for name, one in people.items() if name in Cast.__annotations__},
    )


def _member(name: str):
    @pytest.fixture(name=name)
    def member(cast):
        return getattr(cast, name)

    return member


council, haven, beacon = _member("council"), _member("haven"), _member("beacon")
carol, pat, dev, rosa, finn, hana = map(_member, ["carol", "pat", "dev", "rosa", "finn", "hana"])
lena, stan, lee, bea, ari, stranger = map(_member, ["lena", "stan", "lee", "bea", "ari", "stranger"])


@pytest.fixture
def harbour_alliance(cast) -> Alliance:
    return cast.alliance


def session_of(user: User) -> str:
    """The key of a new session in which they are signed in; the form of it has tests of its own."""
    session = SessionStore(get_random_string(32))
    session._session_cache = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    session.create_model_instance(session._session_cache).save(force_insert=True)
    return session.session_key


@pytest.fixture
def client_of():
    """`client_of(pat)` is a browser without JavaScript in which Pat is signed in."""

    def of(user: User) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
        return client

    return of


@pytest.fixture(autouse=True, scope="session")
def no_patience():
    """No worker is there to answer /health/ready; those that tests start are asked by themselves."""
    with patch.object(health, "PATIENCE", 0.05):
        yield


@pytest.fixture
def run_errands():
    """Do, in this process, all the work that was asked for, but for reports: they take seconds, and have tests."""

    def run() -> int:
        due = Errand.objects.due().exclude(kind=Report.ERRAND).order_by("due_at")
        return sum(outbox.do(errand) for errand in due.values_list("pk", flat=True))

    return run
