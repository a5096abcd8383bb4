"""Whether a copy of the output folder, or a site on the web, is what was built: by the checksums that a build wrote."""

from newsgen.verify.findings import KINDS, Finding, Outcome
from newsgen.verify.folder import verify_folder
from newsgen.verify.live import Manners, Progress, manifest_of_site, verify_live
from newsgen.verify.manifest import Manifest, manifest_of_file, manifest_of_folder

__all__ = [
    "KINDS",
    "Finding",
    "Manifest",
    "Manners",
    "Outcome",
    "Progress",
    "manifest_of_file",
    "manifest_of_folder",
    "manifest_of_site",
    "verify_folder",
    "verify_live",
]
