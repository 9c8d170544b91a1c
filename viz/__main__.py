"""The command line: python -m viz "tanh(x*w + b)" x=0.5 w=-0.6 b=0.1 -o graph.svg"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from autograd import Value
from viz.cli.expression import ExpressionError, evaluate, is_name
from viz.cli.grammar import CALLED
from viz.derivation.explain import explain
from viz.drawing.draw import VIEWS, draw
from viz.drawing.drawing import SUFFIXES
from viz.errors import EngineError
from viz.stepper.player import player
from viz.style.theme import THEMES

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


def _parser() -> argparse.ArgumentParser:
    lines = [", ".join(CALLED[i : i + 10]) for i in range(0, len(CALLED), 10)]
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
    parser.add_argument("--view", choices=list(VIEWS), default="values", help="the kind of picture (default: values)")
    parser.add_argument("--theme", choices=list(THEMES), help="its colours (default: light; of a player the reader's)")
    parser.add_argument("--player", metavar="FILE", type=Path, help="write a page (.html) that steps through it")
    parser.add_argument("--explain", metavar="NAME", help="show the chain rule for the derivative by this name")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. argparse itself ends the program (with 2, or 0 after --help)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_intermixed_args([_protected(argument) for argument in given])
    names = _values(parser, options.values)
    if options.output is not None and options.output.suffix.lower() not in SUFFIXES:
        parser.error(f"cannot write {options.output.name!r}: the name must end in one of {' '.join(SUFFIXES)}")
    if options.player is not None and options.player.suffix.lower() != ".html":
        parser.error(f"cannot write {options.player.name!r}: the name of a player must end in .html")
    by = unicodedata.normalize("NFKC", options.explain) if options.explain else None
    if by is not None and by not in names:
        parser.error(f"--explain {by}: there is no such name; given are {', '.join(names) or 'none'}")
    try:
        result = evaluate(_bare(options.expression), names)
    except ExpressionError as error:
        print(f"python -m viz: error: {error}", file=sys.stderr)
        return 2
    if result.op:
        result.label = "y" if "y" not in names else "result"
    result.backward()
    print(f"value = {result.data!r}")
    for name, value in names.items():
        print(f"d/d{name} = {value.grad!r}")
    if by is not None:
        print(f"\n{explain(result, names[by])}")
    return _write(result, options)


def _protected(argument: str) -> str:
    """An argument such as -x*w, which is no option, with a space before it that tells argparse so."""
    is_option = argument in ("-o", "-h", "-") or argument.startswith("--")
    return " " + argument if argument.startswith("-") and not is_option else argument


def _bare(expression: str) -> str:
    return expression[1:] if expression.startswith(" -") else expression


def _values(parser: argparse.ArgumentParser, pairs: Sequence[str]) -> dict[str, Value]:
    """The values by name; ends the program where one is wrong."""
    names: dict[str, Value] = {}
    for pair in pairs:
        name, equals, number = pair.partition("=")
        name = unicodedata.normalize("NFKC", name.strip())
        if not equals or not is_name(name):
            parser.error(f"{pair!r} is not of the form name=number" + f" ({name} is a function)" * (name in CALLED))
        if name in names:
            parser.error(f"{name} is given twice")
        try:
            names[name] = Value(float(number), name)
        except ValueError:
            parser.error(f"{pair!r}: {number!r} is not a number")
    return names


def _write(result: Value, options: argparse.Namespace) -> int:
    try:
        if options.output is not None:
            print(f"wrote {draw(result, view=options.view, theme=options.theme or 'light').save(options.output)}")
        if options.player is not None:
            print(f"wrote {player(result, theme=options.theme or 'auto').save(options.player)}")
    except (EngineError, OSError) as error:
        print(f"python -m viz: error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that cannot show ∂
    sys.exit(main())
