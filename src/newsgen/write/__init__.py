"""Bytes -> output/, atomically; the record of what was written; removal of what is no longer planned.

Everything is staged on the same disk before the first byte of the output folder changes, and then moved in, each
file in one step. What newsgen owns there is known from its record, from the list of a publication that was cut short,
and, where the record is lost, from the checksums that it publishes. Nothing else in the folder is ever touched.
"""

from newsgen.write.record import MANIFEST_HEADER
from newsgen.write.staging import Stage, Staged, stage
from newsgen.write.target import Change, Changes, Target, make_cache, site_lock

__all__ = ["MANIFEST_HEADER", "Change", "Changes", "Stage", "Staged", "Target", "make_cache", "site_lock", "stage"]
