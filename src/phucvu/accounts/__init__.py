"""Who may see and do what: accounts, roles, signing in, personal data, and the log of what was done.

An account is bound to one unit and sees what lies below it; its role says what it may do there
(``permissions``). Every address of the site says whom it is for (``doors``).
"""

ACCOUNT = "phucvu.account"
"""Where a request's environment carries the name of the account that asks, once the site knows it."""

OIDC = "office"
"""The OpenID Connect server's name in addresses: people come back to /oidc/office/login/callback."""
