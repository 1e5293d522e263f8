"""What works for any AWS service; nothing here knows Cognito Sync or an entry point."""
