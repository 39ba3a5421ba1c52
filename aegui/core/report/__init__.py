"""Hand-ins: figures and tables as slides, PDF and web page."""
