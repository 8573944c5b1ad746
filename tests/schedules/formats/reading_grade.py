"""How many years of school a text asks for: Flesch and Kincaid for English, Fernández Huerta for Spanish.

Counted here, because the library for it fetches its dictionary from the network when it runs. The formulas look at
two things only, words in a sentence and syllables in a word:

- Flesch and Kincaid (1975): 0.39 x words per sentence + 11.8 x syllables per word - 15.59, a school grade;
- Fernández Huerta (1959), as Law corrected its printing in 2011: 206.84 - 60 x syllables per word - 1.02 x words per
  sentence, from 0 (hard) to 100 (easy). 80 to 90 is the fifth grade, 70 to 80 the sixth, 60 to 70 the
  seventh and eighth.

A sentence ends at a full stop, a question or exclamation mark, or the end of a block. A colon or a semicolon ends none:
that can only make a text look harder than it is.

Numbers, amounts with their unit, dates and names of medicines neither help nor hurt. No plainer word exists for them,
and "300 mg" is not read by its syllables. Each is one word of its sentence, because it is read, and is left out when
the syllables of a word are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

MOST_GRADE = 8
AIMED_GRADE = 6
LEAST_EASE = 60  # Fernández Huerta: the eighth grade
# Of a single advice: a word such as "medicamento", which has no plainer one, weighs much in two or three sentences.
LEAST_EASE_ALONE = 50
_UNITS = r"(?:mg|mcg|g|kg|mL|L|MME|%|degrees Fahrenheit|degrees Celsius)"
_MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAYS = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]*day)?)"
_MONTHS_ES = (
    r"(?:ene(?:ro)?|feb(?:rero)?|mar(?:zo)?|abr(?:il)?|mayo?|junio?|julio?|ago(?:sto)?|sep(?:tiembre)?|oct(?:ubre)?"
    r"|nov(?:iembre)?|dic(?:iembre)?)"
)
_DAYS_ES = r"(?:lun(?:es)?|mar(?:tes)?|mié(?:rcoles)?|jue(?:ves)?|vie(?:rnes)?|sáb(?:ado)?|dom(?:ingo)?)"
_NUMBER = r"\d[\d,.]*(?<![.,])"
_TOKEN = "\ue000"  # a letter of nobody's: stands for one thing that is read and has no syllables to count
_TOKENS = (
    re.compile(rf"(?:{_DAYS}\.?,? )?{_MONTHS} \d{{1,2}}(?:, \d{{4}})?\b"),
    re.compile(rf"(?:{_DAYS_ES},? )?\d{{1,2}} (?:de )?{_MONTHS_ES}(?: de \d{{4}})?\b"),
    re.compile(rf"{_NUMBER}(?: {_UNITS}(?![A-Za-z]))?"),
)
_WORD = re.compile(rf"[^\W\d_]+(?:['’-][^\W\d_]+)*|{_TOKEN}")
_SENTENCE_END = re.compile(r"[.!?]+(?:[\"”)]*)(?=\s|$)|\n+")


def grade(text: str, names: Iterable[str] = ()) -> Fraction:
    """The school grade of an English text. `names` are those of medicines."""
    sentences, words = _sentences(text, names)
    counted = [word for word in words if word != _TOKEN]
    if not counted:
        return Fraction(0)
    return (
        Fraction("0.39") * Fraction(len(words), sentences)
        + Fraction("11.8") * Fraction(sum(map(syllables, counted)), len(counted))
        - Fraction("15.59")
    )


def ease(text: str, names: Iterable[str] = ()) -> Fraction:
    """How easy a Spanish text is, 100 the easiest. `names` are those of medicines."""
    sentences, words = _sentences(text, names)
    counted = [word for word in words if word != _TOKEN]
    if not counted:
        return Fraction(100)
    return (
        Fraction("206.84")
        - 60 * Fraction(sum(map(spanish_syllables, counted)), len(counted))
        - Fraction("1.02") * Fraction(len(words), sentences)
    )


def _sentences(text: str, names: Iterable[str]) -> tuple[int, list[str]]:
    """How many sentences there are, and all their words."""
    shown = text.replace("\u00a0", " ")
    lower = shown.lower()
    # The longest first: "folic acid" before "acid".
    for name in sorted((name for name in names if name.lower() in lower), key=len, reverse=True):
        shown = re.sub(rf"(?i)\b{re.escape(name)}\b", _TOKEN, shown)
    for token in _TOKENS:
        shown = token.sub(_TOKEN, shown)
    sentences = [words for part in _SENTENCE_END.split(shown) if (words := _WORD.findall(part))]
    return max(1, len(sentences)), [word for words in sentences for word in words]


# Words that the rules below count wrongly, and that a sheet may use.
_COUNTED = {
    **dict.fromkeys(("ache", "aches", "clothes", "hour", "hours", "our", "some", "more"), 1),
    **dict.fromkeys(("anyone", "medicine", "medicines", "area", "idea", "usual", "actual", "another", "reaction"), 3),
    **dict.fromkeys(("every", "evening", "evenings", "people", "quiet", "diet", "poem", "science", "being"), 2),
    **dict.fromkeys(("creatinine", "reassessment", "reassessments", "usually", "pneumonia", "individual"), 4),
    **dict.fromkeys(("individual", "immediately", "evaluation", "situation"), 5),
}
_SILENT = re.compile(r"(?:[^laeiouy]e|[aeiouy]le|[aeiouy]e)$")
_SILENT_PAST = re.compile(r"[^td]ed$")
_SILENT_PLURAL = re.compile(r"(?<![sxzcg])(?<!sh)(?<!ch)(?<![^aeiouy]l)es$")
_PARTED = re.compile(r"ia(?!l\b|n\b)|io(?!n|us)|eo(?!us)|(?<![qg])ua(?!l)|[aeo]ing\b|iu|uou|ier\b(?<!\wrier)|ying\b")
_JOINED = re.compile(r"(?:ful|less|ness|ment|ly|time|where|ever|thing)s?$")


def syllables(word: str) -> int:
    """The syllables of an English word, by the spelling; a compound with a hyphen has those of its parts."""
    if "-" in word:
        return sum(map(syllables, word.split("-")))
    plain = word.lower().replace("’", "'")
    if plain in _COUNTED:
        return _COUNTED[plain]
    plain = plain.removesuffix("'s").replace("'", "")
    suffix = _JOINED.search(plain)
    if suffix and suffix.start() > 1 and re.search("[aeiouy]", plain[: suffix.start()]):
        # An e before a suffix is as silent as at the end of a word: safe-ly, some-times.
        return _by_spelling(plain[: suffix.start()]) + _by_spelling(suffix[0])
    return _by_spelling(plain)


def _by_spelling(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    groups += len(_PARTED.findall(word))
    if _SILENT.search(word) or _SILENT_PAST.search(word) or (_SILENT_PLURAL.search(word) and len(word) > 4):
        groups -= 1
    return max(1, groups)


_SPANISH_VOWELS = "aeiouáéíóúü"
_STRONG = "aeoáéó"
_STRESSED_WEAK = "íú"


def spanish_syllables(word: str) -> int:
    """The syllables of a Spanish word: one for each vowel, less one for each pair that is said as one."""
    plain = re.sub(r"qu(?=[eéií])|gu(?=[eéií])", "g", word.lower())
    plain = re.sub(r"(?<=[aeou])y\b", "i", plain)  # hoy, muy
    plain = re.sub(r"^y$", "i", plain)
    vowels = [letter in _SPANISH_VOWELS for letter in plain]
    together = sum(
        1
        for (first, is_first), (second, is_second) in pairwise(zip(plain, vowels, strict=True))
        if is_first and is_second and not _apart(first, second)
    )
    return max(1, sum(vowels) - together)


def _apart(first: str, second: str) -> bool:
    """Whether two vowels that stand together are said apart: two strong ones, or a weak one that is stressed."""
    if first in _STRESSED_WEAK or second in _STRESSED_WEAK:
        return True
    return first in _STRONG and second in _STRONG
