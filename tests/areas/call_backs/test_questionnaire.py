"""What a customer is asked, what may be answered, and what the answers ask of us."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.questionnaire import Answer, Questionnaire
from yinuo.areas.call_backs.questionnaire_rulefile import Question, QuestionnairesRules, Version
from yinuo.conf import settings
from yinuo.core.rulebook import textfiles
from yinuo.kit import rules as rulefiles

FILE = rulefiles.read(Path(settings.RULES_DIRECTORY) / "questionnaires.toml")
PLAIN = {"occasion": "paid", "round": 1, "turn": 0, "care": "regular"}
HAPPY: dict[str, Answer] = {
    "satisfied": 5,
    "easy": 7,
    "was_professional": 5,
    "respect": 5,
    "problem": "none",
    "recommend": 10,
    "suggestion": None,
}


@pytest.fixture(scope="module")
def rules() -> QuestionnairesRules:
    found = rulefiles.check("questionnaires", QuestionnairesRules, FILE)
    assert isinstance(found, QuestionnairesRules)
    return found


@pytest.fixture
def after_claim(rules: QuestionnairesRules) -> Questionnaire:
    return engine.questionnaire(rules, "after_claim")


def _walk(
    given_: Questionnaire, facts: dict[str, object], chosen: dict[str, Answer]
) -> dict[str, Answer]:
    """Answer screen after screen, what is not chosen is passed over or answered with the first."""
    answers: dict[str, Answer] = {}
    while (question := engine.next_question(given_, answers, facts)) is not None:
        raw = chosen.get(question.id)
        if raw is None and question.required:
            raw = question.options[0].code if question.options else (question.scale or range(1))[-1]
        answers[question.id] = engine.check(question, raw)
    return answers


# What is asked --------------------------------------------------------------------------------


def test_a_plain_claim_is_asked_seven_questions_in_their_order(after_claim: Questionnaire) -> None:
    assert list(_walk(after_claim, PLAIN, {})) == [
        "satisfied",
        "easy",
        "was_professional",
        "respect",
        "problem",
        "recommend",
        "suggestion",
    ]


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"late": True}, "told_of_delay"),
        ({"part_paid": True}, "sum_explained"),
        ({"asked_twice": True}, "papers_clear"),
        ({"occasion": "refused"}, "refusal_explained"),
        ({"occasion": "zero"}, "refusal_explained"),
        ({"turn": 1}, "was_efficient"),
        ({"turn": 2}, "was_transparent"),
        ({"turn": 3}, "was_warm"),
    ],
)
def test_what_happened_to_the_claim_is_asked_about(
    after_claim: Questionnaire, facts: dict[str, object], asked: str
) -> None:
    assert asked in _walk(after_claim, {**PLAIN, **facts}, {})
    assert asked not in _walk(after_claim, PLAIN, {})


def test_what_went_wrong_is_asked_only_of_whom_it_went_wrong_for(
    after_claim: Questionnaire,
) -> None:
    assert "problem_words" in _walk(after_claim, PLAIN, {"problem": "open"})
    assert "problem_words" not in _walk(after_claim, PLAIN, {"problem": "solved"})


def test_an_answer_that_is_changed_takes_its_branch_along(after_claim: Questionnaire) -> None:
    answers = _walk(after_claim, PLAIN, {"problem": "open", "problem_words": "单证要了三次"})
    changed = {**answers, "problem": "none"}
    kept = engine.kept(after_claim, changed, PLAIN)
    assert "problem_words" not in kept
    assert engine.outcome(after_claim, changed, PLAIN).reasons == ()
    assert engine.next_question(after_claim, kept, PLAIN) is None


def test_whoever_stops_goes_on_where_they_left(after_claim: Questionnaire) -> None:
    some: dict[str, Answer] = {"satisfied": 4, "easy": None}
    following = engine.next_question(after_claim, some, PLAIN)
    assert following is not None
    assert following.id == "was_professional"
    assert engine.progress(after_claim, some, PLAIN) == engine.Progress(2, 7)
    assert not engine.is_complete(after_claim, some, PLAIN)
    back = engine.before(after_claim, "was_professional", some, PLAIN)
    assert back is not None
    assert back.id == "easy"
    assert engine.before(after_claim, "satisfied", some, PLAIN) is None


@pytest.mark.parametrize("name", ["after_claim", "after_solution", "after_complaint", "periodic"])
def test_every_questionnaire_has_the_five_parts(rules: QuestionnairesRules, name: str) -> None:
    parts = {question.part for question in engine.questionnaire(rules, name).questions}
    assert parts == {"experience", "process", "satisfaction", "problems", "suggestions"}


def test_every_question_and_line_has_words_in_three_languages(rules: QuestionnairesRules) -> None:
    texts = textfiles.load(Path(settings.TEXTS_DIRECTORY))
    keys = {
        key
        for rule in rules.questionnaires.values()
        for version in rule.value.versions
        for question in version.questions
        for key in (question.text, *(option.text for option in question.options))
    }
    keys |= {line.text for rule in rules.scripts.values() for line in rule.value.lines}
    missing = [(k, lang) for k in keys for lang in textfiles.LANGUAGES if (k, lang) not in texts]
    assert missing == []


# Versions --------------------------------------------------------------------------------------


def _two_versions() -> QuestionnairesRules:
    old = {
        "id": "speed", "part": "process", "kind": "csat", "text": "questions.was_efficient",
        "dimension": "overall",
    }  # fmt: skip
    raw = {**FILE, "questionnaires": {**FILE["questionnaires"]}}
    newer = {**FILE["questionnaires"]["after_claim"]["value"]["versions"][0], "version": 2}
    raw["questionnaires"]["after_claim"] = {
        **FILE["questionnaires"]["after_claim"],
        "value": {"versions": [{"version": 1, "questions": [old]}, newer]},
    }
    found = rulefiles.check("questionnaires", QuestionnairesRules, raw)
    assert isinstance(found, QuestionnairesRules)
    return found


def test_an_answer_given_under_version_1_stays_readable_under_version_2() -> None:
    both = _two_versions()
    assert engine.questionnaire(both, "after_claim").version == 2
    old = engine.questionnaire(both, "after_claim", 1)
    assert old.question("speed").text == "questions.was_efficient"
    assert engine.scores(old, {"speed": 4}).csat == 4
    with pytest.raises(engine.QuestionUnknown):
        engine.questionnaire(both, "after_claim").question("speed")


def test_a_version_that_never_was_is_refused(rules: QuestionnairesRules) -> None:
    with pytest.raises(engine.QuestionnaireUnknown):
        engine.questionnaire(rules, "after_claim", 9)
    with pytest.raises(engine.QuestionnaireUnknown):
        engine.questionnaire(rules, "nothing")


# Answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "raw", "kept"),
    [
        ("satisfied", "5", 5),
        ("satisfied", 1, 1),
        ("easy", " 7 ", 7),
        ("recommend", "0", 0),
        ("recommend", "", None),
        ("problem", ["open"], "open"),
        ("suggestion", "  快一点 ", "快一点"),
        ("suggestion", "   ", None),
        ("suggestion", None, None),
    ],
)
def test_an_answer_is_kept_as_it_was_given(
    after_claim: Questionnaire, id_: str, raw: str | int | list[str] | None, kept: Answer
) -> None:
    assert engine.check(after_claim.question(id_), raw) == kept


def test_many_choices_are_kept_in_the_order_of_the_question(rules: QuestionnairesRules) -> None:
    question = engine.questionnaire(rules, "periodic").question("car_next")
    assert engine.check(question, ["repair", "inspection"]) == ["inspection", "repair"]
    assert engine.check(question, []) is None
    with pytest.raises(engine.AnswerRefused):
        engine.check(question, ["repair", "yacht"])


@pytest.mark.parametrize(
    ("id_", "raw", "refusal"),
    [
        ("satisfied", "", engine.AnswerMissing),
        ("satisfied", None, engine.AnswerMissing),
        ("satisfied", "0", engine.ScoreOffScale),
        ("satisfied", "6", engine.ScoreOffScale),
        ("satisfied", "5.0", engine.ScoreOffScale),
        ("satisfied", "-1", engine.ScoreOffScale),
        ("satisfied", "٤", engine.ScoreOffScale),
        ("satisfied", "9" * 5000, engine.ScoreOffScale),
        ("satisfied", ["4", "5"], engine.AnswerRefused),
        ("recommend", "11", engine.ScoreOffScale),
        ("easy", "8", engine.ScoreOffScale),
        ("problem", "everything", engine.AnswerRefused),
        ("problem", ["none", "open"], engine.AnswerRefused),
        ("suggestion", "长" * 1001, engine.TooManyWords),
        ("suggestion", "a\x00b", engine.AnswerRefused),
    ],
)
def test_a_refused_answer_names_its_question(
    after_claim: Questionnaire,
    id_: str,
    raw: str | list[str] | None,
    refusal: type[engine.AnswerRefused],
) -> None:
    with pytest.raises(refusal) as refused:
        engine.check(after_claim.question(id_), raw)
    assert refused.value.field == id_
    assert str(refused.value)


@given(st.text(max_size=40))
def test_no_text_at_all_breaks_a_question(raw: str) -> None:
    for question in _two_versions().questionnaires["after_claim"].value.versions[1].questions:
        with suppress(engine.AnswerRefused):
            assert engine.check(question, raw) in (None, raw.strip(), *range(11))


# What they ask of us ---------------------------------------------------------------------------


def test_happy_answers_ask_for_nothing(after_claim: Questionnaire) -> None:
    found = engine.outcome(after_claim, HAPPY, PLAIN)
    assert found == engine.Outcome((), suggestion=False, complaint=False, satisfied=True)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"satisfied": 2}, ("low_score",)),
        ({"satisfied": 3}, ()),
        ({"easy": 1}, ("low_score",)),
        ({"recommend": 3}, ("low_score",)),
        ({"problem": "open"}, ("named_problem",)),
        ({"problem": "question"}, ("open_question",)),
        ({"problem": "complaint"}, ()),
        ({"satisfied": 1, "problem": "open"}, ("low_score", "named_problem")),
        ({"suggestion": "钱什么时候能到账？"}, ("open_question",)),
        ({"suggestion": "再不给答复我就去银保监会投诉你们"}, ("named_problem", "threat")),
        ({"suggestion": "服务很好，谢谢"}, ()),
    ],
)
def test_what_is_said_opens_a_concern_for_its_reasons(
    after_claim: Questionnaire, changes: dict[str, Answer], reasons: tuple[str, ...]
) -> None:
    answers = {**HAPPY, **changes}
    assert engine.asks_for_concern(after_claim, answers, PLAIN) == reasons


def test_a_wish_to_complain_and_a_suggestion_are_told_apart(after_claim: Questionnaire) -> None:
    found = engine.outcome(after_claim, {**HAPPY, "problem": "complaint"}, PLAIN)
    assert (found.complaint, found.suggestion) == (True, False)
    found = engine.outcome(after_claim, {**HAPPY, "suggestion": "希望进度写得更细"}, PLAIN)
    assert (found.complaint, found.suggestion) == (False, True)


def test_being_told_too_late_is_a_named_problem_only_when_it_was_late(
    after_claim: Questionnaire,
) -> None:
    answers = {**HAPPY, "told_of_delay": "no"}
    late = {**PLAIN, "late": True}
    assert engine.asks_for_concern(after_claim, answers, late) == ("named_problem",)
    assert engine.asks_for_concern(after_claim, answers, PLAIN) == ()


def test_what_is_solved_in_part_is_not_solved(rules: QuestionnairesRules) -> None:
    again = engine.questionnaire(rules, "after_solution")
    found = engine.outcome(again, {"solved": "partly", "satisfied": 5}, {**PLAIN, "round": 2})
    assert found.satisfied is False
    assert found.reasons == ("named_problem",)
    assert engine.outcome(again, {"solved": "yes", "satisfied": 4}, PLAIN).satisfied is True


@pytest.mark.parametrize(("score", "said"), [(1, False), (3, False), (4, True), (None, None)])
def test_satisfied_are_the_two_best_answers(
    after_claim: Questionnaire, score: int | None, said: bool | None
) -> None:
    answers: dict[str, Answer] = {"satisfied": score, "problem": "none"}
    assert engine.outcome(after_claim, answers, PLAIN).satisfied is said


def test_scores_and_qualities_are_found(after_claim: Questionnaire) -> None:
    assert engine.scores(after_claim, HAPPY) == engine.Scores(5, 10, 7)
    assert engine.dimensions(after_claim, HAPPY) == {
        "overall": 5,
        "professional": 5,
        "respect": 5,
    }


@given(st.data())
def test_every_walk_ends_and_asks_nothing_twice(data: st.DataObject) -> None:
    versions = _two_versions().questionnaires
    name = data.draw(st.sampled_from(sorted(versions)))
    newest = versions[name].value.versions[-1]
    held = Questionnaire(name, newest.version, newest.questions)
    facts = data.draw(
        st.fixed_dictionaries(
            {
                "late": st.booleans(),
                "part_paid": st.booleans(),
                "asked_twice": st.booleans(),
                "turn": st.integers(0, 3),
                "occasion": st.sampled_from(["paid", "refused", "zero", "withdrawn"]),
            }
        )
    )
    answers: dict[str, Answer] = {}
    for _ in range(len(newest.questions)):
        question = engine.next_question(held, answers, facts)
        if question is None:
            break
        assert question.id not in answers
        if question.options:
            raw = data.draw(st.sampled_from([option.code for option in question.options]))
        elif question.scale:
            raw = str(data.draw(st.sampled_from(question.scale)))
        else:
            raw = ""
        answers[question.id] = engine.check(question, raw)
    assert engine.next_question(held, answers, facts) is None
    assert engine.is_complete(held, answers, facts)
    done = engine.progress(held, answers, facts)
    assert done.done == done.of == len(engine.kept(held, answers, facts))


# Scripts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({}, "standard"),
        ({"group": "company"}, "company"),
        ({"group": "vulnerable", "occasion": "refused"}, "gentle"),
        ({"occasion": "refused"}, "refused"),
        ({"part_paid": True}, "paid_in_part"),
        ({"care": "major", "part_paid": True}, "major"),
        ({"round": 2, "group": "vulnerable"}, "second_round"),
    ],
)
def test_the_script_fits_the_customer_and_the_case(
    rules: QuestionnairesRules, facts: dict[str, object], name: str
) -> None:
    assert engine.script_for(rules, {**PLAIN, **facts}).key == f"{name}/1"
    found = engine.script_named(rules, f"{name}/1")
    assert found is not None
    assert found.name == name


def test_prompts_to_listen_follow_what_was_just_said(rules: QuestionnairesRules) -> None:
    script = engine.script_for(rules, PLAIN).script

    def heard(answers: dict[str, Answer], facts: dict[str, object] = PLAIN) -> list[str]:
        return [line.text for line in engine.lines(script, "listening", answers, facts)]

    assert heard({}) == []
    assert heard({"satisfied": 1}) == ["scripts.hear_low"]
    assert heard({"satisfied": 5}) == ["scripts.hear_high"]
    assert heard({"satisfied": 3, "problem": "complaint"}) == [
        "scripts.hear_middling",
        "scripts.hear_complaint",
    ]
    assert heard({}, {**PLAIN, "late": True}) == ["scripts.hear_late"]


@pytest.mark.parametrize("place", ["greeting", "identity", "purpose", "closing"])
def test_every_script_begins_and_ends_with_words(rules: QuestionnairesRules, place: str) -> None:
    for rule in rules.scripts.values():
        assert engine.lines(rule.value, place, {}, PLAIN)  # type: ignore[arg-type]


# The file itself -------------------------------------------------------------------------------

GOOD = {"id": "a", "part": "process", "kind": "csat", "text": "questions.easy"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "one"},
        {"kind": "text"},
        {"most": 10},
        {"concern_up_to": 6},
        {"sign": "suggestion"},
        {"id": "Not a name"},
        {"kind": "one", "options": [{"code": "x", "text": "a"}, {"code": "x", "text": "b"}]},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_at_the_start(wrong: dict[str, object]) -> None:
    Question.model_validate(GOOD)
    with pytest.raises(ValidationError):
        Question.model_validate({**GOOD, **wrong})


def test_a_condition_on_a_later_answer_or_an_unknown_fact_is_refused() -> None:
    for fact in ("answer.b", "weather"):
        held = {**GOOD, "when": [{"fact": fact, "equals": 1}]}
        with pytest.raises(ValidationError, match="no earlier answer"):
            Version.model_validate({"version": 1, "questions": [held, {**GOOD, "id": "b"}]})
