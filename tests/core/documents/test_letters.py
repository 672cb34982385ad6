"""Letters: values in, PDF and Word out, kept as a paper of the case."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from tests import world
from tests.world import NOW
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case, Event
from yinuo.core.documents import commands as documents
from yinuo.core.documents import queries
from yinuo.core.documents.letters import (
    Bullets,
    Clause,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Row,
    Sum,
    SumLine,
    Way,
    Ways,
    render_docx,
    render_pdf,
)
from yinuo.core.documents.models import Document
from yinuo.core.documents.rules import UnknownKind
from yinuo.core.people.actors import SYSTEM

HOSTILE = '#set page(fill: red) $x$ *b* <script> & {{ 7*7 }} {% raw %} \\" ]} 王“小”明'


def letter(words: str = "您的车损我们全部赔。", language: str = "zh-hans") -> Letter:
    return Letter(
        key="decision",
        language=language,
        subject="关于您车损的决定",
        sender="示范财产保险股份有限公司",
        sender_lines=("上海", "021-00000001"),
        recipient="样例客户甲",
        reference="C-2026-000001-7",
        dated="2026年5月13日",
        dated_on=date(2026, 5, 13),
        greeting="您好：",
        blocks=(
            Paragraph(words),
            Facts((Row("地点", words),)),
            Heading("怎么算"),
            Sum(
                "本车",
                (SumLine("修车", "5,000 − 500", "¥4,500.00", "第十九条"),),
                "合计",
                "¥4,500.00",
            ),
            Clause("车损险", words, "例子"),
            Bullets(("一", words)),
            Ways((Way("投诉", words, "15天"),)),
        ),
        closing="谢谢。",
        signed=("周明",),
        page="第 {n} 页，共 {m} 页",
    )


def words_of(docx: bytes) -> str:
    with zipfile.ZipFile(BytesIO(docx)) as file:
        return file.read("word/document.xml").decode()


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_a_letter_is_the_same_pdf_each_time_it_is_printed(language: str) -> None:
    first = render_pdf(letter(language=language))
    assert first.startswith(b"%PDF-")
    assert first == render_pdf(letter(language=language))
    assert first != render_pdf(letter("另一句话。", language=language))


def test_words_that_look_like_markup_stay_words_in_both_forms() -> None:
    assert render_pdf(letter(HOSTILE)).startswith(b"%PDF-")
    word = words_of(render_docx(letter(HOSTILE)))
    assert "{{ 7*7 }}" in word
    assert "&lt;script&gt;" in word
    assert "49" not in word


def test_a_word_letter_holds_every_block_and_no_leftover_of_its_template() -> None:
    word = words_of(render_docx(letter()))
    for piece in ("关于您车损的决定", "怎么算", "5,000 − 500", "¥4,500.00", "例子", "15天", "周明"):
        assert piece in word
    assert "{%" not in word
    assert "{{" not in word


def test_a_letter_without_blocks_can_be_printed() -> None:
    bare = replace(letter(), blocks=(), sender_lines=(), signed=())
    assert render_pdf(bare).startswith(b"%PDF-")
    assert render_docx(bare)


def test_what_the_wording_check_reads_leaves_out_sums_and_names() -> None:
    text = letter("我们都赔。").plain_text()
    assert "我们都赔。" in text
    assert "4,500" not in text
    assert "样例客户甲" not in text


@pytest.mark.django_db
def test_a_kept_letter_is_an_accepted_paper_with_its_hash_on_the_timeline_and_kept_once() -> None:
    cast = world.build()
    reported = claims.report(report=world.report_of(), door="phone", by=cast["agent"], at=NOW)
    case = Case.objects.get(pk=reported.case.pk)
    kept = documents.keep_letter(
        case=case, letter=letter(), by=cast["calculator"], at=NOW, kind="decision_letter",
        subject="loss:1",
    )  # fmt: skip
    assert kept.status == Document.Status.ACCEPTED
    assert kept.file is not None
    event = Event.objects.filter(case=case).latest("seq")
    assert event.type == "document.written"
    assert event.data["sha256"] == bytes(kept.file.sha256).hex()
    again = documents.keep_letter(
        case=case, letter=letter(), by=cast["calculator"], at=NOW, kind="decision_letter",
        subject="loss:1",
    )  # fmt: skip
    assert again.pk == kept.pk
    assert Event.objects.filter(case=case, type="document.written").count() == 1
    opened = queries.open_file(kept, "original", at=NOW)
    assert b"".join(opened.blocks) == render_pdf(letter())
    assert opened.content_type == "application/pdf"
    with pytest.raises(UnknownKind):
        documents.keep_letter(case=case, letter=letter(), by=SYSTEM, at=NOW, kind="nothing")
