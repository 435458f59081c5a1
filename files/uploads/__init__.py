"""How bytes come in.

`receive` takes one streamed request per file. The multipart protocol, with parts, resumption and
presigned URLs, becomes its neighbour and ends in the same place: `finish.place_blob`.
"""
