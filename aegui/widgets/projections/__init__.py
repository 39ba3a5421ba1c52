"""Maps of the samples side by side: linked scatter plots, their figures, what is selected."""
