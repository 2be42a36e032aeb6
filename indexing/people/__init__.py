"""How a person is known: pseudonyms, contacts, the kinds of evidence that join accounts, and who was erased."""
