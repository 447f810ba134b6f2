"""The page: what a recording looks like in a browser.

``static/`` holds it as plain ES modules, which the browser takes as they are. They import each other as
``#app/…``, which an import map resolves in the page and ``package.json`` in node, where their tests run.

The modules here, lowest first: ``sets`` (what may be looked at), ``thinning`` (fewer frames and losses),
``ranges`` (colour scales), ``about`` (``run.json``), ``rooms`` (what others compute for the page's rooms),
``resources`` (what the browser reads, as bytes by key), ``shell`` (the HTML around it, served or as one
file), ``bundle`` (the one file). ``sample`` is the recording that ships.
"""
