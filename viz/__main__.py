"""The command line: python -m viz "tanh(x*w + b)" x=0.5 w=-0.6 b=0.1 -o graph.svg"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from viz import EngineError, draw, explain, player
from viz.cli.expression import ExpressionError, evaluate
from viz.cli.options import parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status.

    argparse itself ends the program, with 2, or 0 after --help.
    """
    options, names = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        result = evaluate(options.expression, names)
    except ExpressionError as error:
        return _failed(error, 2)
    if result.op:
        result.label = "y" if "y" not in names else "result"
    result.backward()
    print(f"value = {result.data!r}")
    for name, value in names.items():
        print(f"d/d{name} = {value.grad!r}")
    if options.explain is not None:
        print(f"\n{explain(result, names[options.explain])}")
    try:
        if options.output is not None:
            print(f"wrote {draw(result, view=options.view, theme=options.theme or 'light').save(options.output)}")
        if options.player is not None:
            print(f"wrote {player(result, theme=options.theme or 'auto').save(options.player)}")
    except (EngineError, OSError) as error:
        return _failed(error, 1)
    return 0


def _failed(error: Exception, status: int) -> int:
    print(f"python -m viz: error: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that cannot show ∂
    sys.exit(main())
