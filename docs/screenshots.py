"""Take the pictures of the documentation anew: ``make screenshots``. The kit is started, used and stopped."""

import random
import sys
import tempfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect, sync_playwright
from sqlalchemy import insert

from backend.db import open_engine, transaction, utc_now
from backend.jobs.models import outbox
from programs import chromium
from programs.kit import LOGIN, Kit
from tests.support.crm import Crm, Visitor
from tests.support.site import site

PICTURES = Path(__file__).resolve().parent / "images"
SIZE: ViewportSize = {"width": 1280, "height": 880}
PHONE: ViewportSize = {"width": 390, "height": 760}
COLOURS = 256  # enough for pages, and half of the bytes
SHOP = """<header>Blue Bicycle</header><h1>City bikes</h1>
<p>Steel frames, eight gears, made to be repaired. Come and try one: we are open from ten to six.</p>
<ul><li>Model 1<li>Model 2<li>Model 3</ul>"""
SHOP_STYLE = """body { margin: 3rem; background: #fffdf7; font: 18px/1.6 Georgia, serif; color: #3a2f22; }
header { font-size: 1.5rem; letter-spacing: .1em; } p { max-width: 30rem; }
ul { display: flex; gap: 1rem; padding: 0; list-style: none; }
li { width: 11rem; height: 8rem; padding: 1rem; background: #efe6d3; border-radius: .5rem; }"""


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
            crm = connected(browser, kit)
            take_conversation(browser, kit, crm)
            take_panel(browser, kit, crm)
            take_phone(browser, kit, crm)
            take_console(browser, kit)
            browser.close()
        finally:
            kit.stop()


def keep(page: Page, name: str) -> None:
    """Save what the page shows, small."""
    picture = Image.open(BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLOURS).save(PICTURES / name, optimize=True)


def connected(browser: Browser, kit: Kit) -> Crm:
    """Install the widget and connect the line."""
    crm = Crm(browser.new_page(viewport=SIZE), kit.sandbox_url)
    crm.install()
    crm.add_as_source()
    crm.open_settings()
    crm.connect(LOGIN, kit.password)
    crm.lines.first.wait_for()
    keep(crm.page, "sandbox.png")
    return crm


def talk(crm: Crm, visitor: Visitor, question: str, answer: str) -> None:
    """A question that has arrived, and an answer that has too."""
    visitor.write(question)
    crm.open_conversation(question)
    crm.reply(answer)
    expect(visitor.replies.last).to_contain_text(answer)


def take_conversation(browser: Browser, kit: Kit, crm: Crm) -> None:
    """Both sides of a short conversation."""
    visitor = Visitor(browser.new_page(viewport={"width": 480, "height": 560}), kit.visitor_url)
    talk(crm, visitor, "Hello! Is the blue one still there?", "It is. Shall I put it aside for you?")
    keep(crm.page, "inbox.png")
    keep(visitor.page, "visitor.png")


def take_panel(browser: Browser, kit: Kit, crm: Crm) -> None:
    """The panel on somebody's site, in the site's colour."""
    line = kit.visitor_url.rpartition("/")[2]
    tag = f'<script type="module" src="{kit.backend_url}/webchat/assets/embed.js?line={line}&accent=9a5b13"></script>'
    with site(SHOP + tag, SHOP_STYLE) as address:
        visitor = Visitor(browser.new_page(viewport={"width": 1100, "height": 720}), address)
        visitor.page.get_by_role("button", name="Open chat").click()
        talk(crm, visitor, "Can I try Model 2 tomorrow?", "With pleasure. At eleven?")
        keep(visitor.page, "panel.png")


def take_phone(browser: Browser, kit: Kit, crm: Crm) -> None:
    """The chat's own page on a phone, in the dark, with a picture."""
    context = browser.new_context(viewport=PHONE, color_scheme="dark", locale="es-CL", has_touch=True, is_mobile=True)
    visitor = Visitor(context.new_page(), kit.visitor_url)
    talk(crm, visitor, "Hola, busco esta bicicleta.", "¡Buenos días! ¿Tiene una foto?")
    picture: FilePayload = {"name": "bici.png", "mimeType": "image/png", "buffer": bicycle()}
    visitor.page.locator("input[type=file]").set_input_files(picture)
    visitor.page.locator(".kck-message img").evaluate("(shown) => shown.decode()")
    expect(visitor.page.locator(".kck-mark").last).to_have_attribute("data-state", "sent")
    keep(visitor.page, "phone.png")


def take_console(browser: Browser, kit: Kit) -> None:
    """The operator's console after some hours of work, which are made up."""
    work(kit)
    page = browser.new_page(viewport=SIZE)
    page.goto(kit.console_url)
    page.get_by_label("Password").fill(kit.console_password)
    page.keyboard.press("Enter")
    page.get_by_text("live", exact=True).wait_for()
    keep(page, "console.png")


def work(kit: Kit) -> None:
    """Put jobs of six hours into the kit's database."""
    draw, now = random.Random(4), utc_now()  # noqa: S311 - numbers of a picture
    rows: list[dict[str, object]] = []
    for number in range(800):
        ended_at = now - timedelta(seconds=draw.triangular(0, 21_000, 4_000))
        is_buried, took_s = number % 160 == 0, draw.expovariate(4)
        rows.append({"kind": "message.in", "lane": "in:1", "body": {}, "attempts": 12 if is_buried else 1,
                     "state": "buried" if is_buried else "done", "created_at": ended_at - timedelta(seconds=took_s),
                     "last_error": "the chat service answered 503" if is_buried else None,
                     "finished_at": ended_at})  # fmt: skip
    engine = open_engine(kit.environment["KCK_DATABASE_URL"])
    with transaction(engine) as conn:
        conn.execute(insert(outbox), rows)
    engine.dispose()


def bicycle() -> bytes:
    """A picture that belongs to nobody."""
    drawn, out = Image.new("RGB", (480, 320), "#cfe3f7"), BytesIO()
    pen = ImageDraw.Draw(drawn)
    for left in (50, 290):
        pen.ellipse((left, 150, left + 140, 290), outline="#22303f", width=9)
    pen.line((120, 220, 200, 110, 320, 110, 360, 220), fill="#b3261e", width=11, joint="curve")
    pen.line((200, 110, 240, 220, 320, 110), fill="#b3261e", width=11, joint="curve")
    drawn.save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    main()
