"""The version of Mutual."""

VERSION = "0.1.0"
