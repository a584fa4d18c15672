"""MAY LEAVE. Only `passante.protect` can make what is in here."""
