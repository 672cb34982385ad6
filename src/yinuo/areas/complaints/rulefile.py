"""The shapes of rules/cn_motor/complaints.toml and causes.toml.

Pure. The values, their reasons and their sources stand in the TOML files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from yinuo.core.messages.rulefile import Wait
from yinuo.kit.rules import LimitText, Plain, PromiseRule, Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]
Playbook = Literal["service", "amount", "timeliness", "other"]
Heard = Literal["question", "report", "concern", "complaint", "violation", "petition", "withdrawal"]


class ComplaintPromises(RuleTable):
    acknowledge: Rule[PromiseRule]
    first_look: Rule[PromiseRule]
    answer: Rule[PromiseRule]
    regulator_report: Rule[PromiseRule]
    extension: Rule[PromiseRule]
    review: Rule[PromiseRule]
    compensation_approval: Rule[PromiseRule]
    reply_to_proposal: Rule[PromiseRule]
    carry_out: Rule[PromiseRule]
    check: Rule[PromiseRule]
    second_look: Rule[PromiseRule]
    discipline: Rule[PromiseRule]
    answer_question: Rule[PromiseRule]
    power: Rule[PromiseRule]
    sort_voice: Rule[PromiseRule]


class ChannelWatch(Plain):
    """After so long without anybody coming in this way somebody looks whether it works; `instead`
    are the ways offered meanwhile.
    """

    silent_after: LimitText
    instead: Annotated[tuple[str, ...], Field(min_length=1)]


class Attempts(Plain):
    """So many in so long, then whoever tries waits."""

    most: Count
    within: Wait


class WebFormRules(RuleTable):
    """The form that everybody may fill in. Sent again within `same_words_within` it is the same."""

    per_address: Rule[Attempts]
    per_phone: Rule[Attempts]
    same_words_within: Rule[Wait]
    most_files: Rule[Count]


class MailRules(RuleTable):
    """What of an e-mail is taken in. Beyond `largest_bytes` it is read without its attachments.

    `quote_marks` are patterns of the line behind which the sender repeats what others wrote.
    """

    largest_bytes: Rule[Count]
    longest_words: Rule[Count]
    most_files: Rule[Count]
    batch: Rule[Count]
    quote_marks: Rule[Annotated[tuple[str, ...], Field(min_length=1)]]
    acknowledged_per_sender: Rule[Attempts]


class InboundRules(RuleTable):
    """Words by which a voice is told apart, beside what perception reads, and the limits.

    ``product_of`` says which line of insurance a complaint is about, by the kind of its case.
    """

    channels: Rule[dict[Literal["phone", "portal", "web_form", "email", "wechat"], ChannelWatch]]
    pass_on_within: Rule[LimitText]
    product_of: Rule[dict[str, str]]
    withdrawal_words: Rule[tuple[str, ...]]
    violation_words: Rule[tuple[str, ...]]
    petition_words: Rule[tuple[str, ...]]
    complaint_words: Rule[tuple[str, ...]]
    report_words: Rule[tuple[str, ...]]
    question_words: Rule[tuple[str, ...]]


class PartIn(Plain):
    """Events whose actor had a part in the claim, and those that are known to be none."""

    part: Annotated[tuple[str, ...], Field(min_length=1)]
    none: tuple[str, ...]

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        both = sorted({*self.part} & {*self.none})
        if both:
            raise ValueError(f"both a part and none: {', '.join(both)}")
        return self


class InterestRules(RuleTable):
    """Whose own work a complaint about a case is: what they did there, told apart from what anybody
    may do there without a part in it, and promises whose owner has none either.
    """

    events: Rule[PartIn]
    promises_left_out: Rule[tuple[str, ...]]


class EvidenceRules(RuleTable):
    """Which promises say how long a stage of the claim may take."""

    stage_promises: Rule[dict[str, tuple[str, ...]]]


class GroupRules(RuleTable):
    most_representatives: Rule[Count]
    major_from: Rule[Count]


class PowerRules(RuleTable):
    """What may show that somebody speaks for another, by their role."""

    kinds: Rule[dict[str, Annotated[tuple[str, ...], Field(min_length=1)]]]


class ExtensionStage(Plain):
    """More time beyond the first limit; each stage once, in the order of the file."""

    name: Literal["complex", "special"]
    limit: LimitText
    approvers: tuple[Literal["team_lead", "manager"], ...]


class ExtensionRules(RuleTable):
    stages: Rule[tuple[ExtensionStage, ...]]


class ReviewRules(RuleTable):
    ask_within: Rule[LimitText]


class AnswerRules(RuleTable):
    """Which remedies every answer names: keys of texts `remedies`."""

    remedies: Rule[Annotated[tuple[str, ...], Field(min_length=1)]]
    remedies_after_review: Rule[Annotated[tuple[str, ...], Field(min_length=1)]]


class AuthorityLine(Plain):
    role: Literal["approver", "team_lead", "manager"]
    up_to: Decimal | Literal["any"]


class Authority(Plain):
    lines: tuple[AuthorityLine, ...]

    def allows(self, roles: Iterable[str], amount: Decimal) -> bool:
        held = set(roles)
        return any(
            line.role in held and (line.up_to == "any" or amount <= line.up_to)
            for line in self.lines
        )

    def roles_for(self, amount: Decimal) -> tuple[str, ...]:
        """The roles that may approve this amount, the lowest first."""
        return tuple(
            line.role for line in self.lines if line.up_to == "any" or amount <= line.up_to
        )


class CompensationRules(RuleTable):
    authority: Rule[Authority]


class HeatRules(RuleTable):
    """When words are heated, what the handler is reminded of: keys of texts `prompts`."""

    alarms: Rule[tuple[Literal["regulator", "press", "court", "crowd", "life", "learned"], ...]]
    learned_in_tones: Rule[tuple[Literal["neg", "neu", "pos"], ...]]
    prompts: Rule[tuple[str, ...]]
    hand_over_from: Rule[Count]


class TargetRules(RuleTable):
    """A part of one, a number of complaints, a percentage, and a mark from 1 to 5."""

    fewer_than_baseline: Rule[Annotated[Decimal, Field(gt=0, lt=1)]]
    least_shown: Rule[Annotated[int, Field(gt=0)]]
    in_time: Rule[Annotated[Decimal, Field(gt=0, le=100)]]
    content_from: Rule[Annotated[int, Field(ge=1, le=5)]]


class ComplaintsRules(RuleFile):
    """rules/cn_motor/complaints.toml"""

    promises: ComplaintPromises
    inbound: InboundRules
    web_form: WebFormRules
    mail: MailRules
    interest: InterestRules
    evidence: EvidenceRules
    groups: GroupRules
    powers: PowerRules
    extensions: ExtensionRules
    review: ReviewRules
    answers: AnswerRules
    compensation: CompensationRules
    heat: HeatRules
    targets: TargetRules


class Cause(Plain):
    """One cause in the tree; `name` is the key of its words.

    `parent` is the code above it, empty for a branch; a branch is a cause that perception reads.
    `law` is the regulator's class. `words` and `evidence` speak for it: words of the customer, and
    codes of what the claim's own record shows. `standard_code` is kept free for GB/T 43568 annex A.
    `english` is the NAIC-like shape, "issue > sub-issue". With `discipline` our own people are to
    answer for it; `training` is the key of the course that helps them.
    """

    parent: str = ""
    name: str
    law: str
    playbook: Playbook
    words: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    prevention: tuple[str, ...] = ()
    standard_code: str = ""
    english: str
    discipline: bool = False
    training: str = ""


class PlaybookSteps(Plain):
    """What to do, in order; each step a key of texts `playbooks`."""

    steps: tuple[str, ...]


class SuggestingRules(RuleTable):
    """How much each sign weighs, how many causes are shown, and which broken promise says what."""

    word_points: Rule[Count]
    record_points: Rule[Count]
    branch_points: Rule[Count]
    most_causes: Rule[Count]
    silence_from_days: Rule[Count]
    late_promises: Rule[dict[str, str]]


class CausesRules(RuleFile):
    """rules/cn_motor/causes.toml: one tree, and what to do by type."""

    suggesting: SuggestingRules
    tree: dict[str, Rule[Cause]]
    playbooks: dict[str, Rule[PlaybookSteps]]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for code, rule in self.tree.items():
            above = rule.value.parent
            if above and above not in self.tree:
                raise ValueError(f"tree.{code}: there is no cause {above} to hang it on")
            if rule.value.playbook not in self.playbooks:
                raise ValueError(f"tree.{code}: there is no playbook {rule.value.playbook}")
        return self

    def path(self, code: str) -> tuple[str, ...]:
        """The codes from the branch down to this cause. Raises KeyError."""
        above = self.tree[code].value.parent
        return (*(self.path(above) if above else ()), code)

    def leaves(self) -> Iterator[tuple[str, Cause]]:
        """The causes that nothing hangs on, in the order of the file: what a person chooses."""
        inner = {rule.value.parent for rule in self.tree.values()}
        for code, rule in self.tree.items():
            if code not in inner:
                yield code, rule.value
