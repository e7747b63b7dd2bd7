"""The bodies that come and go. These models are the schema: what they take is what is taken."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from web.api.fields import DEFAULT_KNN, Knn, Model, Question, Ref, Repository, UserId


class _Request(BaseModel):
    """A body that comes: what is not known is refused, so that a slip of the pen is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repo: Repository | None = Field(
        default=None, description="`owner/name`; the server's default repository when left out."
    )
    ref: Ref | None = Field(
        default=None, description="A branch or tag that is indexed; the default when left out."
    )
    knn: Knn = Field(default=DEFAULT_KNN, description="How many passages; a number may be text.")


class _Streamable(_Request):
    stream: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Send the answer as it is written, as server-sent events."
    )


class GenerateRequest(_Streamable):
    """A question to one provider."""

    query: Question = Field(description="What to answer.", examples=["How do I create a sphere?"])
    llm: Model | None = Field(
        default=None, description="The provider's own name of a model; its default when left out."
    )


class QuestionRequest(_Streamable):
    """A question of a conversation."""

    question: Question = Field(description="What to answer, with what was said before in mind.")
    user_id: UserId = Field(
        description="Whose conversation it is: a number or a name of the caller's choice."
    )


class SearchRequest(_Request):
    """A search."""

    query: Question = Field(description="What to look for.")


class ForgetRequest(BaseModel):
    """A conversation, as its URL names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: UserId
    repo: Repository | None = None


class _Body(BaseModel):
    """A body that goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceBody(_Body):
    """A passage of the repository."""

    number: int = Field(description="What the answer cites it as: `[1]`.")
    cited: bool = Field(description="Whether the answer cites it.")
    path: str
    start_line: int
    end_line: int
    symbol: str | None
    kind: str
    url: str
    score: float


class ProblemBody(_Body):
    """Something in the answer that does not hold."""

    kind: str
    line: int
    name: str
    problem: str
    suggestion: str | None


class AnswerBody(_Body):
    """An answer."""

    response: str = Field(description="Markdown, which cites the references as `[1]`, `[2]`.")
    references: list[str] = Field(
        description="Permalinks of the passages that it was written from, the cited ones first."
    )
    sources: list[SourceBody] = Field(description="The references, with what they are.")
    repository: str
    commit: str
    provider: str = Field(description="Who wrote it; empty when nobody was asked.")
    model: str
    abstained: bool = Field(description="The repository does not seem to hold the answer.")
    confidence: float
    task: str
    note: str = Field(description="What of it could not be confirmed, in one line.")
    checks: list[ProblemBody] = Field(description="What the check of its code still finds.")
    seconds: float


class PassageBody(_Body):
    """A passage that a search found."""

    rank: int
    path: str
    start_line: int
    end_line: int
    symbol: str | None
    kind: str
    score: float
    url: str
    text: str


class SearchBody(_Body):
    """What a search found, the best first."""

    repository: str
    ref: str
    commit: str
    results: list[PassageBody]


class ForgottenBody(_Body):
    """What became of a conversation."""

    forgotten: int = Field(description="Questions that are gone, with their answers.")


class ErrorBody(_Body):
    """Why there is no answer."""

    error: str = Field(description="What it is, for programs.")
    detail: str = Field(description="What is wrong and what to do, for people.")


class TokenEvent(_Body):
    """``event: token``: the next piece of the answer's text."""

    text: str


Event = Literal["token", "answer", "error"]
"""The names of the server-sent events."""
