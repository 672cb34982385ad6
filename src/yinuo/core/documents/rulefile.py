"""The shape of documents.toml: which papers there are, and what may come in."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from yinuo.core.messages.rulefile import Wait
from yinuo.kit.rules import Plain, Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]


class FileType(Plain):
    """A content type that may come in, and the endings that a file of it may carry."""

    content_type: str
    endings: tuple[str, ...] = Field(min_length=1)
    picture: bool = False
    largest_bytes: Count


class Kind(Plain):
    """A kind of paper or picture. ``pictures_only`` refuses a PDF where a photo is meant."""

    name: dict[str, str]
    for_customer: bool = True
    pictures_only: bool = False

    @model_validator(mode="after")
    def _has_a_name_in_each_language(self) -> Self:
        missing = {"zh-hans", "zh-hant", "en"} - self.name.keys()
        if missing:
            raise ValueError(f"the name lacks {', '.join(sorted(missing))}")
        return self


class UploadRules(RuleTable):
    """Sides and pixels of pictures.

    ``largest_pixels_at_once`` is for those that can only be unpacked whole (PNG, WebP, progressive
    JPEG), where each pixel costs some four bytes of memory while it is looked at.
    """

    types: Rule[tuple[FileType, ...]]
    largest_side: Rule[Count]
    largest_pixels: Rule[Count]
    largest_pixels_at_once: Rule[Count]
    smallest_side: Rule[Count]
    files_per_case: Rule[Count]
    clock_ahead: Rule[Wait]
    unused_kept_for: Rule[Wait]


class PreviewRules(RuleTable):
    """``side`` in pixels; ``quality`` as JPEG counts it, 1 to 95."""

    side: Rule[Count]
    quality: Rule[Annotated[int, Field(ge=1, le=95)]]


class LinkRules(RuleTable):
    valid_for: Rule[Wait]


class DocumentsRules(RuleFile):
    kinds: dict[str, Rule[Kind]]
    upload: UploadRules
    preview: PreviewRules
    links: LinkRules
