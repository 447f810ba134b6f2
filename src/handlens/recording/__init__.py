"""The recording of a training: a folder with the recipe, the graph, the metrics and the weights over time.

The modules here, lowest first: ``schema`` (every field of the header and the log), ``changes`` (what was
changed while a training ran), ``frames`` (at which steps the weights are kept), ``files`` (writing so that
nothing is ever half there, digests), ``folder`` (what lies where; header and log), ``states`` (what a resume
begins from), ``writer`` (the folder being written), ``shipped`` (those that come with the package),
``naming`` (which folders of data one may name), ``reader`` (to look at one). The format is described field by
field in docs/recording.md.
"""

from handlens.recording.reader import Recording, load
from handlens.recording.schema import Header
from handlens.recording.writer import Writer

__all__ = ["Header", "Recording", "Writer", "load"]
