"""The features of the program, each with a model, a view and the classes that connect them."""
