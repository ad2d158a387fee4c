import { Activity, CalendarClock, ChartLine, Database, Gauge, House, Inbox, ListTree, Megaphone, NotebookText, Package, Plug, Radio, ScrollText, Settings, Timer, TriangleAlert } from 'lucide-react'

/** What the rail and the palette list. A page is here only when it exists. */
export const HOME = { to: '/', word: 'Home', icon: House } as const
export const RAIL = [
  { title: null, pages: [HOME, { to: '/live', word: 'Live', icon: Radio }] },
  { title: 'Product', pages: [{ to: '/events', word: 'Events', icon: Activity }, { to: '/feedback', word: 'Feedback', icon: Megaphone }] },
  {
    title: 'Engineering',
    pages: [
      { to: '/issues', word: 'Issues', icon: TriangleAlert },
      { to: '/releases', word: 'Releases', icon: Package },
      { to: '/crons', word: 'Crons', icon: CalendarClock },
      { to: '/performance', word: 'Performance', icon: Gauge },
      { to: '/web-vitals', word: 'Web vitals', icon: Timer },
      { to: '/traces', word: 'Traces', icon: ListTree },
      { to: '/logs', word: 'Logs', icon: ScrollText },
      { to: '/metrics', word: 'Metrics', icon: ChartLine },
      { to: '/sql', word: 'SQL', icon: Database },
    ],
  },
  { title: 'Operations', pages: [{ to: '/ingestion', word: 'Ingestion', icon: Inbox }] },
] as const
export const FOOT = [
  { to: '/connect', word: 'Connect', icon: Plug },
  { to: '/settings', word: 'Settings', icon: Settings },
] as const
/** Pages within a page: the palette knows them, the rail does not. */
const INNER = [{ to: '/events/schema', word: 'Event schema', icon: NotebookText }] as const
export const ALL_PAGES = [...RAIL.flatMap((group) => [...group.pages]), ...INNER, ...FOOT]
