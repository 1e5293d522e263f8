"""What is switched on while a mock is on: moto, the guard, the hidden environment. Changes with moto and botocore."""
