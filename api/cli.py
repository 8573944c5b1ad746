"""The command line: `posology titrate|taper|switch|revise|compare|check|formulary`.

What a command needs is imported when it is asked for: help and a mistyped option are answered at once. Every ending
has its number in `api.commands.endings`, and a fault of the program's own is told by where it happened, never by what
it said, since the text of an exception may quote the request it stumbled over.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

from api.commands.endings import FAULT, INTERRUPTED, NOT_ANSWERED, READER_GONE, WELL
from api.commands.misuse import Misuse
from api.commands.parser import parser_of


class Guarded:
    """What a command came to; a fault that nobody expected ends it with a number of its own and no word of a person."""

    def __init__(self) -> None:
        self.ending = WELL

    def __enter__(self) -> Guarded:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if error is None or kind is None or not issubclass(kind, Exception):
            return False
        self.ending = FAULT
        places = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
            for frame in reversed(traceback.extract_tb(error.__traceback__))
        ]
        print(f"posology: a fault of its own: {kind.__name__} at {' < '.join(places)}", file=sys.stderr)
        return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one command; the number it ends with."""
    asked, left = parser_of().parse_known_args(arguments)
    # argparse takes an unknown option with a space in its value for a word of its own, a file perhaps.
    unknown = [word for word in [*left, *_words(asked)] if word.startswith("--")]
    if left or unknown:
        # By name only: what stands behind a mistyped --patient-name is somebody's.
        names = [re.split(r"[=\s]", word)[0] for word in unknown]
        said = f"unknown {', '.join(names)}" if names else "more words than it takes"
        print(f"posology: {said}; --help lists what there is.", file=sys.stderr)
        return NOT_ANSWERED
    with Guarded() as guarded:
        guarded.ending = _answered(asked.answer, asked)
    return guarded.ending


def _words(asked: argparse.Namespace) -> Iterator[str]:
    """Every text that an option or a place was given."""
    for value in vars(asked).values():
        yield from (word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str))


def _answered(answer: Callable[[argparse.Namespace], int], asked: argparse.Namespace) -> int:
    # Here and not above, so that help needs none of them.
    from api.config import ConfigurationError
    from dosing.formulary.entry import FormularyError

    try:
        return answer(asked)
    except (Misuse, ConfigurationError) as error:
        print(f"posology: {error}", file=sys.stderr)
        return NOT_ANSWERED
    except FormularyError as error:
        print(error, file=sys.stderr)
        return NOT_ANSWERED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # What is still in the buffer has no reader; the interpreter would complain of it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE


if __name__ == "__main__":
    raise SystemExit(main())
