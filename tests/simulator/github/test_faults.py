"""Trouble on order, met over real HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from simulator.github import FaultKind, SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.github import Discussion
    from tests.simulator.github.conftest import Api


@pytest.fixture
def discussion(api: Api) -> Discussion:
    return api.github.open_discussion(api.repository, author="mona", title="t", body="b")


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=2) as executor:
        yield executor


def _post(api: Api, discussion: Discussion, token: str) -> requests.Response:
    mutation = """
    mutation AddDiscussionComment($id: ID!) {
      addDiscussionComment(input: {discussionId: $id, body: "Hi"}) { comment { id } }
    }"""
    return api.post_query(mutation, token=token, id=discussion.node_id)


def test_a_request_held_before_has_done_nothing_yet(
    api: Api, discussion: Discussion, background: ThreadPoolExecutor
) -> None:
    hold = api.github.faults.hold("before", "AddDiscussionComment")
    posting = background.submit(_post, api, discussion, api.token())
    hold.wait_until_held()

    assert api.github.discussion_comments(discussion) == []
    assert not posting.done()

    hold.release()
    assert posting.result(10).json()["data"]
    assert len(api.github.discussion_comments(discussion)) == 1
    assert _post(api, discussion, api.token()).status_code == 200


def test_a_request_held_after_is_done_and_unanswered(
    api: Api, discussion: Discussion, background: ThreadPoolExecutor
) -> None:
    hold = api.github.faults.hold("after", "AddDiscussionComment")
    posting = background.submit(_post, api, discussion, api.token())
    hold.wait_until_held()

    assert len(api.github.discussion_comments(discussion)) == 1
    assert not posting.done()
    assert api.github.journal.requests("AddDiscussionComment")[0].status is None

    hold.release()
    assert posting.result(10).status_code == 200


def test_a_rest_route_is_held_by_its_name(api: Api, background: ThreadPoolExecutor) -> None:
    hold = api.github.faults.hold("before", "access_token")
    asking = background.submit(api.token)
    hold.wait_until_held()
    assert not asking.done()
    assert api.github.faults.release("access_token") == 1
    assert asking.result(10).startswith("ghs_")


def test_a_hold_that_nothing_meets_says_so(api: Api) -> None:
    hold = api.github.faults.hold("before", "Nothing")
    with pytest.raises(SimulatorError, match="no Nothing request came"):
        hold.wait_until_held(0.01)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.SERVER_ERROR, 500),
        (FaultKind.BAD_GATEWAY, 502),
        (FaultKind.UNAVAILABLE, 503),
        (FaultKind.UNAUTHORISED, 401),
        (FaultKind.SECONDARY_LIMIT, 403),
        (FaultKind.SECONDARY_LIMIT_OK, 200),
        (FaultKind.RATE_LIMITED, 200),
    ],
)
def test_a_fault_is_met_as_often_as_ordered(
    api: Api, discussion: Discussion, kind: FaultKind, status: int
) -> None:
    token = api.token()
    api.github.faults.fail("AddDiscussionComment", kind=kind, times=2, retry_after=7)

    for _ in range(2):
        answer = _post(api, discussion, token)
        assert answer.status_code == status
        assert status != 200 or answer.json()["errors"][0]["type"] == "RATE_LIMITED"
        if kind in {FaultKind.SECONDARY_LIMIT, FaultKind.SECONDARY_LIMIT_OK}:
            assert answer.headers["retry-after"] == "7"
    if kind is FaultKind.RATE_LIMITED:
        assert answer.headers["x-ratelimit-remaining"] == "0"
        api.github.primary_limit.leave(api.installation.id, "graphql", remaining=5000)

    assert api.github.discussion_comments(discussion) == []
    assert _post(api, discussion, token).json()["data"]["addDiscussionComment"]


def test_an_answer_can_be_lost_after_the_work_is_done(api: Api, discussion: Discussion) -> None:
    token = api.token()
    api.github.faults.fail("AddDiscussionComment", kind="connection_lost", when="after")

    with pytest.raises(requests.ConnectionError):
        _post(api, discussion, token)

    assert len(api.github.discussion_comments(discussion)) == 1


def test_a_connection_can_be_lost_before_the_work_is_done(api: Api, discussion: Discussion) -> None:
    token = api.token()
    api.github.faults.fail("AddDiscussionComment", kind="connection_lost")

    with pytest.raises(requests.ConnectionError):
        _post(api, discussion, token)

    assert api.github.discussion_comments(discussion) == []


def test_a_request_that_times_out_has_no_answer(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.token()}"}
    api.github.faults.fail("repository", kind="timeout")

    with pytest.raises(requests.Timeout):
        requests.get(f"{api.url}/repos/octo-org/hello", headers=headers, timeout=0.1)
    api.github.faults.clear()


def test_a_rest_route_can_be_over_its_limit(api: Api) -> None:
    token = api.token()
    api.github.faults.fail("repository", kind="rate_limited")
    answer = api.get("/repos/octo-org/hello", token=token)
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (403, "0")


def test_an_unknown_kind_of_trouble_is_refused(api: Api) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        api.github.faults.fail("repository", kind="earthquake")


def test_the_journal_records_requests_without_secrets(api: Api, discussion: Discussion) -> None:
    token = api.token()
    _post(api, discussion, token)

    [request] = api.github.journal.requests("AddDiscussionComment")
    assert (request.path, request.status) == ("/graphql", 200)
    assert request.variables == {"id": discussion.node_id}
    assert token not in repr(api.github.journal.requests())
