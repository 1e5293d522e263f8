"""An application on DynamoDB, S3 and SQS: it takes orders, keeps receipts, and tells the warehouse."""
