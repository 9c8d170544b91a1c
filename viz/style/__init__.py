"""How things look: themes, labels, fonts, measures, SVG."""
