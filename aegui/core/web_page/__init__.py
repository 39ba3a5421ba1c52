"""A trained map as one HTML file that opens in any browser, with nothing to install."""
