"""Data and rules: no lock, no HTTP, nothing of moto's services."""
