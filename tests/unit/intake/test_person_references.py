"""The check letter of a Unique Pupil Number, against an independent plain count."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from recovery_analysis.intake.person_references import are_upns

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
ENDINGS = "0123456789" + LETTERS


def check_letter(rest):
    numbers = [int(sign) if sign.isdigit() else LETTERS.index(sign) for sign in rest]
    return LETTERS[sum(number * (place + 2) for place, number in enumerate(numbers)) % 23]


RESTS = st.builds(
    lambda digits, ending: digits + ending,
    st.text("0123456789", min_size=11, max_size=11),
    st.sampled_from(ENDINGS),
)


def test_a_known_number():
    # 2*1 + 3*2 + ... + 10*9 + 11*0 + 12*1 + 13*2 = 368 = 16 * 23, so the letter is the first.
    assert check_letter("123456789012") == "A"
    assert are_upns(pd.Series(["A123456789012"])).tolist() == [True]


@given(st.lists(RESTS, min_size=1, max_size=20))
def test_one_letter_of_twenty_three_fits(rests):
    for rest in rests:
        cells = pd.Series([letter + rest for letter in LETTERS])
        assert cells[are_upns(cells)].tolist() == [check_letter(rest) + rest]


@given(RESTS, st.integers(0, 10), st.integers(1, 9))
def test_a_single_wrong_digit_is_found(rest, place, shift):
    wrong = rest[:place] + str((int(rest[place]) + shift) % 10) + rest[place + 1 :]
    assert not are_upns(pd.Series([check_letter(rest) + wrong])).any()


def test_other_texts_are_none():
    cells = pd.Series(["", "4711", "I123456789012", "A12345678901", "A1234567890123", "Ä123"])
    assert not are_upns(cells).any()
    assert are_upns(pd.Series([], dtype="str")).tolist() == []
