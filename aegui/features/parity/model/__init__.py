"""How far the library matches published figures."""
