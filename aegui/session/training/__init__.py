"""The training thread, and the estimation of training costs."""
