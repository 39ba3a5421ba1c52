"""PCA, t-SNE and UMAP beside the learnt code: what is painted, without torch."""
