"""A small package that dialogues are about: one topic a file."""

from __future__ import annotations

FILES = {
    "shapes/sphere.py": '''"""Spheres."""


def sphere(center, *, radius=1.0, color=(1, 1, 1), opacity=1.0):
    """Create a sphere, or many spheres at once.

    Parameters
    ----------
    center : array
        The position of the sphere; of several spheres, one row each.
    radius : float or array
        In the unit of the scene.
    color : tuple
        Red, green and blue, or a row for each sphere.
    opacity : float
        From transparent, 0, to solid, 1.
    """
    return Actor(center, radius, color, opacity)
''',
    "shapes/cube.py": '''"""Cubes and boxes."""


def cube(center, *, size=1.0, color=(1, 1, 1), rounded=0.0, outline=False):
    """Create a cube, draw its edges rounded, or with an outline.

    Parameters
    ----------
    rounded : float
        How much of the edges of the cube is rounded; a cube without looks flat from the front.
    """
    return Actor(center, size, color, rounded, outline)
''',
    "shapes/camera.py": '''"""The camera."""


class Camera:
    """Looks at the scene: move, rotate, zoom and reset it."""

    def zoom(self, factor, *, speed=1.0):
        """Zoom the camera in or out by a factor; the limit of the zoom is 100."""

    def rotate(self, degrees, *, speed=1.0):
        """Rotate the camera around the scene, faster or slower."""

    def reset(self):
        """Reset the camera to where it was, undoing each move and zoom."""
''',
    "shapes/light.py": '''"""Lights."""


def spot_light(position, *, intensity=1.0, follows_camera=False):
    """Make a spot light, bright or dim, that may follow the camera."""


def ambient_light(intensity=0.2):
    """Light every side alike. The ambient light's intensity is 0.2 by default: how strong it is."""
''',
    "shapes/export.py": '''"""Pictures and videos of a scene."""


def save_image(scene, path, *, transparent=False, offscreen=False):
    """Save a picture of the scene as an image, transparent or not, without a window if need be."""


def record_video(scene, path, *, frame_rate=25):
    """Record a video of the scene at a frame rate, and export it without sound."""
''',
    "shapes/animation.py": '''"""Animations."""


class Timeline:
    """Plays an animation between keyframes, once or in a loop, forwards or backwards."""

    def keyframe(self, time, value, *, interpolation="linear"):
        """Define a keyframe of an animation, interpolated by a line or a spline."""

    def stop(self):
        """Stop the animation, also one in a loop."""
''',
    "shapes/slider.py": '''"""Sliders."""


class Slider:
    """A slider in the window that somebody drags.

    The slider's range, orientation, horizontal or vertical, and callback are given to it.
    """

    def read(self):
        """Read the value of the slider."""

    def set(self, value):
        """Set the value of the slider, and call its callback."""
''',
    "shapes/mesh.py": '''"""Meshes from files."""


def load_mesh(path, *, normals=True, format="stl"):
    """Load a mesh from an STL, OBJ or PLY file; STL is the default.

    Normals of the mesh are computed and normalised. Returns a mesh.
    """
''',
    "shapes/label.py": '''"""Labels."""


def label(text, *, font="sans", font_size=12, bold=False, color=(1, 1, 1)):
    """Draw a label with text in the scene, above an object, in a font, a size and a colour."""
''',
    "docs/install.md": """# Installation

Install the package with `pip install shapes`, or with conda from conda-forge. On Windows, Linux
and macOS Python 3.11 or newer is supported; a compiler is not needed.
""",
    "docs/contributing.md": """# Contributing

Open a pull request with tests and an entry in the changelog. Why: releases are cut from it. What
about style: a linter tells. Show an example in the docstring of what you add.
""",
}
