"""Pictures of plates on vehicles and of writing that is no plate, drawn by chance."""
