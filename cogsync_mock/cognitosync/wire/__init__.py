"""HTTP requests to parameters, results to answers; pure, nothing of moto."""
