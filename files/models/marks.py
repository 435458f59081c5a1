"""What people note about files and folders, each for themselves: stars, tags, what was opened."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from files.models.tree import Node


class Star(models.Model):
    """Something that a person wants at hand."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="stars")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "node"], name="star_once"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="star_newest")]

    def __str__(self) -> str:
        return f"star on {self.node_id}"


class Opening(models.Model):
    """When a person last opened a file."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "node"], name="opening_once"),
        ]
        indexes = [models.Index(fields=["user", "-at", "-id"], name="opening_newest")]

    def __str__(self) -> str:
        return f"{self.node_id} opened"


class TagQuerySet(models.QuerySet["Tag"]):
    def owned_by(self, user: AbstractBaseUser) -> Self:
        return self.filter(owner=user)


class Tag(models.Model):
    """A word of a person's own, and its colour. Others do not see it, on whatever it hangs."""

    class Colour(models.TextChoices):
        # Names of design tokens, each with a tone for the dark and one for the light.
        GREY = "grey"
        RED = "red"
        ORANGE = "orange"
        YELLOW = "yellow"
        GREEN = "green"
        TEAL = "teal"
        BLUE = "blue"
        VIOLET = "violet"
        PINK = "pink"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=50)
    # Without regard to case (files.names.name_key): a person has each name once, in this order.
    name_key = models.CharField(max_length=150, editable=False)
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.GREY)
    nodes = models.ManyToManyField(Node, through="NodeTag", related_name="tags")

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name_key"], name="tag_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class NodeTag(models.Model):
    """A tag on a file or a folder."""

    id = models.BigAutoField(primary_key=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "node"], name="node_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.node_id}"
