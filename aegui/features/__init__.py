"""The rooms of the program, each with its model, its view and the features that join them."""
