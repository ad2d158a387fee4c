import { Link } from '@tanstack/react-router'
import type { ProductEvent } from '@/api/types'
import { truncateMiddle } from '@/shared/format/text'
import { Ago } from '@/shared/ui/Values'
import { Card } from './Card'
import css from './home.module.css'

export function NewestEvents({ events }: { events: ProductEvent[] }) {
  return (
    <Card title="Newest events" action={<Link to="/events" search={{}} className="link">All events</Link>} empty={events.length === 0 && 'No product events in this range.'}>
      {events.slice(0, 8).map((event) => (
        <Link key={event.uuid} to="/events" search={{ item: event.uuid }} className={css.line}>
          <b className="ellipsis">{event.event}</b>
          <span className="dim ellipsis spread">{truncateMiddle(event.distinct_id, 28)}</span>
          <span className={`faint ${css.when}`}><Ago time={event.time} /></span>
        </Link>
      ))}
    </Card>
  )
}
