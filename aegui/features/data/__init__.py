"""The samples: where they come from, and which are learnt."""
