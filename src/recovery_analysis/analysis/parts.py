"""Small numbers among the parts of a whole: which parts a reader could work out from the others."""

from collections.abc import Sequence


def smallest_of_parts(counts: Sequence[int]) -> list[int]:
    """Give, for each part of a whole, the smallest count that showing it would reveal.

    A part that is shown reveals itself and, with the whole and all larger parts, the sum of the smaller ones.
    So the disclosure gate hides a part when the smaller parts together are too few, whatever its threshold;
    parts of nobody reveal nothing.

    Parameters
    ----------
    counts
        Pupils behind each part; 0 is allowed.

    Examples
    --------
    >>> smallest_of_parts([40, 3, 25]), smallest_of_parts([40, 30, 0])
    ([28, 3, 3], [30, 30, 0])
    """
    found = [int(count) for count in counts]
    below = 0
    for place in sorted(range(len(counts)), key=lambda at: (counts[at], at)):
        count = int(counts[place])
        found[place] = min(count, below) if below else count
        below += count
    return found
