"""Who is who: accounts, customers and persons joined by evidence of named kinds, reversibly."""
