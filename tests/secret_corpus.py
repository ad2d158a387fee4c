"""Secrets of every kind that the rules know, with the part of each that must be nowhere on disk, and what is alike."""

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

# Text → the secret in it.
TEXTS = {
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowXq7\n-----END RSA PRIVATE KEY----- after": "MIIEowXq7",
    f"got {JWT}": "eyJzdWIiOiIxMjM0NTY3ODkwIn0",
    "Authorization: Bearer q7bcdef0123456789": "q7bcdef0123456789",
    "authorization: basic\tdXNlcjpxN3B3": "dXNlcjpxN3B3",
    "postgres://shop:hunter2q7@db/main": "hunter2q7",
    "GET https://shop.example/cb?access_token=s3cr3tq7&page=2": "s3cr3tq7",
    "key AKIAIOSFODNN7Q7AMPLE": "AKIAIOSFODNN7Q7AMPLE",
    "ghp_q7B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2": "q7B2a1B2a1B2a1B2",
    "github_pat_q7C2a1B2a1B2a1B2a1B2a1": "q7C2a1B2a1B2",
    "glpat-q7D2a1B2a1B2a1B2a1B2": "q7D2a1B2a1B2",
    "xoxb-123456789012-q7cdef": "123456789012-q7cdef",
    "https://hooks.slack.com/services/T0/B0/q7abc": "T0/B0/q7abc",
    "sk_live_q7C39HqLyjWDarjtT1": "q7C39HqLyjWDarjtT1",
    "whsec_q7D39HqLyjWDarjtT1": "q7D39HqLyjWDarjtT1",
    "AIzaq7E2_a1B2_a1B2_a1B2_a1B2_a1B2_a1B2_": "q7E2_a1B2_a1B2",
    "GOCSPX-q7F_aB3_aB3_aB3_aB3_aB3_": "q7F_aB3_aB3",
    "ya29.q7G_aB3_aB3_aB3_aB3_aB3_": "q7G_aB3_aB3",
    "DefaultEndpointsProtocol=https;AccountKey=q7H/aB3/aB3/aB3/aB3/aB3/==;x": "q7H/aB3/aB3",
    "https://discord.com/api/webhooks/1234567890/q7I_aB3_aB3_aB3_aB3_aB3_": "q7I_aB3_aB3",
    "https://shop.webhook.office.com/q7J@aB3@aB3@aB3@aB3@aB3@": "q7J@aB3@aB3",
    "bot 123456789:AAq7KaB3aB3aB3aB3aB3aB3aB3aB3aB3aB3 sent": "q7KaB3aB3aB3",
    "SG.q7L2a1B2a1B2a1B2a1B2.c3D4c3D4c3D4c3D4c3D4c3D4": "q7L2a1B2a1B2",
    "npm_q7M2a1B2a1B2a1B2a1B2a1B2a1B2a1B2": "q7M2a1B2a1B2",
    "pypi-AgEq7N2a1B2a1B2a1B2a1B2a1B2a1B2a1B2": "q7N2a1B2a1B2",
    "hf_q7O2a1B2a1B2a1B2a1B2a1B2a1B2a1B2": "q7O2a1B2a1B2",
    "dop_v1_07b10a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b": "07b10a1b0a1b0a1b",
    "shpat_07b20a1b0a1b0a1b0a1b0a1b0a1b0a1b": "07b20a1b0a1b0a1b",
    "sk-ant-q7P2a1B2a1B2a1B2a1B2a1B2": "q7P2a1B2a1B2",
    "card 4111 1111 1111 1111 declined": "4111 1111 1111 1111",
    "5555555555554444": "5555555555554444",
    "3782-822463-10005": "3782-822463-10005",
    '{"user": "ann", "password":"hunter3q7"}': "hunter3q7",
    "{'api_token': b'abcq7', 'n': 1}": "abcq7",
    '{\\"passcode\\": \\"it\\\'s q7\\"}': "s q7",
    '{"cookies": {"sid": "sidq7"}}': "sidq7",
    'a.button:attr__data-csrf-token="csrfq7"text="Sign up"': "csrfq7",
}

# Names whose values are secrets whatever they are.
NAMES = (
    "password", "DB_PWD", "userPassword", "passphrase", "client_secret", "API-Key", "apiKey", "auth_token",
    "Authorization", "Set-Cookie", "cookies", "X-CSRFToken", "sessionid", "mysql_pwd", "jwt", "ssn", "signing.key",
    "session", "TOKEN",
)  # fmt: skip

# Names and values that look like secrets and are none: they must come back as they were sent.
NEAR_MISSES = {
    "author": "Ann Leckie",
    "tokens_used": "17",
    "max_tokens": "4096",
    "session_duration": "12.5",
    "oauth_provider": "github",
    "primary_key": "id",
    "note": "the bearer of this message forgot a password; risk-of-injury-and-other-compound-words",
    "order": "order 4111111111111112 of customer 17, 1700000000000000000 ns",
    "link": "https://example.com/a?page=2&keyword=x",
    "code": "def login(password=password, token=token):",
}
