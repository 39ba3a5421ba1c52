"""Export of trained networks as one HTML file that opens in any browser without installation."""
