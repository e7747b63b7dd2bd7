"""Takes ``docs/reply.png``: the discussion of `fury-bot demo`, drawn much as GitHub draws it.

Needs Chromium and a font with emoji; Debian's packages are ``chromium`` and
``fonts-noto-color-emoji``.
"""  # noqa: INP001 - a script beside its pages, in no package

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from fury_bot import demo, logs
from fury_bot.settings import Settings

if TYPE_CHECKING:
    from fury_bot.demo import Demonstrated

PICTURE = Path(__file__).with_name("reply.png")

WIDTH = 880
"""CSS pixels; a README shows little more."""

SCALE = 1.5
"""Device pixels for each of them."""

TIMEOUT = 60
"""Seconds for Chromium to draw the page."""

STYLE = """
* { box-sizing: border-box }
body { margin: 0; padding: 24px; background: #fff; color: #1f2328;
  font: 14px/1.5 "Liberation Sans", "DejaVu Sans", Arial, sans-serif }
h1 { margin: 0 0 4px; font-size: 24px; font-weight: 400 }
h1 span, header p, .when { color: #59636e }
header p { margin: 0 0 20px }
.label { display: inline-block; margin-right: 6px; padding: 1px 9px; border-radius: 12px;
  background: #ddf4ff; color: #0550ae; font-size: 12px; font-weight: 600 }
.comment { margin-bottom: 16px; border: 1px solid #d1d9e0; border-radius: 6px }
.by { display: flex; align-items: center; gap: 8px; padding: 8px 16px; background: #f6f8fa;
  border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0 }
.face { width: 22px; height: 22px; border-radius: 50%; color: #fff; font-size: 12px;
  font-weight: 600; line-height: 22px; text-align: center }
.badge { padding: 0 6px; border: 1px solid #d1d9e0; border-radius: 10px; color: #59636e;
  font-size: 11px; font-weight: 600 }
.text { padding: 14px 16px 2px }
.text p, .text ul, .text ol, .text pre { margin: 0 0 12px }
.text ul, .text ol { padding-left: 26px }
.text a { color: #0969da; text-decoration: none }
.text a code { color: #0969da }
code { padding: 2px 5px; border-radius: 5px; background: #eff1f3;
  font: 12px "Liberation Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
pre { padding: 12px 14px; border-radius: 6px; background: #f6f8fa; line-height: 1.45 }
pre code { padding: 0; background: none; white-space: pre-wrap }
sub { font-size: 12px; color: #59636e; vertical-align: baseline }
.comment:last-of-type { margin-bottom: 0 }
.reaction { display: inline-block; margin: 0 6px 14px 16px; padding: 1px 9px; border-radius: 13px;
  border: 1px solid #d1d9e0; font-size: 13px }
"""


def main() -> None:
    """Run the demo and draw what it posted."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("picture: needs Chromium; on Debian: apt-get install chromium")
    logs.configure("error")
    shown = demo.run(Settings(), say=lambda step: print(f"• {step} …", file=sys.stderr))  # noqa: T201 - a script's progress
    with tempfile.TemporaryDirectory(prefix="fury-bot-picture-") as folder:
        page = Path(folder, "page.html")
        page.write_text(_page(shown), encoding="utf-8")
        _draw(chromium, page, profile=Path(folder, "profile"))


def _page(shown: Demonstrated) -> str:
    number = shown.url.rpartition("/")[2]
    reactions = "".join(f'<span class="reaction">{one} 1</span>' for one in shown.reactions)
    question = _comment(shown.asker, shown.body, colour="#8250df") % reactions
    reply = _comment(shown.author, shown.reply, colour="#1f883d", badge="bot") % ""
    return f"""<!doctype html><meta charset="utf-8"><style>{STYLE}</style>
<header><h1>{html.escape(shown.title)} <span>#{number}</span></h1>
<p><span class="label">Q&amp;A</span>{shown.asker} asked in {demo.REPOSITORY}</p></header>
{question}{reply}
<script>document.body.dataset.height = document.documentElement.offsetHeight</script>"""


def _comment(login: str, markdown: str, *, colour: str, badge: str = "") -> str:
    """Draw a comment, with ``%s`` where its reactions go."""
    # The bot's own footer is HTML; what else of it a comment holds was sanitised.
    text = MarkdownIt("commonmark").enable("table").render(markdown).replace("%", "%%")
    name = login.removesuffix("[bot]")
    tag = f'<span class="badge">{badge}</span>' if badge else ""
    return f"""<div class="comment"><div class="by">
<span class="face" style="background:{colour}">{name[0].upper()}</span><b>{name}</b>{tag}</div>
<div class="text">{text}</div>%s</div>"""


def _draw(chromium: str, page: Path, *, profile: Path) -> None:
    """Ask the page for its height first, then take all of it."""
    drawn = _run(chromium, page, "--dump-dom", profile=profile, height=600)
    height = re.search(r'data-height="(\d+)"', drawn)
    if height is None:
        sys.exit("picture: Chromium did not draw the page")
    _run(chromium, page, f"--screenshot={PICTURE}", profile=profile, height=int(height[1]))


def _run(chromium: str, page: Path, action: str, *, profile: Path, height: int) -> str:
    return subprocess.run(  # noqa: S603 - the arguments are this module's own
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--force-device-scale-factor={SCALE}",
            f"--window-size={WIDTH},{height}",
            action,
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    ).stdout


if __name__ == "__main__":
    main()
