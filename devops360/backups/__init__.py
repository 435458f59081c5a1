"""Backups: the database as it was at one moment, and every blob that it names.

A backup is a folder, or a prefix of a bucket:

    snapshots/<time>/database       SQLite's file, or pg_dump's custom format
    snapshots/<time>/blobs.txt      the names of its blobs, in order
    snapshots/<time>/manifest.json  written last: without it there is no snapshot
    blobs/<xx>/<random>             each blob once, for all snapshots

Blobs never change, so that a second backup copies only what is new. What is listed after the
dump is in the store still: the sweeper leaves released blobs for a day. With a public key
everything but the manifest is encrypted by age (https://age-encryption.org/v1), and ends in `.age`.
"""
