"""Widgets for PCA, t-SNE and UMAP projections, without torch."""
