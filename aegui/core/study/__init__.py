"""Studies of many trainings: noise trained with against noise met, curves, and mistakes."""
