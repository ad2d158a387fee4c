"""Names of attributes and properties that carry the context, one meaning each, with where each name comes from."""

from typing import Final

# OpenTelemetry semantic conventions: https://opentelemetry.io/docs/specs/semconv/ (attribute registry)
SERVICE_NAME: Final = "service.name"
SERVICE_VERSION: Final = "service.version"  # the release
SERVICE_INSTANCE_ID: Final = "service.instance.id"
DEPLOYMENT_ENVIRONMENT_NAME: Final = "deployment.environment.name"
HOST_NAME: Final = "host.name"
PROCESS_PID: Final = "process.pid"
USER_ID: Final = "user.id"
SESSION_ID: Final = "session.id"
EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"
ERROR_TYPE: Final = "error.type"
CODE_FILE_PATH: Final = "code.file.path"
CODE_FUNCTION_NAME: Final = "code.function.name"
CODE_LINE_NUMBER: Final = "code.line.number"
HTTP_REQUEST_METHOD: Final = "http.request.method"
HTTP_REQUEST_METHOD_ORIGINAL: Final = "http.request.method_original"
HTTP_RESPONSE_STATUS_CODE: Final = "http.response.status_code"
HTTP_ROUTE: Final = "http.route"
HTTP_SERVER_REQUEST_DURATION: Final = "http.server.request.duration"  # a histogram, in seconds
HTTP_CLIENT_REQUEST_DURATION: Final = "http.client.request.duration"  # a histogram, in seconds
URL_FULL: Final = "url.full"
URL_PATH: Final = "url.path"
URL_SCHEME: Final = "url.scheme"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"
CLIENT_ADDRESS: Final = "client.address"
USER_AGENT_ORIGINAL: Final = "user_agent.original"
DB_SYSTEM_NAME: Final = "db.system.name"
DB_OPERATION_NAME: Final = "db.operation.name"
DB_NAMESPACE: Final = "db.namespace"
DB_QUERY_TEXT: Final = "db.query.text"
DB_CLIENT_OPERATION_DURATION: Final = "db.client.operation.duration"  # a histogram, in seconds
MESSAGING_SYSTEM: Final = "messaging.system"
MESSAGING_MESSAGE_ID: Final = "messaging.message.id"
MESSAGING_DESTINATION_NAME: Final = "messaging.destination.name"
MESSAGING_OPERATION_TYPE: Final = "messaging.operation.type"

# Ours where no convention exists: the id of a request, and the keys of PostHog's groups.
REQUEST_ID: Final = "request.id"
ORGANIZATION_ID: Final = "organization.id"  # the group of type organization
GROUP_PREFIX: Final = "group."  # other groups: group.<type>
JOB_DURATION: Final = "job.duration"  # a histogram, in seconds
ANONYMOUS_ID: Final = "anonymous.id"  # what a browser calls its user; never trusted

# Sentry's conventions: https://getsentry.github.io/sentry-conventions/
SENTRY_EVENT_ID: Final = "sentry.event_id"  # the error that a span or log record belongs to

# PostHog's properties: https://posthog.com/docs/data/events, posthog-python's client.py
POSTHOG_SESSION_ID: Final = "$session_id"
POSTHOG_TRACE_ID: Final = "$trace_id"
POSTHOG_SPAN_ID: Final = "$span_id"
POSTHOG_REQUEST_ID: Final = "$request_id"
POSTHOG_GROUPS: Final = "$groups"
POSTHOG_SENTRY_EVENT_ID: Final = "$sentry_event_id"
POSTHOG_LIB: Final = "$lib"
POSTHOG_LIB_VERSION: Final = "$lib_version"
POSTHOG_PROCESS_PERSON_PROFILE: Final = "$process_person_profile"


def group_attribute(group_type: str) -> str:
    """The attribute of spans and log records that carries the key of a group of this type."""
    return ORGANIZATION_ID if group_type == "organization" else GROUP_PREFIX + group_type
