"""Markdown that is harmless wherever it is shown: on a page, in a terminal, in a chat.

The dialect of the faces that do not know where their text goes. It holds no image, no HTML, no
mention, no reference to another thread, no command to a bot, no link but to the listed sources, and
nothing that a reader does not see. Citations and code stay.

Text is made harmless as it comes. What has been given out is harmless whatever follows, and the
whole is the same however it was cut up::

    sanitise(text, links=links) == "".join(sanitised(pieces, links=links))  # pieces make up text
"""

from engine.plain.scanning import Scanner, sanitise, sanitised
from engine.plain.withholding import unless_not_found

__all__ = ["Scanner", "sanitise", "sanitised", "unless_not_found"]
