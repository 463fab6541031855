"""Whose certificates are believed, by all that ask over https: those of the system and of the Web, or those of ``SSL_CERT_FILE`` alone."""

from __future__ import annotations

import os
import ssl
from functools import cache

from clayonto.errors import ConfigError


@cache
def trusted() -> ssl.SSLContext:
    """The context for https; made once, since to read the certificates takes longer than a short answer.

    The authority of one's own organisation is believed where the system believes it, or where ``SSL_CERT_FILE`` names the file of its certificate.

    :raises ConfigError: if ``SSL_CERT_FILE`` names no such file.
    """
    context = ssl.create_default_context()
    file = os.environ.get("SSL_CERT_FILE")
    if file:
        try:
            context.load_verify_locations(cafile=file)
        except OSError as error:
            said = "it has no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
            raise ConfigError(f"{file}, which SSL_CERT_FILE names, cannot be read: {said}.") from error
    elif not os.environ.get("SSL_CERT_DIR"):
        import certifi  # comes with httpx; a Python may find none of the system's

        context.load_verify_locations(cafile=certifi.where())
    return context
