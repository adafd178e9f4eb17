"""The questions that a survey of pupils, families or staff can hold: a closed list with answers in order.

A survey file carries one column an item, named by the item's code; answers are the words or their numbers,
1 for the first. Free text is never an item: it does not enter the store.
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["pupil", "family", "staff"]

AGREE = ("strongly disagree", "disagree", "neither", "agree", "strongly agree")
OFTEN = ("never", "less than weekly", "weekly", "most days", "every day")
EASE = ("very hard", "hard", "neither", "easy", "very easy")
YES_NO = ("no", "yes")

Theme = Literal["learning", "wellbeing", "home", "contact", "return", "staff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyItem:
    """One question.

    Parameters
    ----------
    code
        Column name in a survey file.
    roles
        Who is asked.
    wording
        The question as a reader sees it.
    answers
        Worst to best for the person who answers, or no and yes.
    counted
        Answers that the reported share counts.
    counted_words
        What that share is of, to follow "share who".
    theme
        The part of a report in which it stands.
    need
        What a group of pupils low on this item needs in induction; empty where it is not used for that.
    """

    code: str
    roles: tuple[Role, ...]
    wording: str
    answers: tuple[str, ...]
    counted: tuple[str, ...]
    counted_words: str
    theme: Theme
    need: str = ""


def _item(
    code: str,
    roles: tuple[Role, ...],
    wording: str,
    answers: tuple[str, ...],
    counted: tuple[str, ...],
    counted_words: str,
    theme: Theme,
    need: str = "",
) -> SurveyItem:
    return SurveyItem(
        code=code,
        roles=roles,
        wording=wording,
        answers=answers,
        counted=counted,
        counted_words=counted_words,
        theme=theme,
        need=need,
    )


_HARD = EASE[:2]
_DISAGREE = AGREE[:2]
_AGREE = AGREE[3:]
_RARELY = OFTEN[:2]
_HOME: tuple[Role, ...] = ("pupil", "family")

# fmt: off
_ALL = (
    _item("learn_alone", _HOME, "How easy was it to learn at home without a teacher beside you?", EASE, _HARD,
          "found it hard to learn at home without a teacher", "learning", "guided practice in small steps"),
    _item("routine", _HOME, "We kept to a daily routine for school work.", AGREE, _DISAGREE,
          "had no daily routine for school work", "learning", "rebuilding routines for learning"),
    _item("work_done", _HOME, "How often was set work finished?", OFTEN, _RARELY,
          "finished set work less than weekly", "learning", "catching up on the content missed"),
    _item("help_home", _HOME, "Someone at home could help with school work.", AGREE, _DISAGREE,
          "had nobody at home who could help with school work", "home", "an adult to turn to for help"),
    _item("quiet_place", _HOME, "There was a quiet place to work.", AGREE, _DISAGREE,
          "had no quiet place to work", "home", "a place and time to study at school"),
    _item("worried", _HOME, "How easy was it to stop worrying?", EASE, _HARD,
          "found it hard to stop worrying", "wellbeing", "pastoral time and somebody to talk to"),
    _item("lonely", _HOME, "I felt close to other people.", AGREE, _DISAGREE,
          "did not feel close to other people", "wellbeing", "time to rebuild friendships"),
    _item("active", _HOME, "How often was there exercise or play outside?", OFTEN, _RARELY,
          "exercised or played outside less than weekly", "wellbeing"),
    _item("teacher_contact", _HOME, "How often was there contact with a teacher?", OFTEN, _RARELY,
          "had contact with a teacher less than weekly", "contact", "early one-to-one contact with a teacher"),
    _item("live_lessons", _HOME, "How often were there live lessons?", OFTEN, _RARELY,
          "had live lessons less than weekly", "contact"),
    _item("glad_return", _HOME, "I look forward to being back at school.", AGREE, _DISAGREE,
          "do not look forward to being back at school", "return", "a gradual start with familiar adults"),
    _item("feels_safe", _HOME, "I feel safe at school.", AGREE, _DISAGREE,
          "do not feel safe at school", "return", "a plain account of how school keeps people safe"),
    _item("staff_confident_online", ("staff",), "I am confident to teach online.", AGREE, _DISAGREE,
          "are not confident to teach online", "staff"),
    _item("staff_confident_gaps", ("staff",), "I know what my pupils have missed.", AGREE, _DISAGREE,
          "do not know what their pupils have missed", "staff"),
    _item("staff_training", ("staff",), "I have had the training that I need.", AGREE, _DISAGREE,
          "have not had the training that they need", "staff"),
    _item("staff_workload", ("staff",), "My workload is manageable.", AGREE, _DISAGREE,
          "say that their workload is not manageable", "staff"),
    _item("staff_support", ("staff",), "I know whom to ask for support.", AGREE, _DISAGREE,
          "do not know whom to ask for support", "staff"),
    _item("staff_absent", ("staff",), "I have been absent for ten days or more this year.", YES_NO, ("yes",),
          "have been absent for ten days or more this year", "staff"),
)
# fmt: on

SURVEY_ITEMS: dict[str, SurveyItem] = {item.code: item for item in _ALL}

#: Items whose answers tell groups of pupils apart for induction.
INDUCTION_ITEMS = tuple(item.code for item in _ALL if item.need)
