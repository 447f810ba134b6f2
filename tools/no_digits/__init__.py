"""Made pictures of what is no digit, for the reader's eleventh class.

Inside, lowest first: pen (strokes become ink), fonts (glyphs), judge (is it a digit after all?) and the
strokes in letters_by_hand and symbols_by_hand < the parts, each with ``make(rng, n, …)``: letters, symbols,
scribbles, pieces, pairs, textures < pool (the data folder).
"""
