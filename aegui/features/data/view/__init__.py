"""The samples: where they come from, and which are learnt: what is painted, without torch."""
