"""The table of counters that all processes add to."""

from sqlalchemy import BigInteger, Column, String, Table

from backend.db import metadata

counts = Table(
    "counts",
    metadata,
    Column("name", String(80), primary_key=True),  # such as hooks:amojo:taken
    Column("value", BigInteger, nullable=False),
)
