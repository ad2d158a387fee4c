"""The events of a SaaS: sign-up, activation, trial, subscription. Public as `vedette.events`.

The names are those of Segment's B2B SaaS specification in snake_case. Amounts are in minor units with a currency;
revenue is monthly: a plan of 1200 a year counts 100. Subscription events come from the payment provider's webhooks,
one a change, with the provider's event id as key: it sends the same change more than once.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from vedette.sdk.schema.event import Event, field
from vedette.sdk.schema.shapes import Money

Interval = Literal["month", "year"]
Source = Literal["stripe", "app"]
Mrr = Annotated[Money, field("Monthly recurring revenue of the subscription after this change")]
MrrDelta = Annotated[Money, field("Change of the monthly recurring revenue; negative where it shrinks")]
Plan = Annotated[str, field("The plan's own id, as in the price list", max_length=100)]
Email = Annotated[str | None, field("Address that was invited", pii="hash")]


class OfOrganization(Event, abstract=True):
    """What every event of a customer's organisation carries."""

    organization_id: Annotated[str, field("Our own id of the customer's organisation", max_length=200)]


class OfSubscription(OfOrganization, abstract=True):
    """What every change of a subscription carries."""

    subscription_id: Annotated[str, field("The payment provider's id of the subscription")]
    provider_event_id: Annotated[str, field("The payment provider's id of this change; makes retries count once")]
    plan: Plan
    interval: Interval
    mrr: Mrr
    mrr_delta: MrrDelta
    source: Annotated[Source, field("Who said so: the provider's webhook, or the application")] = "stripe"


class SignedUp(Event, name="signed_up", owner="growth"):
    """Someone created a login."""

    method: Annotated[str, field("How: password, google, saml", max_length=50)] = "password"
    referrer: Annotated[str | None, field("Host of the page that led here")] = None


class AccountCreated(OfOrganization, name="account_created", owner="growth", key="organization_id"):
    """A customer's organisation (workspace, team) came to be."""

    plan: Plan = "free"


class UserInvited(OfOrganization, name="user_invited", owner="growth"):
    """A member invited someone to the organisation."""

    role: Annotated[str, field("Role that is offered", max_length=50)] = "member"
    email: Email = None


class InviteAccepted(OfOrganization, name="invite_accepted", owner="growth"):
    """Someone who was invited joined the organisation."""

    role: Annotated[str, field("Role that was taken", max_length=50)] = "member"


class OnboardingStepCompleted(Event, name="onboarding_step_completed", owner="growth"):
    """One step of the onboarding was done."""

    step: Annotated[str, field("The step's stable id", max_length=100)]
    position: Annotated[int, field("Which step it is, counted from 1", ge=1)]
    duration_ms: Annotated[int | None, field("From seeing the step to completing it", unit="ms", ge=0)] = None


class Activated(OfOrganization, name="activated", owner="growth", key="organization_id"):
    """The organisation first got what it came for: the team's own definition of the aha moment. Once each."""

    milestone: Annotated[str, field("What had to happen", max_length=100)]
    since_signup_ms: Annotated[int | None, field("From sign-up to here", unit="ms", ge=0)] = None


class FeatureUsed(Event, name="feature_used", owner="product"):
    """Someone used a feature that is worth counting."""

    feature: Annotated[str, field("The feature's stable id", max_length=100)]
    attributes: Annotated[dict[str, Any], field("What else is worth knowing")] = {}  # noqa: RUF012 - copied for each


class TrialStarted(OfOrganization, name="trial_started", owner="growth", key="organization_id"):
    """A trial of a paid plan began."""

    plan: Plan
    ends_at: Annotated[datetime, field("When it ends unless it is extended")]


class TrialEnded(OfOrganization, name="trial_ended", owner="growth", key="organization_id"):
    """A trial ended. Trial to paid is the share of these that converted."""

    plan: Plan
    converted: Annotated[bool, field("Whether a paid subscription followed")]


class CheckoutStarted(OfOrganization, name="checkout_started", owner="growth"):
    """Someone opened the checkout of a paid plan."""

    plan: Plan
    interval: Interval
    price: Annotated[Money, field("What the checkout asks for, a billing interval")]


class SubscriptionStarted(OfSubscription, name="subscription_started", owner="growth", key="provider_event_id"):
    """A paid subscription began: new revenue."""


class PlanUpgraded(OfSubscription, name="plan_upgraded", owner="growth", key="provider_event_id"):
    """The customer moved to a more expensive plan: expansion."""

    from_plan: Plan
    reason: Literal["self_serve", "sales"] = "self_serve"


class PlanDowngraded(OfSubscription, name="plan_downgraded", owner="growth", key="provider_event_id"):
    """The customer moved to a cheaper plan: contraction."""

    from_plan: Plan
    reason: Annotated[str | None, field("What the customer said", max_length=500)] = None


class SubscriptionRenewed(OfSubscription, name="subscription_renewed", owner="growth", key="provider_event_id"):
    """A billing interval was paid for again."""


class SubscriptionCancelled(OfSubscription, name="subscription_cancelled", owner="growth", key="provider_event_id"):
    """The customer ended the subscription: churn from `effective_at` on."""

    effective_at: Annotated[datetime, field("When it really ends; often the end of what is paid for")]
    reason: Annotated[str | None, field("What the customer said", max_length=500)] = None


class SubscriptionReactivated(OfSubscription, name="subscription_reactivated", owner="growth", key="provider_event_id"):
    """A customer who had left is back."""


class PaymentFailed(OfOrganization, name="payment_failed", owner="growth", key="provider_event_id"):
    """The payment provider could not collect."""

    provider_event_id: Annotated[str, field("The payment provider's id of the attempt")]
    amount: Annotated[Money, field("What was due")]
    attempt: Annotated[int, field("Which attempt for this invoice, counted from 1", ge=1)]
    reason: Annotated[str | None, field("The provider's code, such as card_declined", max_length=100)] = None


class PaymentRecovered(OfOrganization, name="payment_recovered", owner="growth", key="provider_event_id"):
    """A payment that had failed was collected after all."""

    provider_event_id: Annotated[str, field("The payment provider's id of the attempt")]
    amount: Annotated[Money, field("What was collected")]
    attempts: Annotated[int, field("How many it took", ge=1)]
