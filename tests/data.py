"""Well-formed values that several tests use."""

APPLICATION = "arn:aws:sns:us-east-1:123456789012:app/GCM/game"
OTHER_APPLICATION = "arn:aws:sns:us-east-1:123456789012:app/APNS/game"
ROLE = "arn:aws:iam::123456789012:role/push"
STREAM_ROLE = "arn:aws:iam::123456789012:role/stream"
PUSH_SYNC = {"ApplicationArns": [APPLICATION, OTHER_APPLICATION], "RoleArn": ROLE}
STREAMS = {"StreamName": "changes", "RoleArn": STREAM_ROLE, "StreamingStatus": "ENABLED"}
