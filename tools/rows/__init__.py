"""Rows of training digits with their text, and how the network `handlens.nets.rows` learns to read them."""
