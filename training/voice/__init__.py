"""The two small networks of `revoice`: one names phones, one gives them the sound of one voice."""
