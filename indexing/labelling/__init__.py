"""The labelling room: two people, blind to each other, say how often the engine is right about a brand.

draw → SAMPLED documents → two labels each → settled (a third person's where they differ) → corrections, QUALITY
"""
