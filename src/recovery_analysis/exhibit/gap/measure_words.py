"""One measure in words: the change in the same schools, the trend before, what opened since, the pace."""

from recovery_analysis.analysis.gap.result import GapResult, PairedChange, YearGap
from recovery_analysis.analysis.result import Estimate
from recovery_analysis.exhibit.cells import likely, range_cell, with_unit
from recovery_analysis.exhibit.exhibit import Sentence


def measure_sentences(result: GapResult, section_id: str) -> list[Sentence]:
    """Say what changed in the same schools, how the gap moved before, what opened since, and the pace."""
    linked = result.linked
    texts = []
    texts += [paired_sentence(item) for item in result.paired if item.rule == "now"]
    if linked.trend_before.is_there:
        texts.append(
            f"Before the closure the gap moved by {with_unit(linked.trend_before, is_signed=True)} a year"
            f"{likely(linked.trend_before)} ({linked.trend_before.method})."
        )
    if linked.opened_since.is_there and linked.now is not None:
        texts.append(_opened_sentence(linked.opened_since, linked.now))
    if linked.change.is_there:
        texts.append(linked.pace_words)
    if linked.made_up.value is not None:
        texts.append(_made_up_sentence(linked.made_up.value))
    return [
        Sentence(id=f"{section_id}-sentence-{place}", text=text) for place, text in enumerate(texts)
    ]


def _opened_sentence(opened: Estimate, now: YearGap) -> str:
    if opened.low is not None and opened.high is not None and opened.low <= 0 <= opened.high:
        return (
            f"We cannot tell whether the gap in {now.academic_year} differs from what the trend before the "
            f"closure would have led to: our estimate is {with_unit(opened, is_signed=True)}, but it could "
            f"be anything from {range_cell(opened)}."
        )
    return (
        f"Compared with the trend before the closure carried on to {now.academic_year}, the gap is "
        f"{with_unit(opened, is_signed=True)}{likely(opened)}."
    )


def _made_up_sentence(percent: float) -> str:
    if percent < 0:
        return "None of the widening at the new baseline has been made up since: the gap has grown further."
    return f"Of the widening seen at the new baseline, about {percent:.0f}% has been made up since."


def paired_sentence(paired: PairedChange) -> str:
    """Say how the gap changed in the same schools, or that it can not be told."""
    change = paired.change
    same = (
        f"in the same {paired.schools_n} schools" if paired.schools_n > 1 else "in the one school"
    )
    if change.value is None:
        return f"Too few pupils to report the change {same} ([c])."
    span = f"from {paired.first_year} to {paired.last_year}"
    if change.low is None or change.high is None:
        why = change.why_no_interval
        return f"The gap moved by {with_unit(change, is_signed=True)} {same} {span}. No likely range: {why}."
    if change.low <= 0 <= change.high:
        return (
            f"We cannot tell whether the gap changed {same} {span}: our estimate is "
            f"{with_unit(change, is_signed=True)}, but it could be anything from {range_cell(change)}."
        )
    word = "wider" if change.value > 0 else "narrower"
    size = with_unit(change, is_signed=True).lstrip("+\u2212")
    return f"The gap became about {size} {word} {same} {span}{likely(change)}."
