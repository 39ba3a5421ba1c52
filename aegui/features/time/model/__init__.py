"""Services for epochs, films and ghosts, without widgets."""
