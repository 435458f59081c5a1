"""What people do with the addresses at which programs are told: webhooks, browsers."""
