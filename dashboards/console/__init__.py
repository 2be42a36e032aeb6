"""The console: small pages on which people answer alerts, served on loopback; each page is one file of `pages`."""

from dashboards.console.app import ADDRESS, HEALTH, create, serve

__all__ = ["ADDRESS", "HEALTH", "create", "serve"]
