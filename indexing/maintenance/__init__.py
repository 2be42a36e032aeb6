"""What keeps the whole over the years: backups, packed days, retention, a rebuild behind the aliases, repairs."""
