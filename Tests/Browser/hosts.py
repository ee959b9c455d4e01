#!/usr/bin/env python3
"""Uses the page of all hosts of a site in Chromium, as page.py does that of one daemon.

    hosts.py ADDRESS TOKEN PICTURES HOST...

Looks at the trace, a recipient and the overview, light and dark, narrow and wide: each host must be named there, and be seen.
"""
import sys

from playwright.sync_api import sync_playwright

import page as common
from page import ADDRESS, CHROMIUM, fault, open_page, picture, shown

HOSTS = common.DOMAINS
# A host that is not there has no mail.
ANSWERING = [host for host in HOSTS if host.startswith("mta0")]


def column(page, name, table, wanted):
    """The hosts of a table are these, and none is beside the window or behind something."""
    cells = page.locator(f"{table} td[data-label='MTA']")
    found = [cells.nth(index).inner_text().strip() for index in range(cells.count())]
    if not found or set(found) != set(wanted):
        fault(f"{name}: the hosts are {found}")
    for index in range(cells.count()):
        cell = cells.nth(index)
        cell.scroll_into_view_if_needed()
        whole = cell.evaluate("""cell => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            return [...range.getClientRects()].every(box => {
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return box.left >= 0 && box.right <= window.innerWidth && box.width > 0 && cell.contains(top);
            });
        }""")
        if not cell.is_visible() or not whole:
            fault(f"{name}: the host {found[index]} is not seen as a whole")


def labels(page, name):
    """At 360 pixels a table has no heads: each cell says what it is."""
    box = page.locator("thead").first.bounding_box()
    if box and box["x"] + box["width"] > 0:
        fault(f"{name}: a table has its heads")
    for cell in page.locator("td[data-label='MTA']").all():
        if cell.evaluate("cell => getComputedStyle(cell, '::before').content") in ("none", "normal", '""'):
            fault(f"{name}: a cell does not say what it is")


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for dark in (False, True):
            for width in (360, 1100):
                page = open_page(browser, width=width, dark=dark)
                look = f"{'dark' if dark else 'light'}-{width}"
                looks = (width, dark) in ((360, True), (1100, False))
                page.goto(f"{ADDRESS}/")
                if not page.url.endswith("/overview"):
                    fault(f"{look}: the page begins at {page.url}")
                column(page, f"overview-{look}", "table:first-of-type", HOSTS)
                for link in page.get_by_role("navigation").get_by_role("link").all():
                    if link.inner_text() == "Test a domain":
                        fault(f"{look}: the page offers a test")
                shown(page, f"hosts-overview-{look}", looks=looks)
                picture(page, f"hosts-overview-{look}")
                if width == 360:
                    labels(page, f"overview-{look}")
                page.get_by_role("link", name="Message trace").click()
                column(page, f"trace-{look}", "table", ANSWERING)
                for host in HOSTS:
                    if host not in ANSWERING and host not in page.locator("main").inner_text():
                        fault(f"trace-{look}: nothing says that {host} is missing")
                shown(page, f"hosts-trace-{look}", looks=looks)
                picture(page, f"hosts-trace-{look}")
                if width == 360:
                    labels(page, f"trace-{look}")
                page.locator("td a").first.click()
                if "mta0" not in page.locator("dl").first.inner_text():
                    fault(f"recipient-{look}: the host is not told")
                shown(page, f"hosts-recipient-{look}", looks=looks)
                picture(page, f"hosts-recipient-{look}")
                page.context.close()
        browser.close()
    return len(common.faults)


if __name__ == "__main__":
    sys.exit(min(main(), 100))
