#!/usr/bin/env bash
# A test "decrypting with the wrong RSA key raises ValueError" seldom holds with PKCS#1 v1.5 (only where the ciphertext, as a number,
# is larger than the wrong key's modulus): OpenSSL 3.2 and newer answer a wrong key with random bytes and no error (implicit rejection, against Bleichenbacher's attack), and cryptography's
# wheels carry such an OpenSSL. A client of WeCom's 会话存档 that takes the exception for the sign of a wrong key version goes on with
# nonsense. What comes out must be looked at. Every release's wheel with OpenSSL 3.2+ does so; cryptography 50.0.2, seen 2026-11-30.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cryptography==50.0.2
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

print("cryptography", version("cryptography"))
right, wrong = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
secrets = [f"random key {number}".encode() for number in range(20)]
sealed = [right.public_key().encrypt(secret, PKCS1v15()) for secret in secrets]
assert [right.decrypt(one, PKCS1v15()) for one in sealed] == secrets
errors, nonsense = 0, 0
for secret, one in zip(secrets, sealed, strict=True):
    try:
        nonsense += wrong.decrypt(one, PKCS1v15()) != secret
    except ValueError:
        errors += 1
print(f"expected 20 errors from the wrong key; got {errors}, and {nonsense} times bytes that are not the secret")
raise SystemExit(0 if nonsense >= 5 else "a wrong key is told now")
PYTHON
