"""The version of this package, in one place for the build tool, the command line and the fingerprints."""

VERSION = "0.1.0"
