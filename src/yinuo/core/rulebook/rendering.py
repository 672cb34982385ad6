"""Fill a text with facts. Plain text comes out: whoever shows it as HTML escapes it.

Texts are Django templates of a small kind: variables, if and for, and the filters of filters.py.
Nothing can be loaded or included, so a text that a manager revised shows no more than the facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from django.template import Context, Template, TemplateSyntaxError
from django.template.engine import Engine
from django.utils import translation

from yinuo.core.rulebook.textfiles import Text, language_of

FACTS = frozenset(
    {
        "case_number",
        "about_number",
        "asks_concern",
        "customer_name",
        "reader_name",
        "insurer_name",
        "words",
        "promise",
        "link",
        "handler_name",
        "handler_phone",
        "plate",
        "accident_at",
        "place",
        "amount",
        "currency",
        "reason",
        "reasons",
        "new_at",
        "asked",
        "approved",
        "deductible",
        "loss",
        "mode",
        "due",
        "papers",
        "surveyor_name",
        "surveyor_phone",
        "next_step",
        "guidance",
        "letter",
        "paper",
        "facts",
        "decision",
        "basis",
        "remedies",
        "measures",
        "review_until",
        "passed_to",
        "into_number",
        "group",
        "code",
        "minutes",
        "at",
        "name",
        "stops",
        "agent_name",
        "agent_number",
    }
)
_LIBRARY = "yinuo.core.rulebook.filters"
_TAGS = frozenset({"if", "elif", "else", "endif", "for", "empty", "endfor"})
_WORDS = frozenset({"and", "or", "not", "in", "is", "True", "False", "None", "forloop"})
_TAG = re.compile(r"{%\s*(\w+)(.*?)%}", re.DOTALL)
_VARIABLE = re.compile(r"{{(.*?)}}", re.DOTALL)
_FOR = re.compile(r"^\s*([\w, ]+?)\s+in\s+(.*)$", re.DOTALL)
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_FILTER = re.compile(r"\|\s*(\w+)")
_NAME = re.compile(r"(?<![\w.|:])[A-Za-z_]\w*")
_FILTERS = frozenset(
    {"money", "moment", "day", "deadline", "by", "words", "first", "last", "length", "join"}
)


def _engine(invalid: str) -> Engine:
    return Engine(autoescape=False, string_if_invalid=invalid, builtins=[_LIBRARY])


_lenient = _engine("")
_strict = _engine("⟦%s⟧")


def render(
    text: Text,
    facts: Mapping[str, object],
    *,
    language: str,
    for_subject: Mapping[str, object] | None = None,
) -> Text:
    """The text with its facts; a fact that is not there leaves an empty place.

    The subject may be given facts of its own, where it is to say less than the body.
    """
    return _render(_lenient, text, facts, language, for_subject)


def missing(text: Text, facts: Mapping[str, object], *, language: str) -> list[str]:
    """The facts that this text would show and did not get."""
    shown = _render(_strict, text, facts, language)
    return re.findall(r"⟦(.*?)⟧", shown.subject + shown.body)


def faults(*sources: str) -> list[str]:
    """What makes a template unfit to be sent: wrong syntax, unknown names, foreign tags."""
    found: list[str] = []
    for source in sources:
        found += [f"{{% {tag} %}}" for tag, _ in _TAG.findall(source) if tag not in _TAGS]
        found += sorted(names(source) - FACTS)
        found += sorted(_filters(source) - _FILTERS)
        try:
            Template(source, engine=_strict)
        except TemplateSyntaxError as error:
            found.append(str(error))
    return found


def names(source: str) -> frozenset[str]:
    """The facts that a template names, without the variables of its own loops."""
    found: set[str] = set()
    own: set[str] = set(_WORDS)
    for tag, rest in _TAG.findall(source):
        loop = _FOR.match(rest) if tag == "for" else None
        if loop:
            own.update(name.strip() for name in loop[1].split(","))
        found |= _roots(loop[2] if loop else rest)
    for expression in _VARIABLE.findall(source):
        found |= _roots(expression)
    return frozenset(found - own)


def _roots(expression: str) -> set[str]:
    return set(_NAME.findall(_STRING.sub("", expression)))


def _filters(source: str) -> set[str]:
    expressions = [*_VARIABLE.findall(source), *(rest for _, rest in _TAG.findall(source))]
    return {name for e in expressions for name in _FILTER.findall(_STRING.sub("", e))}


@lru_cache(maxsize=1_000)
def _compiled(source: str, engine: Engine) -> Template:
    return Template(source, engine=engine)


def _render(
    engine: Engine,
    text: Text,
    facts: Mapping[str, object],
    language: str,
    for_subject: Mapping[str, object] | None = None,
) -> Text:
    with translation.override(language_of(language)):
        context = Context(dict(facts), autoescape=False)
        said = context if for_subject is None else Context(dict(for_subject), autoescape=False)
        subject = _filled(_compiled(text.subject, engine), said)
        body = _filled(_compiled(text.body, engine), context)
    return Text(" ".join(subject.split()), _tidy(body))


def _filled(template: Template, context: Context) -> str:
    """`Template.render` without what only templates that include others need."""
    context.template = template
    return template.nodelist.render(context)


def _tidy(body: str) -> str:
    """Without the empty lines that unmet conditions leave behind."""
    lines = [line.rstrip() for line in body.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
