"""Customers' profiles (画像): what the shop records of a customer and what they say in public, in one document."""

from indexing.profiles.update import Profiles, update_profiles

__all__ = ["Profiles", "update_profiles"]
