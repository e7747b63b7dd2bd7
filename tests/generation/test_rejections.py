"""HTTP errors as real services put them, and what each of them means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import QuotaExceeded, Refused, TooLong, Unauthorised, Unavailable
from generation.protocol import GenerationError, UnknownModel
from generation.rejections import Rejection, error_of, read_error, reasons_of

OPENAI_QUOTA = {
    "error": {
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "type": "insufficient_quota",
        "param": None,
        "code": "insufficient_quota",
    }
}
GROQ_GONE = {
    "error": {
        "message": "The model `llama3-70b-8192` has been decommissioned and is not supported.",
        "type": "invalid_request_error",
        "code": "model_decommissioned",
    }
}
GROQ_TOO_LARGE = {
    "error": {
        "message": "Request too large for model `llama-3.1-8b-instant` on tokens per minute (TPM): "
        "Limit 6000, Requested 6294, please reduce your message size and try again.",
        "type": "tokens",
        "code": "rate_limit_exceeded",
    }
}
LLAMA_CPP_TOO_LONG = {
    "error": {
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 14_429,
        "n_ctx": 8_192,
    }
}
VLLM_TOO_LONG = {
    "object": "error",
    "message": "This model's maximum context length is 8192 tokens. However, you requested 8204.",
    "type": "BadRequestError",
    "param": None,
    "code": 400,
}
VLLM_NO_MODEL = {
    "object": "error",
    "message": "The model `x` does not exist.",
    "type": "NotFoundError",
    "code": 404,
}
LM_STUDIO_TOO_LONG = {
    "error": "Trying to keep the first 9000 tokens when context the overflows. However, the model "
    "is loaded with context length of only 4096 tokens, which is not enough."
}
GEMINI_BAD_NAME = [
    {
        "error": {
            "code": 400,
            "message": "* GenerateContentRequest.model: unexpected model name format",
            "status": "INVALID_ARGUMENT",
        }
    }
]
GEMINI_BAD_KEY = {
    "error": {"code": 400, "message": "API key not valid.", "status": "API_KEY_INVALID"}
}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, OPENAI_QUOTA, QuotaExceeded),
        (402, {"error": "a subscription is needed"}, QuotaExceeded),
        (400, GROQ_GONE, UnknownModel),
        (413, GROQ_TOO_LARGE, TooLong),
        (400, LLAMA_CPP_TOO_LONG, TooLong),
        (500, LLAMA_CPP_TOO_LONG, TooLong),
        (400, VLLM_TOO_LONG, TooLong),
        (404, VLLM_NO_MODEL, UnknownModel),
        (400, LM_STUDIO_TOO_LONG, TooLong),
        (400, GEMINI_BAD_NAME, UnknownModel),
        (400, GEMINI_BAD_KEY, Unauthorised),
        (
            403,
            {"error": {"message": "no access to model", "code": "model_not_found"}},
            Unauthorised,
        ),
        (404, {"error": 'model "llama9" not found, try pulling it first'}, UnknownModel),
        (400, {"error": "missing request body"}, Refused),
        (422, {"detail": "temperature must be a number"}, Refused),
        (404, {"detail": "Not Found"}, Unavailable),
        (307, None, Unavailable),
        (502, "<html>Bad Gateway</html>", Unavailable),
        (500, [], Unavailable),
    ],
)
def test_an_http_error_is_read_as_what_it_means(
    status: int, body: object, error: type[GenerationError]
) -> None:
    said = read_error(body)
    rejection = Rejection(status, {}, str(said.get("message", "")), reasons_of(said))
    assert type(error_of("p", rejection, message="m")) is error


def test_a_delay_that_the_body_has_a_field_for_counts_before_all_else() -> None:
    rejection = Rejection(429, {"retry-after": "9"}, "retry in 8s", retry_delay=34.5)
    error = error_of("p", rejection, message="m")
    assert isinstance(error, QuotaExceeded)
    assert error.retry_after == 34.5


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "code", "x"]), inner),
)


@given(json_values)
def test_no_body_breaks_the_reading(body: object) -> None:
    assert reasons_of(read_error(body)) is not None
