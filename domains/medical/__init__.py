"""Health: emergencies first, sources always, no diagnosis and no dose for the one who asks."""
