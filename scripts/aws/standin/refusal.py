"""A refusal, as the service words it, and the ways in which a service that does not answer fails."""


class Refusal(Exception):
    """An error of the service model, or one that every AWS service gives."""

    # Those that no operation lists.
    COMMON = {
        "ExpiredTokenException": 403,
        "UnrecognizedClientException": 403,
        "MissingAuthenticationTokenException": 403,
        "UnknownOperationException": 404,
        "NotImplementedException": 501,
    }

    def __init__(self, name, message):
        super().__init__(message)
        self.name, self.message = name, message

    def status(self, operation):
        """The HTTP status of the refusal; a `KeyError` where the operation can have no such error."""
        return self.COMMON.get(self.name) or operation.errors[self.name]


def invalid(message):
    return Refusal("ValidationException", message)


def missing(message):
    return Refusal("ResourceNotFoundException", message)


def conflict(message):
    return Refusal("ConflictException", message)
