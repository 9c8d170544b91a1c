"""One self-contained HTML page around pictures; it loads nothing and runs nothing."""

from __future__ import annotations

import html

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


def html_page(title: str, background: str, content: str) -> str:
    """A page with this content, which is HTML already; the title is text."""
    return PAGE.format(title=html.escape(title), background=background, content=content)


def svg_element(picture: str) -> str:
    """An SVG file as an element of a page, which has a declaration of its own."""
    return picture[picture.index("<svg") :]
