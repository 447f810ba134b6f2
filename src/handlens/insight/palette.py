"""The colours of the classes, the same in every figure, film and page.

Found by search over the RGB grid for the largest smallest distance: any two are at least 0.11 apart in
OKLab (Ottosson, 2020) as seen with normal vision, protanopia or deuteranopia (simulated after Machado,
Oliveira and Fernandes, 2009), against 0.06 for Petroff's ten (arXiv 2107.02270) and 0.01 for matplotlib's.
Contrast to white is 2:1 or more, enough for a thick glyph. Digits that networks confuse (4 and 9, 3 and 5,
1 and 7) got colours that are far apart.
"""

from itertools import cycle, islice

RGB = tuple[int, int, int]

CLASS_COLOURS: tuple[RGB, ...] = (
    (0, 51, 170),  # 0 blue
    (238, 170, 0),  # 1 amber
    (221, 153, 255),  # 2 lilac
    (238, 51, 119),  # 3 pink
    (170, 51, 238),  # 4 violet
    (85, 34, 17),  # 5 brown
    (102, 136, 187),  # 6 steel
    (153, 0, 102),  # 7 plum
    (102, 102, 17),  # 8 olive
    (68, 204, 170),  # 9 teal
)


def class_colours(count: int) -> tuple[RGB, ...]:
    """The colours of ``count`` classes; beyond ten they repeat, so a picture must also name the class."""
    return tuple(islice(cycle(CLASS_COLOURS), count))
