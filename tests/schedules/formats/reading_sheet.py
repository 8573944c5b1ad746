"""Reading a plan back from its sheet, as a careful person does: the steps, the calendar, and what to collect.

Where a plan has one strength of a drug the sheet names it once, under what to collect; so does the reader look there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from tests.schedules.formats.canonical import AS_NEEDED, Canonical, Measure, Taken, put
from tests.schedules.formats.reading import one_line
from tests.schedules.formats.reading_words import NUMBER, WORDS, Words

Product = tuple[str, Measure, str]  # drug, strength, form
_UNITS = {
    "mg": "mg",
    "mcg": "ug",
    "mcg an hour": "ug/h",
    "mcg por hora": "ug/h",
    "mg per mL": "mg/mL",
    "mg por mL": "mg/mL",
}
_LIQUIDS = {"oral solution": "oral solution", "solución oral": "oral solution"}


@dataclass(frozen=True)
class _Piece:
    count: Fraction
    noun: str  # the English name of a form, or of its last word; nothing for a liquid
    strength: Measure | None


def measure(text: str) -> Measure:
    """ "1,200 mg" as a number and a UCUM code."""
    number, _, unit = text.partition(" ")
    return Fraction(number.replace(",", "")), _UNITS[unit]


class Sheet:
    """The patient's part of a sheet as text: what it says of the plan.

    `drugs` are the names that may occur, where they are not those of the tests' own plans.
    """

    def __init__(self, text: str, language: str, drugs: Mapping[str, str] | None = None) -> None:
        words = WORDS[language]
        self.words: Words = words if drugs is None else replace(words, drugs=drugs)
        self.text = text.replace("\u00a0", " ")
        self.line = one_line(self.text)
        self.first, self.last = (self._full_date(match) for match in list(self._full_dates())[:2])
        self.products = self._products()

    def steps(self) -> Canonical:
        """What the steps say, laid out on days."""
        found: Canonical = {}
        said = _between(self.line, self.words.start, self.words.end)
        reader = _Doses(said, self.words)
        spans = list(self._spans(said))
        for verb in re.finditer(self.words.verb, said):
            read = reader.sentence(verb.end())
            if read is None:
                continue  # "Take every old patch off first."
            before = [(begin, end) for at, begin, end in spans if at < verb.start()]
            begin, end = before[-1]
            for day in self._days(said[: verb.start()], begin, end):
                for part, drug, pieces, amount, limits in read:
                    self._put(found, (day, part), drug, pieces, replace(limits, amount=amount))
        return found

    def calendar(self) -> Canonical:
        """What the boxes of the calendar say; a calendar has no limits of use as needed."""
        found: Canonical = {}
        begins, ends = self.words.calendar
        said = self.text[self.text.index(begins) + len(begins) :].partition(f"\n{ends}")[0]
        day = None
        titles = "|".join(self.words.titles)
        said = re.sub(r"\n {16,}", " ", said)
        # On a page with several drugs the part of the day, the drug and the dose are a line each.
        said = re.sub(rf"(?m)^({titles})\n(.+)\n(?=.+\)$)", r"\1 \2: ", said)
        for line in said.split("\n"):
            dated = re.match(rf"\s*{self.words.short_date}", line)
            day = self._short_date(dated) if dated else day
            row = re.search(rf"(?:^|\s)(?P<part>{titles})\s+(?:\[ \])*\s*(?P<what>\S.*)$", line)
            if row:
                assert day is not None
                drug, pieces, amount = _Doses(one_line(row["what"]), self.words).cell()
                self._put(found, (day, self.words.titles[row["part"]]), drug, pieces, Taken(amount, frozenset()))
        return found

    def _put(self, found: Canonical, when: tuple[date, str], drug: str, pieces: list[_Piece], taken: Taken) -> None:
        whose = drug or self.products[0][0]
        exact = frozenset(self._exact(whose, piece) for piece in pieces)
        assert len(exact) == len(pieces)
        put(found, (*when, whose), replace(taken, pieces=exact))

    def _exact(self, drug: str, piece: _Piece) -> tuple[Fraction, Measure, str]:
        """A piece with its strength and whole form: the one product that it can be."""
        fitting = {
            (strength, form)
            for whose, strength, form in self.products
            if whose == drug
            and (form.split()[-1] == piece.noun.split()[-1] if piece.noun else form in _LIQUIDS.values())
            and piece.strength in (None, strength)
        }
        assert len(fitting) == 1, f"{piece} may be any of {fitting}"
        ((strength, form),) = fitting
        return piece.count, strength, form

    def _products(self) -> list[Product]:
        said = _between(self.line, *self.words.collect)
        # A sheet of one drug names it in its title, before anything else.
        known = [name for name in self.words.drugs if name in self.line.lower()]
        drug = self.words.drugs[min(known, key=self.line.lower().index)]
        found: list[Product] = []
        count = re.compile(self.words.count)
        for match in count.finditer(said):
            rest = said[match.end() :]
            noun = match["noun1"] or match["noun2"] or match["noun3"]
            each = re.match(rf" {self.words.each}", rest)
            plain = re.match(rf",? {self.words.of} (?P<strength>{self.words.amount})", rest)
            liquids = "|".join(_LIQUIDS)
            liquid = re.match(
                rf" {self.words.of} (?:(?P<drug>[^,]+), )?(?P<form>{liquids}), (?P<strength>{self.words.amount})", rest
            )
            if liquid and match["volume"]:
                whose = self.words.drugs.get(liquid["drug"] or "", liquid["drug"] or drug)
                found.append((whose, measure(liquid["strength"]), _LIQUIDS[liquid["form"]]))
            elif each:
                whose = self.words.drugs.get(each["drug"], each["drug"])
                found.append((whose, measure(each["strength"]), self.words.form(noun)))
            elif plain:
                found.append((drug, measure(plain["strength"]), self.words.form(noun)))
        assert found, "nothing to collect"
        return found

    def _full_dates(self) -> Iterator[re.Match[str]]:
        return re.finditer(self.words.full_date, self.line)

    def _full_date(self, match: re.Match[str]) -> date:
        return date(int(match["year"]), self.words.months.index(match["month"]) + 1, int(match["day"]))

    def _short_date(self, match: re.Match[str]) -> date:
        """A date without its year: the one day of the plan that it can be, on its weekday."""
        month, day = self.words.months.index(match["month"]) + 1, int(match["day"])
        years = [int(match["year"])] if match["year"] else range(self.first.year, self.last.year + 1)
        found = [
            date(year, month, day)
            for year in years
            if (month, day) != (2, 29) or year % 4 == 0
            if self.first <= date(year, month, day) <= self.last
        ]
        # A plan of more than a year has two such days in its calendar: the weekday tells them apart.
        found = [day for day in found if self.words.weekdays[day.weekday()] == match["weekday"]]
        assert len(found) == 1, match[0]
        return found[0]

    def _spans(self, said: str) -> Iterator[tuple[int, date, date]]:
        """Where the dates of steps stand, and which they are; dates that a pattern begins on are none."""
        dated = [
            match
            for match in re.finditer(self.words.short_date, said)
            if match["month"] in self.words.months and not re.search(r"(?:from|desde el) $", said[: match.start()])
        ]
        for match in dated:
            begin = self._short_date(match)
            rest = re.match(rf" (?:to|al) {self.words.short_date}", said[match.end() :])
            if re.search(r" (?:to|al) $", said[: match.start()]):
                continue  # the second of two dates
            yield match.start(), begin, self._short_date(rest) if rest else begin

    def _days(self, before: str, begin: date, end: date) -> list[date]:
        """The days of a step that have a dose: `before` ends with the pattern, where there is one."""
        days = [begin + timedelta(days=offset) for offset in range((end - begin).days + 1)]
        unnamed = re.sub(r"\?P<\w+>", "?:", self.words.short_date)

        def lead(pattern: str) -> re.Match[str] | None:
            return re.search(pattern.replace("{date}", unnamed) + r": $", before)

        only, but = lead(self.words.only_on), lead(self.words.all_but)
        if only or but:
            named = {
                index
                for index, weekday in enumerate(self.words.weekdays)
                if re.search(rf"(?i)\b{weekday}", (only or but)["days"])  # type: ignore[index]  # one of them is there
            }
            return [day for day in days if (day.weekday() in named) is (only is not None)]
        for pattern in (self.words.every_other, self.words.every_days, self.words.every_hours):
            found = lead(pattern)
            if found:
                groups = found.groupdict()
                every = int(groups.get("days") or int(groups.get("hours") or 48) // 24)
                start = re.fullmatch(self.words.short_date, found["from"])
                assert start
                first = self._short_date(start)
                return [day for day in days if day >= first and (day - first).days % every == 0]
        return days


def _between(text: str, start: str, end: str) -> str:
    """What stands between two words, the first after the other; a sheet without them cannot be read."""
    match = re.search(rf"{re.escape(start)} (.*?)(?:{end})", text)
    assert match, f"no {start} … {end}"
    return match[1]


_Dose = tuple[str, str, list[_Piece], Measure, Taken]
_NO_LIMITS = Taken((Fraction(0), "mg"), frozenset())


class _Doses:
    """Reads doses in a text from a place on; None where there is none."""

    def __init__(self, text: str, words: Words) -> None:
        self.text, self.words = text, words
        self.count = re.compile(words.count)

    def sentence(self, at: int) -> list[_Dose] | None:
        """The doses of a step's sentence, from behind its verb."""
        found: list[_Dose] = []
        while True:
            dose = self._dose(at)
            if dose is None:
                return None
            drug, pieces, amount, at = dose
            if self.text.startswith(self.words.needed, at):
                assert not found
                return [(AS_NEEDED, drug, pieces, amount, self._limits(at + len(self.words.needed)))]
            when = re.compile(rf" ({'|'.join(self.words.parts)})").match(self.text, at)
            if when is None:
                return None
            found.append((self.words.parts[when[1]], drug, pieces, amount, _NO_LIMITS))
            if self.text.startswith(".", when.end()):
                return found
            separator = re.compile(self.words.separator).match(self.text, when.end())
            assert separator, self.text[at : at + 60]
            at = separator.end()

    def cell(self) -> tuple[str, list[_Piece], Measure]:
        """One dose of the calendar, with the drug before it where a plan has several."""
        named = re.match(
            r"(?P<drug>[a-záéíóúñ ]+?)(?:,| and| y|:) (?=\d|half|a quarter|three|medi|un cuarto|tres)", self.text
        )
        dose = self._dose(named.end() if named else 0)
        assert dose, self.text
        _, pieces, amount, end = dose
        assert self.text[end:].strip() == "", self.text
        return self._drug(named["drug"] if named else ""), pieces, amount

    def _dose(self, at: int) -> tuple[str, list[_Piece], Measure, int] | None:
        pieces: list[_Piece] = []
        while True:
            match = self.count.match(self.text, at)
            if match is None:
                return None
            at = match.end()
            strength = re.compile(rf",? {self.words.of} ({self.words.amount})").match(self.text, at)
            if strength:
                at = strength.end()
            pieces.append(self._piece(match, measure(strength[1]) if strength else None))
            separator = re.compile(self.words.separator).match(self.text, at)
            if separator is None:
                break
            at = separator.end()
        drug = re.compile(rf" {self.words.of} ([a-záéíóúñ ]+?)(?= \()").match(self.text, at)
        at = drug.end() if drug else at
        amount = re.compile(rf" \(({self.words.amount})\)").match(self.text, at)
        return (self._drug(drug[1] if drug else ""), pieces, measure(amount[1]), amount.end()) if amount else None

    def _drug(self, name: str) -> str:
        return self.words.drugs.get(name, name)

    def _piece(self, match: re.Match[str], strength: Measure | None) -> _Piece:
        if match["volume"]:
            return _Piece(Fraction(match["volume"].replace(",", "")), "", strength)
        noun = self.words.form(match["noun1"] or match["noun2"] or match["noun3"])
        whole = match["whole"] or match["only"] or "0"
        cut = match["alone"] or match["cut"]
        count = Fraction(whole.replace(",", "")) + (self.words.cuts[cut] if cut else 0)
        return _Piece(count, noun, strength)

    def _limits(self, at: int) -> Taken:
        wait = re.compile(self.words.wait).match(self.text, at)
        at = wait.end() if wait else at
        most = re.compile(rf"{self.words.most}(?:[^()]*\()??(?P<most>{NUMBER} mg)\)? (?:in one|en un) ").match(
            self.text, at
        )
        assert most, self.text[at : at + 80]
        number, _ = measure(most["most"])
        interval = (Fraction(wait["hours"]), "h") if wait else None
        return Taken((Fraction(0), "mg"), frozenset(), (number, "mg/d"), interval)
