import { plural } from '@/shared/format/text'
import { CodeBlock } from '@/shared/ui/CodeBlock'
import css from './event_schema.module.css'

const DECLARE = `import vedette
from typing import Annotated, Literal

class PlanUpgraded(vedette.Event, name="plan_upgraded", version=1, owner="growth"):
    """Customer moved to a more expensive plan."""

    mrr_delta: vedette.Money
    seats: Annotated[int, vedette.field("Seats after the change", unit="seats", ge=1)]
    reason: Literal["self_serve", "sales"] = "self_serve"`
const PUSH = `export VEDETTE_API_TOKEN=…   # Settings → API tokens, role member
vedette schema push app.events`

/** Nothing is declared yet: why, and how to begin. */
export function HowToDeclare({ seen }: { seen: number }) {
  return (
    <section className={css.how} aria-label="How to declare events">
      <h2>No application declares its events yet</h2>
      <p className="dim">
        Declared events are checked when they are sent, and shown here beside what came: with owners, descriptions and units.
        {seen > 0 && ` ${plural(seen, 'event')} came in this time range without a declaration.`}
      </p>
      <CodeBlock code={DECLARE} label="Declare an event" />
      <CodeBlock code={PUSH} label="Push the declarations" />
    </section>
  )
}
