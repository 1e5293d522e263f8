"""What moto's cognito-identity leaves out: logins, tokens, credentials, operations."""
