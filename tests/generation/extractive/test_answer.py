"""Whole answers, as a reader sees them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation import NOT_FOUND, ExtractiveProvider, Passage, Request
from generation.citations import cited
from generation.extractive.answer import LONGEST

DISC = Passage(
    number=2,
    path="shapes/actor.py",
    start_line=10,
    end_line=40,
    kind="function",
    symbol="shapes.actor.disc",
    signature="def disc(centers, colors, *, radii=1.0, segments=32, opacity=1, lit=True)",
    text='''\
def disc(centers, colors, *, radii=1.0, segments=32, opacity=1, lit=True):
    """Draw one or many discs.

    Discs face the camera. See :func:`shapes.actor.square` for squares.

    Parameters
    ----------
    centers : ndarray, shape (N, 3)
        Where the discs lie.
    colors : ndarray or tuple (3,)
        RGB in [0, 1]. More follows.
    radii : float, optional
        Size of the discs.
    segments : int, optional
        How finely the rim is cut.
    opacity : float, optional
        From 0 to 1.
    lit : bool, optional
        Whether lights matter.

    Examples
    --------
    >>> from shapes import actor
    >>> discs = actor.disc(np.zeros((1, 3)), (1, 0, 0))
    >>> discs.count
    1
    """
    return Actor(centers)
''',
)
PRIMITIVE = Passage(
    number=1,
    path="shapes/primitive.py",
    start_line=1,
    end_line=4,
    kind="function",
    symbol="shapes.primitive.prim_disc",
    signature="def prim_disc()",
    text='def prim_disc():\n    """Return vertices and triangles of a disc."""\n',
)
DISC_ANSWER = """\
`shapes.actor.disc` (function): Draw one or many discs. Discs face the camera. [2]

```pyi
def disc(centers, colors, *, radii=1.0, segments=32, opacity=1, lit=True): ...
```

Main parameters [2]:

- `centers` (ndarray, shape (N, 3)): Where the discs lie.
- `colors` (ndarray or tuple (3,)): RGB in `[0, 1]`.
- `radii` (float): Size of the discs.
- `segments` (int): How finely the rim is cut.
- `opacity` (float): From 0 to 1.

Example [2]:

```python
import numpy as np
from shapes import actor
discs = actor.disc(np.zeros((1, 3)), (1, 0, 0))
discs.count
```

See also:

- `shapes.primitive.prim_disc`: Return vertices and triangles of a disc [1]"""


def section(number: int, symbol: str, text: str, path: str = "docs/install.rst") -> Passage:
    return Passage(number, path, 1, 9, "section", symbol, None, text)


def answer(question: str, *passages: Passage) -> str:
    return ExtractiveProvider().complete(Request(question, "octo/shapes", passages)).text


def test_how_to_do_it_is_answered_with_the_function_its_parameters_and_an_example() -> None:
    assert answer("How do I create a disc?", PRIMITIVE, DISC) == DISC_ANSWER


def test_commands_with_nothing_said_about_them_are_cited_as_well() -> None:
    text = "Conda\n\n```bash\nconda install shapes\n```\n\nor\n\n```bash\npip install shapes\n```\n"
    said = answer("How do I install it?", section(3, "Install", text, path="README.md"))

    assert said.startswith("**Install**\n\nFrom the documentation [3]:\n\nConda")
    assert cited(said) == (3,)


def test_a_class_is_explained_with_its_constructor_and_methods() -> None:
    outline = Passage(
        2,
        "shapes/window.py",
        1,
        90,
        "class",
        "shapes.window.Window",
        "class Window",
        'class Window:\n    """Where a scene is shown."""\n\n'
        "    def __init__(self, *, scene=None)\n"
        "    def start(self)\n        Start the interaction.\n"
        "    @property\n    def size(self)\n        Pixels.\n    def _hide(self)\n        Hide.",
    )
    constructor = Passage(
        1,
        "shapes/window.py",
        3,
        20,
        "method",
        "shapes.window.Window.__init__",
        "def __init__(self, *, scene=None)",
        '    def __init__(self, *, scene=None):\n        """Open it.\n\n'
        "        Args:\n            scene (Scene): What is shown.\n"
        '        """',
    )
    assert answer("What does Window do?", constructor, outline) == (
        "`shapes.window.Window` (class): Where a scene is shown. [2]\n\n"
        "```pyi\nclass Window:\n    def __init__(self, *, scene=None): ...\n```\n\n"
        "Parameters [1]:\n\n- `scene` (Scene): What is shown.\n\n"
        "Methods [2]:\n\n- `start`: Start the interaction."
    )


def test_an_example_is_taken_from_a_tutorial_where_the_docstring_has_none() -> None:
    tutorial = Passage(
        3,
        "examples/viz.py",
        1,
        9,
        "tutorial",
        "Discs",
        None,
        "import shapes\n\nsize = 3\nother = 4\nshapes.primitive.prim_disc(size)\n",
    )
    assert answer("How do I use prim_disc?", tutorial, PRIMITIVE).endswith(
        "Example, from `examples/viz.py` [3]:\n\n"
        "```python\nimport shapes\nsize = 3\nshapes.primitive.prim_disc(size)\n```"
    )


def test_installation_is_answered_with_the_commands_of_each_way() -> None:
    wheel = section(
        1,
        "Installation > Installation with pip",
        "Installation with pip\n---------------------\n\nIssue the following command\n\n"
        ".. code-block:: shell\n\n    pip install shapes\n",
    )
    conda = section(
        2,
        "Installation > Installation with Conda",
        "Run this to install it::\n\n    conda install shapes\n",
    )
    history = section(3, "Authors", "Ada wrote it.")
    assert answer("How do I install shapes?", wheel, conda, history) == (
        "**Installation with pip**\n\nIssue the following command [1]:\n\n"
        "```bash\npip install shapes\n```\n\n"
        "**Installation with Conda**\n\nRun this to install it [2]:\n\n"
        "```\nconda install shapes\n```"
    )


def test_release_notes_are_answered_with_their_main_points() -> None:
    text = (
        "Release notes v1.2.0\n====================\n\nOverview\n--------\n\n* Discs.\n"
        + "".join(f"* Change {number}.\n" for number in range(9))
    )
    old = section(1, "Release notes v1.1.0", "* Old.", "docs/release_notes/v1.1.0.rst")
    new = section(2, "Release notes v1.2.0", text, "docs/release_notes/v1.2.0.rst")
    said = answer("What is new in 1.2.0?", old, new)
    assert said.startswith("**Release notes v1.2.0**\n\n- Discs.\n- Change 0.\n")
    assert said.endswith("\n- … and 2 more. [2]")


def test_of_a_long_section_the_sentences_that_speak_to_the_question_are_kept() -> None:
    filler = "\n\n".join(f"Paragraph {number} is about squares. " * 4 for number in range(9))
    text = f"{filler}\n\nColours are given as RGB. They lie between 0 and 1.\n\n{filler}"
    said = answer("Which colours can I use?", section(1, "Guide > Colours", text))
    assert said == "**Guide: Colours**\n\nColours are given as RGB. They lie between 0 and 1. [1]"


def test_code_without_documentation_is_shown() -> None:
    shader = Passage(1, "a.js", 1, 2, "function", "draw", None, "function draw() {}")
    said = answer("What does draw do?", shader)
    assert said == "`draw` is a function in `a.js`. [1]\n\n```js\nfunction draw() {}\n```"


def test_code_that_is_shown_keeps_its_indentation() -> None:
    method = Passage(1, "a.rb", 1, 3, "method", "Disc.draw", None, "  def draw\n    fill\n  end\n")
    assert answer("What does draw do?", method).endswith("```rb\ndef draw\n  fill\nend\n```")


def test_of_a_class_that_documents_nothing_the_header_is_shown() -> None:
    outline = "class Disc(Shape):\n\n    draw\n    fill\n"
    disc = Passage(1, "a.py", 1, 9, "class", "a.Disc", "class Disc(Shape)", outline)
    assert answer("What is Disc?", disc).endswith("```py\nclass Disc(Shape): ...\n```")


def test_nothing_to_answer_from_says_so_as_the_models_do() -> None:
    assert answer("Why?") == NOT_FOUND


def test_a_stream_is_the_same_answer() -> None:
    request = Request("How do I create a disc?", "octo/shapes", (PRIMITIVE, DISC))
    assert "".join(ExtractiveProvider().stream(request)) == DISC_ANSWER


@given(
    texts=st.lists(st.text("ab .:*-=`#|>\n[1]_~\"'()x", max_size=200), max_size=4),
    kinds=st.lists(
        st.sampled_from(["function", "class", "section", "tutorial", "text"]),
        min_size=4,
        max_size=4,
    ),
    path=st.sampled_from(["a.py", "a.rst", "a.md", "a.js"]),
    symbol=st.sampled_from([None, "a", "a.b"]),
)
def test_any_passages_give_a_bounded_answer_that_cites_nothing_else(
    texts: list[str], kinds: list[str], path: str, symbol: str | None
) -> None:
    passages = tuple(
        Passage(number, path, 1, 9, kind, symbol, None, text)
        for number, (text, kind) in enumerate(zip(texts, kinds, strict=False), start=11)
    )
    said = answer("How do I use a b?", *passages)
    assert len(said) <= LONGEST
    assert set(cited(said)) <= {passage.number for passage in passages} or said == NOT_FOUND


def _function(number: int, name: str, docstring: str, *, kind: str = "function") -> Passage:
    text = f'def {name}(body):\n    """{docstring}"""\n    return body'
    return Passage(
        number, "shapes/check.py", 1, 9, kind, f"shapes.check.{name}", f"def {name}(body)", text
    )


def test_a_public_function_that_the_question_names_by_a_word_leads_before_a_private_one() -> None:
    inner = _function(1, "_read", "Read what is verified before it is parsed.")
    verify = _function(2, "verify", "Accept what is signed.")

    assert answer("Where is the signature verified?", inner, verify).startswith(
        "`shapes.check.verify`"
    )


def test_the_stub_of_a_protocol_does_not_lead_before_what_does_the_work() -> None:
    stub = Passage(
        2, "ports.py", 1, 3, "method", "ports.Shop.search", "def search(self)",
        'def search(self):\n    """Search."""',
    )  # fmt: skip
    worker = _function(1, "lookup", "Search the shelves, one after the other.")

    assert answer("how does search work", worker, stub).startswith("`shapes.check.lookup`")


def test_an_identifier_named_verbatim_leads_whatever_its_rank() -> None:
    other = _function(1, "scene", "Where things are.")
    named = _function(3, "ShowManager", "Shows things.")

    assert answer("what does ShowManager do to a scene", other, named).startswith(
        "`shapes.check.ShowManager`"
    )


def test_a_question_about_failure_is_told_what_is_raised() -> None:
    verify = _function(
        1, "verify", "Verify it.\n\n    Raises:\n        Refused: When it is wrong.\n"
    )

    assert "- `Refused`: When it is wrong." in answer("what happens when verify fails?", verify)
    assert "Refused" not in answer("how do I verify it?", verify)
