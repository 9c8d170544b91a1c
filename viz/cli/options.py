"""The options of the command line, and the numbers for the names."""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from autograd import Value
from viz.cli.expression import is_name
from viz.cli.grammar import CALLABLE
from viz.drawing.draw import THEME_NAMES, VIEW_NAMES
from viz.drawing.drawing import SUFFIXES

EXAMPLES = """\
examples:
  python -m viz "tanh(x*w + b)" x=0.5 w=-0.6 b=0.1
  python -m viz "tanh(x*w + b)" x=0.5 w=-0.6 b=0.1 -o graph.svg --theme dark
  python -m viz "x**2 * exp(-x)" x=1.5 --explain x
  python -m viz "x*y + x" x=2 y=3 --player steps.html
  python -m viz "where(x > 0, sqrt(x), 0)" x=4
  python -m viz "sumprod([w1, w2], [3, 4])" w1=0.1 w2=0.2 -o dot.png

an expression has numbers, names given, + - * / // % **, parentheses, and these functions:
  {functions}

exit status: 0 done, 1 the picture or its file could not be made, 2 the command or the expression is wrong"""


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, dict[str, Value]]:
    """The options and the Values by name; ends the program where one is wrong.

    In the options `explain` is one of the names, or None.
    """
    parser = _parser()
    options = parser.parse_intermixed_args([_protected(argument) for argument in arguments])
    options.expression = options.expression[1:] if options.expression.startswith(" -") else options.expression
    names = _values(parser, options.values)
    if options.output is not None and options.output.suffix.lower() not in SUFFIXES:
        parser.error(f"cannot write {options.output.name!r}: the name must end in one of {' '.join(SUFFIXES)}")
    if options.player is not None and options.player.suffix.lower() != ".html":
        parser.error(f"cannot write {options.player.name!r}: the name of a player must end in .html")
    wrt = options.explain = unicodedata.normalize("NFKC", options.explain) if options.explain else None
    if wrt is not None and wrt not in names:
        parser.error(f"--explain {wrt}: there is no such name; given are {', '.join(names) or 'none'}")
    return options, names


def _parser() -> argparse.ArgumentParser:
    lines = [", ".join(CALLABLE[i : i + 10]) for i in range(0, len(CALLABLE), 10)]
    parser = argparse.ArgumentParser(
        prog="python -m viz",
        description="Value and gradients of an expression, its picture, its chain rule.",
        epilog=EXAMPLES.format(functions=",\n  ".join(lines)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", metavar="EXPR", help='as "tanh(x*w + b)"; in quotes, for the shell\'s sake')
    parser.add_argument("values", metavar="name=number", nargs="*", help="a number for each name in the expression")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help=f"write the picture: {' '.join(SUFFIXES)}")
    parser.add_argument("--view", choices=VIEW_NAMES, default="values", help="the kind of picture (default: values)")
    parser.add_argument("--theme", choices=THEME_NAMES, help="its colours (default: light; of a player the reader's)")
    parser.add_argument("--player", metavar="FILE", type=Path, help="write a page (.html) that steps through it")
    parser.add_argument("--explain", metavar="NAME", help="show the chain rule for the derivative with respect to this name")
    return parser


def _protected(argument: str) -> str:
    """The argument, with a space before -x*w, which argparse would take for an option."""
    is_option = argument in ("-o", "-h", "-") or argument.startswith("--")
    return " " + argument if argument.startswith("-") and not is_option else argument


def _values(parser: argparse.ArgumentParser, pairs: Sequence[str]) -> dict[str, Value]:
    """The Values by name; ends the program where one is wrong."""
    names: dict[str, Value] = {}
    for pair in pairs:
        name, equals, number = pair.partition("=")
        name = unicodedata.normalize("NFKC", name.strip())
        if not equals or not is_name(name):
            parser.error(f"{pair!r} is not of the form name=number" + f" ({name} is a function)" * (name in CALLABLE))
        if name in names:
            parser.error(f"{name} is given twice")
        try:
            names[name] = Value(float(number), name)
        except ValueError:
            parser.error(f"{pair!r}: {number!r} is not a number")
    return names
