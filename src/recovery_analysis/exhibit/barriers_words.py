"""Words for barriers: labels, whom a share is of, days."""

from recovery_analysis.analysis.barriers import Barrier
from recovery_analysis.exhibit.cells import likely, with_unit

CHAPTER = "access"

_PEOPLE = {
    "listed": "pupils on device lists",
    "pupil": "pupils who answered a survey",
    "family": "families who answered a survey",
}
_LISTED = {"device": "Device to learn on:", "connection": "Internet at home:"}


def people(item: Barrier) -> str:
    """Say whom the shares are of."""
    return _PEOPLE[item.who]


def barrier_label(item: Barrier) -> str:
    """Give a barrier's short label, with who answered."""
    if item.who == "listed":
        return item.title
    words = item.counted_words
    return f"{words[0].upper()}{words[1:]} ({'pupils' if item.who == 'pupil' else 'families'})"


def question_label(item: Barrier) -> str:
    """Give what was asked or listed, to stand before an answer."""
    if item.who == "listed":
        return _LISTED[item.theme]
    return f"{item.title} ({'pupils' if item.who == 'pupil' else 'families'})"


def measure_of(item: Barrier) -> str:
    """Give the machine name of a barrier among those who were asked."""
    return item.code if item.who == "listed" else f"{item.code}_{item.who}"


def share_sentence(item: Barrier, name: str) -> str:
    """Say how many met the barrier."""
    share = item.by_group.shares.total
    if share.value is None:
        return f"{name}: too few {people(item)} to say how many {item.counted_words} ([c])."
    basis = f"{share.n_pupils:,} in {share.n_schools:,} schools" if share.n_pupils else ""
    return (
        f"{name}: about {with_unit(share)} of {people(item)} {item.counted_words}{likely(share)}; {basis}."
    ).replace(" 1 schools", " 1 school")


def span_words(item: Barrier) -> str:
    """Say from when a source is."""
    source = {"listed": "Device lists", "pupil": "Pupil surveys", "family": "Family surveys"}
    days = [day for day in (item.first_day, item.last_day) if day is not None]
    words = " to ".join(dict.fromkeys(f"{day.day} {day:%B %Y}" for day in days))
    return f"{source[item.who]}{f', {words}' if words else ''}"
