"""Build the docs site: `pip install '.[docs]' && sphinx-build -W docs site`.

The build runs every example and fails where one is stale. Pages are MyST Markdown; signatures and quoted lines come
from the source.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

os.environ["AUTOGRAD_COMPILED"] = "0"  # functions of the pure-Python implementation have signatures
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import pages  # noqa: E402
from docutils.nodes import SkipNode  # noqa: E402
from docutils.utils.math.latex2mathml import tex2mathml  # noqa: E402
from pygments.lexers.special import TextLexer  # noqa: E402
from sphinx.errors import ExtensionError  # noqa: E402

from autograd.ops.primitives import TABLE  # noqa: E402

project = "scalar-autograd"
copyright = "the authors of scalar-autograd, MIT licence"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_made"]
myst_enable_extensions = ["colon_fence", "dollarmath", "deflist"]
myst_heading_anchors = 3
nitpicky = False
default_role = "literal"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_use_ivar = True
html_theme = "furo"
html_title = "scalar-autograd"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_show_sphinx = False
html_copy_source = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
MADE = HERE / "_made"  # what the examples of each page saved
PAGE_LINK = re.compile(r"^\[([^\]]+)\]\(([\w-]+\.html)\)$", re.MULTILINE)


def run_pages(app):
    """Run the examples of every page, each in a folder that keeps its figures."""
    shutil.rmtree(MADE, ignore_errors=True)
    failures = ""
    for page in sorted(HERE.rglob("*.md")):
        failures += pages.run(page, folder_of(app.env.path2doc(str(page)))).failures
    if failures:
        raise ExtensionError(f"the pages are stale:\n{failures}")


def folder_of(docname):
    return MADE / docname


def read(app, docname, source):
    """Insert the figures, frames and printed parts of a page.

    Globs of the contents that match no page are dropped.
    """
    source[0] = re.sub(r"^% the text of (\S+)$", lambda m: text_of(m[1]), source[0], flags=re.MULTILINE)
    up = "../" * docname.count("/")
    source[0] = pages.with_figures(source[0], folder_of(docname), f"{up}_made/{docname}/")
    source[0] = source[0].replace("% functions one by one", one_by_one())
    source[0] = re.sub(r"^([\w/-]+\*)\n", lambda m: m[0] if any(HERE.glob(m[1] + ".md")) else "", source[0], flags=re.MULTILINE)
    source[0] = PAGE_LINK.sub(lambda m: frame(m, f"{up}_made/{docname}/"), source[0])


def text_of(place):
    """A page from outside docs/; its links to other files become plain names."""
    text, folder = (HERE / place).read_text(encoding="utf-8"), place.rpartition("/")[0]
    link = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)([^)]+)\)")
    text = link.sub(lambda m: f"[{m[1]}]({m[2][5:]})" if m[2].startswith("docs/") else f"`{m[1]}`", text)
    return re.sub(r"(!\[[^\]]*\]\()", rf"\1{folder}/", text)


def frame(match, prefix):
    """Show an HTML page that the examples saved in a frame above its link."""
    text, place = match[1], prefix + match[2]
    shown = f'<iframe src="{place}" title="{text}" loading="lazy"></iframe>'
    return f'```{{raw}} html\n{shown}\n<p><a href="{place}">{text}</a></p>\n```'


def copy_pages(app, exception):
    """Copy the HTML pages that the examples saved into the site."""
    for page in MADE.rglob("*.html"):
        target = Path(app.outdir) / "_made" / page.relative_to(MADE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, target)


def one_by_one():
    """Autodoc entries of the table's functions, except `where`."""
    names = [row.name for row in TABLE.values() if row.public and row.name != "where"]
    return "```{eval-rst}\n" + "\n".join(f".. autofunction:: autograd.{name}\n" for name in names) + "```"


OPERATORS = re.compile(r"^ *>>>.*(?:\n.*\S.*)*|`[^`]*`|[|*]", re.MULTILINE)  # examples and literals stay


def docstring(app, what, name, obj, options, lines):
    """Escape the operators | and * in the prose of a docstring."""
    text = OPERATORS.sub(lambda m: m[0] if len(m[0]) > 1 else f"\\{m[0]}", "\n".join(lines))
    lines[:] = text.split("\n")


def inline(self, node):
    self.body.append(tex2mathml(node.astext(), as_block=False))
    raise SkipNode


def display(self, node):
    self.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode


def setup(app):
    """Connect the hooks; formulas become MathML, so pages load nothing."""
    app.add_lexer("mermaid", TextLexer)  # the diagram of CONTRIBUTING, which GitHub draws, as text
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    app.connect("builder-inited", run_pages)
    app.connect("source-read", read)
    app.connect("build-finished", copy_pages)
    app.connect("autodoc-process-docstring", docstring, priority=100)
