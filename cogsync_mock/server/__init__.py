"""The mock as an HTTP server: cognito-sync answered by a lean WSGI application, everything else by moto's own."""
