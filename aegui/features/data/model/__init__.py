"""The samples: where they come from, and which are learnt: what is computed, without widgets."""
