"""What Amazon SNS tells us: bounces, complaints, what became of text messages."""
