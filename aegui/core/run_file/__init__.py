"""A trained run in one file: recipe, data, weights, history and all that goes on from them."""
