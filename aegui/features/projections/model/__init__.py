"""Services for PCA, t-SNE and UMAP projections, without widgets."""
