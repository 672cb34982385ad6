"""The shape of doors.toml: how much a door shows or takes at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yinuo.kit.rules import Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]


class PageRules(RuleTable):
    """Rows on one page: of a list, of a lane among others, of search results, of a timeline;
    `largest` is what the API gives when asked for more."""

    list: Rule[Count]
    lane: Rule[Count]
    search: Rule[Count]
    timeline: Rule[Count]
    largest: Rule[Count]


class DoorsRules(RuleFile):
    """rules/cn_motor/doors.toml"""

    pages: PageRules
