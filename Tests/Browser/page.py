#!/usr/bin/env python3
"""Uses the page as people do, in Chromium: with and without JavaScript, at 360 pixels, in the dark, by keyboard.

    page.py ADDRESS TOKEN PICTURES DOMAIN...

Tests each domain, looks at every page, and writes a picture of each, light and dark, into the folder PICTURES. Prints a
sentence for whatever is wrong, and exits with their number. No request may leave ADDRESS, and nothing may stand on the
browser's console.
"""
import pathlib
import re
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ADDRESS, TOKEN, PICTURES, *DOMAINS = sys.argv[1:]
CHROMIUM = "/usr/bin/chromium-headless-shell"
faults = []
axe = Axe()


def fault(text):
    faults.append(text)
    print(text, flush=True)


def open_page(browser, width=360, dark=False, script=True, administrator=True, **more):
    """A page whose console and requests are watched."""
    context = browser.new_context(
        viewport={"width": width, "height": 740}, color_scheme="dark" if dark else "light", java_script_enabled=script,
        reduced_motion="reduce", extra_http_headers={"Authorization": f"Bearer {TOKEN}"} if administrator else {}, **more)
    page = context.new_page()
    page.set_default_timeout(60000)
    # That a page is missing the browser itself notes there.
    page.on("console", lambda message: "status of 404" in message.text
            or fault(f"{page.url}: console: {message.text}"))
    page.on("pageerror", lambda error: fault(f"{page.url}: error: {error}"))
    page.on("dialog", lambda dialog: (fault(f"{page.url}: a script has run: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: request.url.startswith(ADDRESS) or request.url.startswith("data:")
            or fault(f"{page.url}: a request leaves: {request.url}"))
    return page


def shown(page, name, heavy=100_000, looks=True):
    """What holds for every page: it fits, it is accessible, it is light. axe takes its time, so not at every width and colour."""
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    if wide:
        fault(f"{name}: wider than the window")
    size = len(page.content().encode())
    if size > heavy:
        fault(f"{name}: {size} bytes")
    for violation in axe.run(page).response["violations"] if looks else []:
        nodes = [node["html"][:150] for node in violation["nodes"][:3]]
        fault(f"{name}: axe: {violation['id']}: {violation['help']}: {nodes}")


def picture(page, name):
    page.screenshot(path=str(pathlib.Path(PICTURES) / f"{name}.png"), full_page=True)


def test_with_script(page, domain):
    page.goto(f"{ADDRESS}/")
    page.get_by_label("A domain or a mail address").fill(domain)
    page.get_by_role("button", name="Test").click()
    page.wait_for_url(re.compile(r"/inspection/[0-9A-Z]{26}$"))
    return page.url


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        results = {}
        page = open_page(browser)
        for domain in DOMAINS:
            results[domain] = test_with_script(page, domain)
            heading = page.locator("h1").inner_text()
            if domain.lower().rstrip(".") not in heading.lower():
                fault(f"{domain}: the heading is {heading!r}")
            if page.locator(".verdict").count() != 1:
                fault(f"{domain}: there is no verdict")
            first = page.evaluate("document.querySelector('main article').firstElementChild.className")
            if not first.startswith("verdict"):
                fault(f"{domain}: the verdict is not the first")
            shown(page, f"{domain} at 360", looks=False)
        page.context.close()

        # Steps, without any script: the page grows, and then leads to the result.
        page = open_page(browser, script=False)
        page.goto(f"{ADDRESS}/")
        page.get_by_label("A domain or a mail address").fill(DOMAINS[0])
        page.get_by_role("button", name="Test").click(no_wait_after=True)
        page.wait_for_selector(".verdict")
        if not re.search(r"/inspection/[0-9A-Z]{26}$", page.url):
            fault(f"without JavaScript: at {page.url}")
        page.context.close()

        # Steps, with the script: they appear below the form before the result comes.
        page = open_page(browser)
        page.goto(f"{ADDRESS}/")
        page.evaluate("""() => {
            window.seen = 0;
            new MutationObserver(() => { sessionStorage.seen = document.querySelectorAll('#live li').length; })
                .observe(document.getElementById('live'), {childList: true, subtree: true});
        }""")
        page.get_by_label("A domain or a mail address").fill(DOMAINS[-1])
        page.keyboard.press("Enter")
        page.wait_for_selector(".verdict")
        if int(page.evaluate("sessionStorage.seen || 0")) < 2:
            fault("no steps were shown while the test went on")
        page.context.close()

        # The keyboard alone: skip link, menu, field, button, in this order, and all is seen to have the focus.
        page = open_page(browser)
        page.goto(f"{ADDRESS}/")
        order = []
        for _ in range(7):
            page.keyboard.press("Tab")
            order.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            if outline == "none":
                fault(f"the focus on {order[-1]} cannot be seen")
        expected = ["Skip to the content", "Test a domain", "Message trace", "Overview", "Codes", "domain", "Test"]
        if order[:7] != expected:
            fault(f"the order of the keyboard is {order}")
        page.context.close()

        # A record is copied with one click.
        broken = next((url for domain, url in results.items() if domain.startswith("tlsa-invalid.")), None)
        if broken:
            page = open_page(browser, permissions=["clipboard-read", "clipboard-write"])
            page.goto(broken)
            text = page.locator(".copyable pre").first.inner_text()
            page.locator("button.copy").first.click()
            page.wait_for_selector("button.copy:has-text('Copied')")
            copied = page.evaluate("navigator.clipboard.readText()")
            if copied != text or not re.match(r"_\d+\._tcp\.\S+\. IN TLSA 3 1 1 [0-9a-f]{64}$", text):
                fault(f"copied {copied!r}, shown {text!r}")
            page.get_by_role("link", name="tlsa-invalid", exact=True).first.click()
            if "tlsa-invalid" not in page.locator("h2").first.inner_text():
                fault("the outcome does not lead to its meaning")
            page.go_back()
            page.get_by_role("link", name="Text for a mail").click()
            if "Ruling:" not in page.locator("body").inner_text():
                fault("the text for a mail is none")
            page.context.close()

        # An administrator: from a result to the trace, a notice, another look.
        page = open_page(browser)
        page.goto(broken or results[DOMAINS[0]])
        if broken:
            page.get_by_role("link", name="Show them in the message trace").click()
            page.get_by_role("link", name=re.compile(r"^\d{4}-")).first.click()
            if "inspection" not in page.locator("pre").inner_text():
                fault("a row of the trace does not open the inspection behind it")
            shown(page, "a recipient of the trace")
            picture(page, "recipient-light")
            page.goto(broken)
            page.get_by_role("button", name="Write a notice to the postmaster").click()
            page.wait_for_selector("pre")
            if "To: postmaster@tlsa-invalid.example" not in page.locator("pre").inner_text():
                fault(f"no notice: {page.locator('main').inner_text()[:300]}")
            shown(page, "a notice")
            picture(page, "notice-light")
            page.goto(broken)
            page.get_by_role("button", name="Have the daemon look again").click()
            page.wait_for_selector("pre")
            if "Now:" not in page.locator("pre").inner_text():
                fault("no other look was taken")
        page.goto(f"{ADDRESS}/trace")
        page.get_by_label("An address, a domain, or an id").fill("nobody-has-this.example")
        page.get_by_role("button", name="Search").click()
        if "obody matches" not in page.locator("main").inner_text():
            fault("a search without results says nothing")
        page.context.close()

        # Every page, light and dark, narrow and wide.
        places = {"home": "/", "codes": "/codes", "code": "/codes?word=5.7.323", "trace": "/trace",
                  "overview": "/overview", "missing": "/nothing"}
        for domain, url in results.items():
            places[f"result-{domain.split('.')[0]}"] = url.removeprefix(ADDRESS)
        for dark in (False, True):
            for width in (360, 1100):
                page = open_page(browser, width=width, dark=dark)
                for name, path in places.items():
                    look = f"{name}-{'dark' if dark else 'light'}-{width}"
                    page.goto(f"{ADDRESS}{path}")
                    # Nothing moves once it is there.
                    shift = page.evaluate("""() => new Promise(done => {
                        let sum = 0;
                        new PerformanceObserver(list => list.getEntries().forEach(e => sum += e.value))
                            .observe({type: 'layout-shift', buffered: true});
                        requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
                    })""")
                    if shift > 0.01:
                        fault(f"{look}: the layout shifts by {shift}")
                    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                    shown(page, look, looks=(width, dark) in ((360, True), (1100, False)))
                    picture(page, look)
                page.context.close()
        browser.close()
    return len(faults)


if __name__ == "__main__":
    sys.exit(min(main(), 100))
