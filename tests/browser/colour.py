"""Contrast as WCAG 2 counts it, for every text that a page shows."""

from playwright.sync_api import Page

Colour = tuple[float, ...]

# The page's own answer is used: styles, inheritance and media queries are all in it.
LIST_TEXTS = """() => {
  const backgroundOf = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return backgroundColor !== "rgba(0, 0, 0, 0)" || !element.parentElement
      ? backgroundColor : backgroundOf(element.parentElement);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { textContent, parentElement } = texts.currentNode;
    if (!textContent.trim() || !parentElement.checkVisibility()) continue;
    if (parentElement.closest("script, noscript, .visually-hidden, :disabled")) continue;
    found.push([textContent.trim(), getComputedStyle(parentElement).color,
                backgroundOf(parentElement)]);
  }
  return found;
}"""


def parse_colour(css: str) -> Colour:
    """Return red, green and blue, 0 to 255, of an opaque colour as browsers write it."""
    if css.startswith("color(srgb "):  # what a mixed colour comes out as: 0 to 1
        inside = css.removeprefix("color(srgb ").removesuffix(")")
        return tuple(255 * float(part) for part in inside.split())
    inside = css.removeprefix("rgb(").removesuffix(")")
    return tuple(float(part) for part in inside.split(","))


def measure_luminance(colour: Colour) -> float:
    """Return WCAG's relative luminance, 0 for black to 1 for white."""
    shares = [part / 255 for part in colour]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def measure_contrast(one: str, other: str) -> float:
    """Return the contrast of two CSS colours, 1 to 21."""
    dark, light = sorted(measure_luminance(parse_colour(css)) for css in (one, other))
    return (light + 0.05) / (dark + 0.05)


def find_faint_texts(page: Page, least: float = 4.5) -> list[tuple[str, float]]:
    """Return the texts whose contrast with their background is below `least`, and that contrast."""
    measured = [(text, measure_contrast(a, b)) for text, a, b in page.evaluate(LIST_TEXTS)]
    assert measured, "the page shows no text"
    return [(text, contrast) for text, contrast in measured if contrast < least]
