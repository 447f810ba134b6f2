"""The page: what a recording looks like in a browser.

``static/`` holds it as plain ES modules, which the browser takes as they are. They import each other as
``#app/…``, which an import map resolves in the page and ``package.json`` in node, where their tests run.
"""
