"""The browser itself starts and shows a page: when this fails, so does everything else in this folder."""

import pytest
from playwright.sync_api import Browser


@pytest.mark.browser
def test_the_browser_runs_a_script(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<button onclick=\"this.textContent = 'clicked'\">click</button>")
    page.click("button")
    assert page.inner_text("button") == "clicked"
    context.close()
