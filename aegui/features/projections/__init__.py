"""PCA, t-SNE and UMAP beside the learnt code."""
