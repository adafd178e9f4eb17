"""Counts in sentences: one school has, two schools have."""


def counted(number: int, noun: str) -> str:
    """Write a count with its noun, which takes an s unless the count is 1.

    Examples
    --------
    >>> counted(1, "school"), counted(1200, "school")
    ('1 school', '1,200 schools')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def verb(number: int, one: str, more: str) -> str:
    """Choose the form of a verb that goes with a count.

    Examples
    --------
    >>> verb(1, "has", "have"), verb(0, "has", "have")
    ('has', 'have')
    """
    return one if number == 1 else more
