"""Incidents: candidates for events, by rules on where people and vehicles are and how they move."""
