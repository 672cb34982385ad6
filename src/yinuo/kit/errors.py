"""What a command raises when it says no, and how an outside service reports that it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Protocol


class Message(Protocol):
    """A string, or a lazy translation: anything that ``%`` turns into a string when it is read."""

    def __mod__(self, params: Any, /) -> str: ...


def gettext_noop(msgid: str) -> str:
    """Mark a sentence for the translators in a module that must not know Django."""
    return msgid


class _Translator:
    """How a marked sentence becomes the reader's language. Settings point it at gettext."""

    translate: Callable[[str], str] = staticmethod(gettext_noop)


def translate_with(translate: Callable[[str], str]) -> None:
    """Called once, where the settings are: the pure part of the code works without it."""
    _Translator.translate = staticmethod(translate)


def translated(sentence: str) -> str:
    """A marked sentence in the reader's language; in the pure part of the code as it stands."""
    return _Translator.translate(sentence)


class DomainError(Exception):
    """An expected refusal. Define a subclass beside the command that raises it.

    ``code`` is stable and read by programs; ``message`` is read by people, holds ``%(name)s``
    places for the parameters and is translated only when it is shown, in the reader's language
    (a lazy translation, or in pure modules a sentence marked with ``gettext_noop``);
    ``http`` is the status that the web doors answer with; ``field`` names the input at fault, and
    ``member`` the case at fault by its number where a set of cases was handled at once.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[Message] = "This cannot be done."
    http: ClassVar[int] = 409

    def __init__(self, field: str | None = None, **params: object) -> None:
        super().__init__(field, params)
        self.field = field
        self.params: dict[str, object] = params
        self.member = ""

    @property
    def parts(self) -> tuple[DomainError, ...]:
        """The single refusals in this one: itself, unless it collects several."""
        return (self,)

    def __str__(self) -> str:
        if isinstance(self.message, str):
            return _Translator.translate(self.message) % self.params
        return self.message % self.params


class SeveralProblems(DomainError):
    """Several fields refused at once, so that a person corrects them in one go."""

    code = "several_problems"
    http = 422

    def __init__(self, problems: Iterable[DomainError]) -> None:
        super().__init__()
        self._parts = tuple(part for problem in problems for part in problem.parts)
        if not self._parts:
            raise ValueError("SeveralProblems needs at least one problem")

    @property
    def parts(self) -> tuple[DomainError, ...]:
        return self._parts

    def __str__(self) -> str:
        return " ".join(str(part) for part in self._parts)


def raise_problems(problems: Iterable[DomainError]) -> None:
    """Raise nothing, the one problem, or all of them together."""
    found = tuple(problems)
    if len(found) == 1:
        raise found[0]
    if found:
        raise SeveralProblems(found)


class OutsideFailure(Exception):
    """A service outside Yinuo (bank, mail server, provider) did not do what was asked."""


class TemporaryFailure(OutsideFailure):
    """Trying again later may succeed."""


class PermanentFailure(OutsideFailure):
    """Trying again will not help; a person has to look."""


class RuleError(Exception):
    """A rule file, key or value that cannot be used; the message says where and what to do."""
