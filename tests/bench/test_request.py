"""What the accept benchmark sends is a referral that everybody takes, and another one each time."""

import json

import pytest

from bench.accept.lane import length_of_answer
from bench.accept.request import Requests, body, pupil_number, surname
from bench.peers.form import Referral
from referral_intake.form import ReferralForm
from referral_intake.identifiers import upn

HEAD_END = b"\r\n\r\n"


def test_the_referral_is_about_three_kilobytes_and_the_form_takes_it() -> None:
    form = ReferralForm.model_validate_json(body())

    assert 2_900 <= len(body()) <= 3_200
    assert len(form.children) == 2


def test_the_peers_models_keep_every_word_of_it() -> None:
    kept = Referral.model_validate_json(body()).model_dump_json(exclude_unset=True)

    assert json.loads(kept) == json.loads(body())


def test_each_request_has_a_key_and_children_of_its_own_and_the_length_it_says() -> None:
    requests = Requests("token")

    heads, contents = zip(*(requests.make().split(HEAD_END) for _ in range(100)), strict=True)

    assert len(set(heads)) == 100
    assert {len(content) for content in contents} == {len(body())}
    assert all(f"Content-Length: {len(body())}".encode() in head for head in heads)
    children = [child for content in contents for child in json.loads(content)["children"]]
    assert len({child["last_name"] for child in children}) == 100
    assert len({child["upn"] for child in children}) == 200


@pytest.mark.parametrize("number", [0, 1, 25, 26, 4_711, 9_999_999])
def test_pupil_numbers_have_the_right_check_letter(number: int) -> None:
    assert upn.find(pupil_number(number).decode()) == pupil_number(number).decode()


def test_surnames_differ_and_keep_their_width() -> None:
    names = [surname(number) for number in (0, 1, 25, 26, 27, 26**6)]

    assert len(set(names)) == len(names)
    assert {len(name) for name in names} == {8}


def test_an_answer_is_as_long_as_its_head_and_the_body_it_announces() -> None:
    answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nx-y: z\r\n\r\n{}"

    assert length_of_answer(answer) == len(answer)
    assert length_of_answer(answer[:20]) == 0


def test_an_answer_that_does_not_say_its_length_is_refused() -> None:
    with pytest.raises(ValueError, match="how long"):
        length_of_answer(b"HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n")
