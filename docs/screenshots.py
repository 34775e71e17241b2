"""Take the pictures of the documentation anew: ``make screenshots``. The kit is started, used and stopped."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from programs import chromium
from programs.kit import LOGIN, Kit
from tests.support.crm import Crm, Visitor

PICTURES = Path(__file__).resolve().parent / "images"
SIZE: ViewportSize = {"width": 1280, "height": 880}


def main() -> None:
    """Walk through the demo and keep a picture of each place."""
    path = chromium.find()
    if path is None:
        sys.exit(chromium.HINT)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        kit = Kit(Path(folder) / "kit", 8000, 8800)  # the demo's own ports: they show in the pictures
        kit.prepare()
        kit.start()
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
            take_pictures(browser, kit)
            browser.close()
        finally:
            kit.stop()


def take_pictures(browser: Browser, kit: Kit) -> None:
    """Connect a line, have a short conversation, and picture both sides."""
    crm = Crm(browser.new_page(viewport=SIZE), kit.sandbox_url)
    crm.install()
    crm.add_as_source()
    crm.open_settings()
    crm.connect(LOGIN, kit.password)
    crm.lines.first.wait_for()
    crm.page.screenshot(path=PICTURES / "sandbox.png")
    visitor = Visitor(browser.new_page(viewport={"width": 480, "height": 560}), kit.visitor_url)
    visitor.write("Hello! Is the blue one still there?")
    crm.open_conversation()
    crm.reply("It is. Shall I put it aside for you?")
    visitor.replies.first.wait_for()
    crm.page.screenshot(path=PICTURES / "inbox.png")
    visitor.page.screenshot(path=PICTURES / "visitor.png")


if __name__ == "__main__":
    main()
