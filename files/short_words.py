"""Words of one or two letters: no trigram is in them. What PostgreSQL finds them by.

They are whole words in Chinese and Japanese, and what people type first everywhere.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

LONGEST = 2
# Every letter, and every two that stand beside each other: the index node_search_pairs holds them
# for each key. To the letter as in migration 0014: else PostgreSQL would not know it again.
# No name holds the control character that they are cut at.
PAIRS = (
    "(string_to_array({key}, NULL) || string_to_array("
    r"regexp_replace({key}, '(..)(?=.)', '\1' || chr(1), 'g') || chr(1) || "
    r"regexp_replace(substr({key}, 2), '(..)(?=.)', '\1' || chr(1), 'g'), chr(1)))"
)


class HoldsShort(Func):
    """Whether a key holds all of these words, of at most LONGEST letters. For PostgreSQL alone.

    It is said twice: to the index of pairs, and so that it costs little where rows are read one
    after the other. Not by LIKE, of which PostgreSQL would believe that the trigrams help.
    """

    output_field = BooleanField()

    def __init__(self, key: Any, words: Sequence[str], **extra: Any) -> None:
        super().__init__(key, **extra)
        self.words = list(words)

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: Any
    ) -> tuple[str, list[Any]]:
        key, _none = compiler.compile(self.source_expressions[0])
        each = [f"strpos({key}, %s) > 0" for _word in self.words]
        pairs = f"{PAIRS.format(key=key)} @> %s::text[]"
        return f"({' AND '.join([*each, pairs])})", [*self.words, self.words]
