"""One self-contained HTML page around pictures."""

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


def html_page(title: str, background: str, svg: str) -> str:
    """A page that loads nothing and runs nothing: the browser is told not to."""
    return page_of(title, background, svg[svg.index("<svg") :])  # a page has its own declaration


def page_of(title: str, background: str, content: str) -> str:
    """A page with this content, which is HTML already."""
    return PAGE.format(title=html.escape(title), background=background, content=content)
