"""What people said in private: sealed at rest, kept only with their consent, never a Post or a Mention."""
