"""Parties 当事人: which enterprise of the ledger a row without a code speaks of, by exact name and day.

A name ties a row to an enterprise only where it is a full or former name that this enterprise, and no other, bore on
the day of the document. Anything less is not a tie: the event is kept and its party stays open.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from graph import names
from graph.ledger import Ledger, reading
from graph.ontology import FormerName, Ref, TiedBy, read_body
from rules.credit_repair.standards import plain_authority

NOBODY = "party without a code: no enterprise of the ledger bears the name"
SEVERAL = "party without a code: several enterprises bear the name"
ANOTHER_DAY = "party without a code: the name was borne on other days"
_AUTHORITY = ("authority", "authority_uscc")
DAYS_UNKNOWN = "party without a code: the days on which the name was borne are not known"


@dataclass(frozen=True, slots=True)
class Borne:
    """A name of one enterprise and the days on which it was borne; None: no bound. `sure`: the days are known."""

    key: str
    by: TiedBy
    first: date | None
    last: date | None
    sure: bool = True

    def on(self, day: date) -> bool:
        """Whether the name was surely borne on the day."""
        return self.sure and (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class Tie(NamedTuple):
    """The enterprise found and by what; or no key, and why."""

    key: str | None
    by: TiedBy | None
    why: str = ""


class Parties:
    """What the ledger held when a load began: its enterprises by code and name, and whom its events are against."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._ledger = ledger

    def has(self, key: str) -> bool:
        """Whether the ledger has an enterprise of this key."""
        return key in self._enterprises

    def is_named(self, key: str, name: str) -> bool:
        """Whether the name is one of the enterprise's full or former names, whatever the day."""
        return any(borne.key == key for borne in self._by_name.get(names.plain(name), ()))

    def bearing(self, name: str, day: date) -> Tie:
        """The one enterprise that bore this very name on the day."""
        known = self._by_name.get(names.plain(name), ())
        bearers = {borne.key: borne.by for borne in known if borne.on(day)}
        if len(bearers) == 1:
            return Tie(*next(iter(bearers.items())))
        if bearers:
            return Tie(None, None, SEVERAL)
        if any(not borne.sure for borne in known):
            return Tie(None, None, DAYS_UNKNOWN)
        return Tie(None, None, ANOTHER_DAY if known else NOBODY)

    def has_penalty_of(self, authority: str) -> bool:
        """Whether the ledger has a penalty of an authority, by its name or code."""
        return plain_authority(authority) in self._authorities

    @cached_property
    def _authorities(self) -> frozenset[str]:
        found: set[str] = set()
        if self._ledger is not None:
            with self._ledger.reading() as connection:
                for _, body in reading.said_of(connection, "Penalty"):
                    stated = orjson.loads(body)
                    found.update(each for name in _AUTHORITY if isinstance(each := stated.get(name), str))
        return frozenset(map(plain_authority, found))

    def against(self, event: Ref) -> frozenset[str]:
        """The enterprises that a credit event is against already."""
        return frozenset(self._against.get(event, ()))

    def said(self, record_type: str) -> Mapping[str, list[Mapping[str, Any]]]:
        """What the data sets say of the records of a type, by key."""
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        if self._ledger is not None:
            with self._ledger.reading() as connection:
                for key, body in reading.said_of(connection, record_type):
                    found[key].append(read_body(record_type, body))
        return dict(found)

    @cached_property
    def _enterprises(self) -> Mapping[str, list[Mapping[str, Any]]]:
        return self.said("Enterprise")

    @cached_property
    def _by_name(self) -> Mapping[str, list[Borne]]:
        found: dict[str, list[Borne]] = defaultdict(list)
        for key, said in self._enterprises.items():
            for name, borne in borne_names(key, said):
                found[names.plain(name)].append(borne)
        return dict(found)

    @cached_property
    def _against(self) -> Mapping[Ref, set[str]]:
        found: dict[Ref, set[str]] = defaultdict(set)
        if self._ledger is not None:
            with self._ledger.reading() as connection:
                for kind, event, party in reading.ends_of(connection, "Against"):
                    found[Ref(kind, event)].add(party)
        return dict(found)


def borne_names(key: str, said: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Borne]]:
    """The full and former names of an enterprise with their days, from what its sources say.

    A former name was borne up to its last day, from the day after the last day of the one before; the full name from
    the day after the last former one. A former name whose last day no source states is not sure of any day.
    """
    full = {values["name"] for values in said if "name" in values}
    former: set[FormerName] = {name for values in said for name in values.get("former_names", ())}
    since = min((values["established_on"] for values in said if "established_on" in values), default=None)
    ends = sorted({name.until for name in former if name.until})
    for name in sorted(full):
        yield name, Borne(key, TiedBy.NAME, ends[-1] + timedelta(days=1) if ends else since, None)
    for each in sorted(former, key=lambda f: f.name):
        earlier = [end for end in ends if each.until and end < each.until]
        first = earlier[-1] + timedelta(days=1) if earlier else since
        yield each.name, Borne(key, TiedBy.FORMER_NAME, first, each.until, sure=each.until is not None)
