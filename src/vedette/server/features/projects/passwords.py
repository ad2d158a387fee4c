"""Passwords: argon2id, with OWASP's parameters for 19 MiB, two at a time.

https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(2)  # a burst of logins may not take 19 MiB a thread
_nobody = _hasher.hash("no such user")


def hash_password(password: str) -> str:
    """The hash to store."""
    with _turns:
        return _hasher.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password is right. `stored` None, for an unknown user, takes as long and is always wrong."""
    with _turns:
        try:
            return _hasher.verify(stored or _nobody, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False
