"""What follows an update in other services: trigger, stream, push."""
