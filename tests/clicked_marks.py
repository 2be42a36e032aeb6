"""Clicks the figures of a page and reads the list that each of them opens."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["count_behind", "listed", "wrong_marks"]

_EVERY = """async () => {
  const wrong = [], kinds = new Set(), seen = new Set();
  for (const mark of document.querySelectorAll('.mark[data-count]')) {
    const href = mark.getAttribute('href');
    if (seen.has(href + mark.dataset.count)) continue;
    seen.add(href + mark.dataset.count);
    const changed = location.hash === href ? null
      : new Promise((done) => window.addEventListener('hashchange', done, { once: true }));
    mark.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, view: window }));
    await changed;
    const count = document.getElementById('posts-count').dataset.count;
    if (count !== mark.dataset.count) wrong.push([href, mark.dataset.count, count]);
    for (const key of new URLSearchParams(href.split('?')[1]).keys()) kinds.add(key);
  }
  return { wrong, kinds: [...kinds].sort(), clicked: seen.size };
}"""


def wrong_marks(page: "Page") -> dict[str, Any]:
    """Click every figure that is a number of posts, and return those whose list numbers otherwise."""
    found: dict[str, Any] = page.evaluate(_EVERY)
    return found


def count_behind(page: "Page", selector: str) -> tuple[int, int]:
    """Click the first such figure with the mouse; return what it says, and how many posts its list has."""
    mark = page.locator(selector).first
    mark.scroll_into_view_if_needed()
    mark.click()
    return int(mark.get_attribute("data-count") or -1), listed(page)


def listed(page: "Page") -> int:
    """Return how many posts the open list says it has; -1 where none is open."""
    address = json.dumps(page.evaluate("location.hash"))
    page.wait_for_selector(f"#posts[data-address={address}]", state="attached")
    if page.locator("#posts").is_hidden():
        return -1
    return int(page.locator("#posts-count").get_attribute("data-count") or -1)
