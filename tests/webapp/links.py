"""What a page leads to and loads, and what its security policy would block."""

from html.parser import HTMLParser
from urllib.parse import urljoin


class Links(HTMLParser):
    """Collects addresses and ids from a page's HTML; addresses as a browser completes them."""

    def __init__(self, page, address="/"):
        super().__init__()
        self.address = address
        self.loaded, self.pictures, self.blocked = [], [], []
        self.followed, self.current, self.ids = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "style" or (tag == "script" and "src" not in found):
            self.blocked.append(tag)
        self.blocked += [name for name in found if name == "style" or name.startswith("on")]
        if tag in ("script", "link"):
            self.loaded.append(self.complete(found.get("src") or found.get("href")))
        if tag == "img":
            self.pictures.append(found["src"])
        if tag == "a":
            self.followed.append(self.complete(found["href"]))
        if found.get("aria-current") == "page":
            self.current.append(self.complete(found["href"]))
        if "id" in found:
            self.ids.append(found["id"])

    def complete(self, address):
        return address if address.startswith("#") else urljoin(self.address, address)
