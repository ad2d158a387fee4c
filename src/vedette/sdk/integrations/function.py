"""Functions that a cloud calls with an event and may freeze as soon as they return: AWS Lambda's, and those like them.

Events: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

from vedette.sdk import jobs, requests
from vedette.sdk.api import flush
from vedette.sdk.client import get_client
from vedette.sdk.guard import failed
from vedette.sdk.propagation import parse_traceparent

F = TypeVar("F", bound=Callable[..., Any])
RESERVE_SECONDS = 0.2  # for the runtime, after the flush
SYSTEM = "aws_lambda"
_QUEUES = {"aws:sqs": "aws_sqs", "aws:sns": "aws.sns"}  # OpenTelemetry's names of messaging systems
_cold = True


def function(handler: F) -> F:
    """A function that a cloud calls, as one request (API Gateway, a load balancer, a function's URL) or one job (SQS,
    SNS, any other event), in the trace of whoever caused it. All that it recorded is sent before it returns: until
    200 ms before its time is up, and no longer than `shutdown_deadline_seconds`.

        @vedette.function
        def handler(event, context): ...

    The user is whom API Gateway's authorizer has found; messages from a queue are believed, as for other jobs.
    """
    call = cast(Any, handler)
    if iscoroutinefunction(call):

        @wraps(call)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            invocation = _begin(call, args)
            try:
                answer = await call(*args, **kwargs)
            except BaseException as error:
                invocation.end(None, error)
                raise
            else:
                invocation.end(answer)
                return answer
            finally:
                await asyncio.to_thread(flush, invocation.deadline_seconds())

        return cast(F, awaited)

    @wraps(call)
    def called(*args: Any, **kwargs: Any) -> Any:
        invocation = _begin(call, args)
        try:
            answer = call(*args, **kwargs)
        except BaseException as error:
            invocation.end(None, error)
            raise
        else:
            invocation.end(answer)
            return answer
        finally:
            flush(invocation.deadline_seconds())

    return cast(F, called)


class _Invocation:
    """One call of the function: a request, a job, or neither where a framework has made it a request already."""

    def __init__(self, context: Any, request: requests.Request | None = None, job: jobs.Job | None = None) -> None:
        self._context = context
        self._request = request
        self._job = job

    def end(self, answer: Any, error: BaseException | None = None) -> None:
        if self._request is not None:
            status = answer.get("statusCode", 200) if isinstance(answer, Mapping) else 200
            self._request.end(status if type(status) is int and error is None else 500, error)
        if self._job is not None:
            self._job.end(error)

    def deadline_seconds(self) -> float:
        client = get_client()
        longest = client.settings.shutdown_deadline_seconds if client is not None else 0.0
        remaining = getattr(self._context, "get_remaining_time_in_millis", None)
        if not callable(remaining):
            return longest
        return max(0.0, min(longest, float(remaining()) / 1000 - RESERVE_SECONDS))


def _begin(call: Any, args: tuple[Any, ...]) -> _Invocation:
    event: Any = args[0] if args else None
    context: Any = args[1] if len(args) > 1 else None
    try:
        if get_client() is None or requests.current_request() is not None:
            return _Invocation(context)
        if isinstance(event, Mapping) and "requestContext" in event:
            return _Invocation(context, request=_request(event))
        return _Invocation(context, job=_job(call, event, context))
    except Exception as failure:
        failed("function", failure)
        return _Invocation(context)


def _request(event: Mapping[str, Any]) -> requests.Request | None:
    about = event["requestContext"]
    http = about.get("http") or {}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    source = http.get("sourceIp") or (about.get("identity") or {}).get("sourceIp") or ""
    request = requests.begin(
        http.get("method") or event.get("httpMethod") or "GET",
        event.get("rawPath") or event.get("path") or "/",
        headers.get,
        scheme=headers.get("x-forwarded-proto", ""),
        host=headers.get("host", ""),
        client_address=source,
        user_agent=headers.get("user-agent", ""),
    )
    if request is not None:
        key = event.get("routeKey") or ""  # "GET /plans/{id}", or "$default"
        request.route = event.get("resource") or (key.partition(" ")[2] if " " in key else "")
        request.scope.user_id = _authorized(about.get("authorizer") or {}) or request.scope.user_id
        _tell(request.span, None)
    return request


def _authorized(authorizer: Mapping[str, Any]) -> str:
    """Whom API Gateway has authenticated: by a JSON web token, Cognito, or an authorizer of one's own."""
    claims = (authorizer.get("jwt") or {}).get("claims") or authorizer.get("claims") or {}
    return str(claims.get("sub") or authorizer.get("principalId") or "")


def _job(call: Any, event: Any, context: Any) -> jobs.Job | None:
    records = event.get("Records") if isinstance(event, Mapping) else None
    records = [each for each in records if isinstance(each, Mapping)] if isinstance(records, list) else []
    carried = [_carried(each) for each in records]
    name = str(getattr(context, "function_name", None) or getattr(call, "__qualname__", "function"))
    source = str((records[0].get("eventSource") or records[0].get("EventSource") or "") if records else "")
    batch = {"messaging.batch.message_count": len(records)} if len(records) > 1 else {}
    # One message goes on in its sender's trace; of several no sender is the parent, and all are linked to.
    job = jobs.begin(name, carried[0] if len(carried) == 1 else {}, _QUEUES.get(source, SYSTEM), batch)
    if job is not None:
        for each in carried if len(carried) > 1 else ():
            sender = parse_traceparent(each.get("traceparent", ""))
            if sender is not None:
                job.span.add_link(sender)
        _tell(job.span, getattr(context, "aws_request_id", None))
    return job


def _carried(record: Mapping[str, Any]) -> dict[str, str]:
    """The attributes of an SQS or SNS message that are text."""
    about = record.get("messageAttributes") or (record.get("Sns") or {}).get("MessageAttributes") or {}
    found = {name: value.get("stringValue") or value.get("Value") for name, value in about.items()}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _tell(span: Any, invocation_id: str | None) -> None:
    global _cold
    span.set_attribute("faas.coldstart", _cold)
    if invocation_id:
        span.set_attribute("faas.invocation_id", invocation_id)
    _cold = False
