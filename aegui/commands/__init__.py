"""The commands of ``aegui`` that need no window; each module is imported only when it is asked."""
