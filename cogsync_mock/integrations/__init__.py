"""moto's other services, as they are used from here: one file each."""
