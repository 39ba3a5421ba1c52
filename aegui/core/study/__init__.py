"""Studies of many training runs: noise trained with against noise met, curves, and mistakes."""
