"""What the servers are asked to do. One module for each subject; `everything` lists them all."""

from bench.sizes import Sizes
from bench.sources import Sources
from bench.work import downloads, listing, parts, uploads, zips
from bench.work.base import Work


def everything(sizes: Sizes, sources: Sources) -> list[Work]:
    return [
        *uploads.works(sizes, sources),
        *parts.works(sizes, sources),
        *downloads.works(sizes, sources),
        *listing.works(sizes),
        *zips.works(sizes, sources),
    ]
