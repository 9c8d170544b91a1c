"""Files: one self-contained HTML page around pictures, and writing that leaves no half a file."""

from __future__ import annotations

import html
import os
import secrets
from pathlib import Path

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ margin: 0; padding: 1em; background: {background}; }}
svg {{ display: block; margin: auto; max-width: 100%; height: auto; }}</style>
</head>
<body>
{content}
</body>
</html>
"""


def html_page(title: str, background: str, svg: str) -> str:
    """A page that loads nothing and runs nothing: the browser is told not to."""
    return page_of(title, background, svg[svg.index("<svg") :])  # a page has its own declaration


def page_of(title: str, background: str, content: str) -> str:
    """A page with this content, which is HTML already."""
    return PAGE.format(title=html.escape(title), background=background, content=content)


def replace_file(target: Path, content: bytes) -> None:
    """Write a file in one step, by way of a temporary one beside it."""
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
