"""Who may see and do what with people's data, and how a person is shown, corrected and erased."""
