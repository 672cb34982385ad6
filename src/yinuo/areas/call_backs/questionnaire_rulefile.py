"""The shape of rules/cn_motor/questionnaires.toml: what we ask, and what the caller says.

Pure. A questionnaire keeps all its versions: answers are read with the version under which they
were given, so a version that was ever asked is never taken out or changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from yinuo.kit.rules import Conditions, Plain, Rule, RuleFile, RuleTable, holds

Part = Literal["experience", "process", "satisfaction", "problems", "suggestions"]
Kind = Literal["csat", "nps", "ces", "one", "many", "text"]
Dimension = Literal["overall", "professional", "efficient", "transparent", "warm", "respect"]
Place = Literal["greeting", "identity", "purpose", "listening", "closing"]
Sign = Literal["named_problem", "open_question", "suggestion", "complaint", "unsolved"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
Count = Annotated[int, Field(gt=0)]

SCALES: Mapping[str, range] = {"csat": range(1, 6), "nps": range(11), "ces": range(1, 8)}
"""What may be answered to a question with a score; the definition of each index, not a choice."""

SATISFIED = SCALES["csat"][-2:]
"""The two best answers, which is what the index counts too."""

FACTS: Mapping[str, str] = {
    "late": "true when a promise to the customer was broken on the way",
    "part_paid": "true when less was paid than was asked for",
    "asked_twice": "true when papers were asked for a second time",
    "occasion": "paid, refused, withdrawn, zero, periodic or after_complaint",
    "care": "the class of the case: small, regular, major or special",
    "round": "1 for the first time that we ask, then 2 and so on",
    "turn": "0 to 3, spread evenly over the cases: which of four questions this customer gets",
    "tone": "pos, neu or neg: how the customer's words sound so far",
    "urgency": "low, normal or high: what the customer's words ask for",
    "group": "individual, company, or vulnerable when the customer needs special care",
}
"""Every fact that a condition may test, with what its value is; beside them "answer.<question>"."""

ANSWER = "answer."

TURNS = range(4)
"""The cases are spread over so many turns, each of which is asked about another quality."""


class Option(Plain):
    """One answer to choose. `sign` says what the choice tells us."""

    code: Name
    text: str = Field(description="a key of texts/<language>/questions.toml")
    sign: Sign | None = None


class Question(Plain):
    """One screen. It is asked when all conditions hold, among them those on earlier answers.

    `concern_up_to`: a score up to this one asks for a concern. `most` is the number of characters.
    """

    id: Name
    part: Part
    kind: Kind
    text: str = Field(description="a key of texts/<language>/questions.toml")
    dimension: Dimension | None = None
    required: bool = False
    when: Conditions = ()
    options: tuple[Option, ...] = ()
    concern_up_to: int | None = None
    sign: Sign | None = None
    most: Count | None = None

    @property
    def scale(self) -> range | None:
        return SCALES.get(self.kind)

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        codes = [option.code for option in self.options]
        if (self.kind in ("one", "many")) != (len(codes) > 1) or len(codes) != len(set(codes)):
            raise ValueError("a choice has two or more options of different codes, others none")
        if (self.kind == "text") != (self.most is not None):
            raise ValueError("a text says how many characters it takes at most, others do not")
        if self.concern_up_to is not None and self.concern_up_to not in (self.scale or ()):
            raise ValueError("concern_up_to lies on the scale of the question")
        if self.sign is not None and self.kind != "text":
            raise ValueError("the signs of a choice stand at its options")
        return self


class Version(Plain):
    version: Count
    questions: tuple[Question, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _asks_in_order(self) -> Self:
        earlier: set[str] = set()
        for question in self.questions:
            if question.id in earlier:
                raise ValueError(f"{question.id} is asked twice")
            for test in question.when:
                if test.fact not in FACTS and test.fact.removeprefix(ANSWER) not in earlier:
                    raise ValueError(f"{question.id}: {test.fact} is no fact and no earlier answer")
            earlier.add(question.id)
        return self


class Versions(Plain):
    """Every version that was ever asked, the newest last."""

    versions: tuple[Version, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rise_one_by_one(self) -> Self:
        if [one.version for one in self.versions] != list(range(1, len(self.versions) + 1)):
            raise ValueError("versions are numbered 1, 2, 3 in the order of the file")
        return self


class Line(Plain):
    """Something to say, or a prompt to listen; shown when its conditions hold."""

    place: Place
    text: str = Field(description="a key of texts/<language>/scripts.toml")
    when: Conditions = ()

    @model_validator(mode="after")
    def _tests_facts(self) -> Self:
        for test in self.when:
            if test.fact not in FACTS and not test.fact.startswith(ANSWER):
                raise ValueError(f"{test.fact} is no fact of a call; see FACTS")
        return self


class Script(Plain):
    """What the caller says around the questions. `version` rises with each change of its lines."""

    version: Count
    lines: tuple[Line, ...] = Field(min_length=1)


class ScriptCase(Plain):
    script: Name
    when: Conditions

    @model_validator(mode="after")
    def _tests_facts(self) -> Self:
        for test in self.when:
            if test.fact not in FACTS:
                raise ValueError(f"{test.fact} is no fact of a call; see FACTS")
        return self


class ScriptChoice(Plain):
    """The first case that holds decides, by customer group and kind of case; else `otherwise`."""

    first_of: tuple[ScriptCase, ...]
    otherwise: Name

    def of(self, facts: Mapping[str, object]) -> str:
        for case in self.first_of:
            if holds(case.when, facts):
                return case.script
        return self.otherwise


class CompetenceCase(Plain):
    """A training that the caller needs when all conditions hold."""

    kind: Name
    when: Conditions = ()

    @model_validator(mode="after")
    def _tests_facts(self) -> Self:
        for test in self.when:
            if test.fact not in FACTS:
                raise ValueError(f"{test.fact} is no fact of a call; see FACTS")
        return self


class AskingRules(RuleTable):
    script: Rule[ScriptChoice]
    competences: Rule[tuple[CompetenceCase, ...]]
    again: Rule[dict[Name, Name]]


class QuestionnairesRules(RuleFile):
    """rules/cn_motor/questionnaires.toml"""

    questionnaires: dict[Name, Rule[Versions]]
    scripts: dict[Name, Rule[Script]]
    choice: AskingRules

    @model_validator(mode="after")
    def _everything_that_is_chosen_exists(self) -> Self:
        choice = self.choice.script.value
        chosen = {choice.otherwise, *(case.script for case in choice.first_of)}
        if unknown := sorted(chosen - self.scripts.keys()):
            raise ValueError(f"choice.script names {', '.join(unknown)}, which is no script")
        again = self.choice.again.value
        if unknown := sorted({*again, *again.values()} - self.questionnaires.keys()):
            raise ValueError(f"choice.again names {', '.join(unknown)}, which is not asked")
        return self
