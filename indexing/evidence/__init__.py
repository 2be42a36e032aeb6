"""What can be shown later: every evaluation and alert event in a hash chain, its proof, and packs of evidence."""
