import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, retainSearchParams } from '@tanstack/react-router'
import { ApiError } from '@/api/client'
import { meQuery } from '@/shared/filters/scope'
import { type AppSearch, KEPT, parseSearch, stringifySearch } from '@/shared/filters/search'
import { Crash, NotFound, PageSkeleton } from './Fallbacks'
import { Layout } from './Layout'
import { queryClient } from './queryClient'

const root = createRootRoute({ component: Outlet, validateSearch: (search): AppSearch => search })

/** Everything behind the login. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Layout,
  search: { middlewares: [retainSearchParams<AppSearch>([...KEPT])] },
  beforeLoad: async ({ location }) => {
    const me = await queryClient.ensureQueryData(meQuery).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) return null
      throw error
    })
    if (!me?.user) {
      queryClient.removeQueries({ queryKey: ['me'] })
      throw redirect({ to: '/login', search: location.href === '/' ? {} : { to: location.href } })
    }
  },
})

const chunks: { path: RegExp; load: () => Promise<unknown> }[] = []
const page = <Path extends string>(path: Path, load: () => Promise<Record<string, unknown>>, name: string) => {
  chunks.push({ path: new RegExp(`^${path.replace(/\$\w+/g, '[^/]+')}/?$`), load })
  return createRoute({ getParentRoute: () => inside, path, component: lazyRouteComponent(load as never, name as never) as () => React.ReactNode })
}
const outside = <Path extends string>(path: Path, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(() => import('@/features/auth/pages') as never, name as never) as () => React.ReactNode })

/** An address of before leads on, with what it asked for. */
const moved = <Path extends string>(path: Path, to: (params: Record<string, string>) => Record<string, unknown>) =>
  createRoute({ getParentRoute: () => inside, path, beforeLoad: ({ params, search }) => { throw redirect({ ...to(params as Record<string, string>), search, replace: true } as never) } })

const tree = root.addChildren([
  outside('/login', 'LoginPage'),
  outside('/setup', 'SetupPage'),
  outside('/invite', 'InvitePage'),
  inside.addChildren([
    page('/', () => import('@/features/home/HomePage'), 'HomePage'),
    page('/live', () => import('@/features/live/LivePage'), 'LivePage'),
    page('/events', () => import('@/features/events/EventsPage'), 'EventsPage'),
    page('/events/schema', () => import('@/features/event_schema/SchemaPage'), 'SchemaPage'),
    page('/issues', () => import('@/features/issues/IssuesPage'), 'IssuesPage'),
    page('/issues/$issue', () => import('@/features/issues/IssuePage'), 'IssuePage'),
    moved('/errors', () => ({ to: '/issues' })),
    moved('/errors/$fingerprint', ({ fingerprint = '' }) => ({ to: '/issues/$issue', params: { issue: fingerprint } })),
    page('/feedback', () => import('@/features/feedback/FeedbackPage'), 'FeedbackPage'),
    page('/releases', () => import('@/features/releases/ReleasesPage'), 'ReleasesPage'),
    page('/releases/$version', () => import('@/features/releases/ReleasePage'), 'ReleasePage'),
    page('/crons', () => import('@/features/crons/CronsPage'), 'CronsPage'),
    page('/crons/$slug', () => import('@/features/crons/MonitorPage'), 'MonitorPage'),
    page('/performance', () => import('@/features/performance/PerformancePage'), 'PerformancePage'),
    page('/performance/transaction', () => import('@/features/performance/TransactionPage'), 'TransactionPage'),
    page('/web-vitals', () => import('@/features/web_vitals/WebVitalsPage'), 'WebVitalsPage'),
    page('/traces', () => import('@/features/traces/TracesPage'), 'TracesPage'),
    page('/traces/$traceId', () => import('@/features/traces/TracePage'), 'TracePage'),
    page('/logs', () => import('@/features/logs/LogsPage'), 'LogsPage'),
    page('/metrics', () => import('@/features/metrics/MetricsPage'), 'MetricsPage'),
    page('/metrics/$metricName', () => import('@/features/metrics/MetricPage'), 'MetricPage'),
    page('/sql', () => import('@/features/sql/SqlPage'), 'SqlPage'),
    page('/ingestion', () => import('@/features/ingestion/IngestionPage'), 'IngestionPage'),
    page('/connect', () => import('@/features/connect/ConnectPage'), 'ConnectPage'),
    page('/settings', () => import('@/features/settings/SettingsPage'), 'SettingsPage'),
  ]),
])

export function preloadPage(pathname: string) {
  // A failure shows when the router asks for the same chunk.
  chunks.find(({ path }) => path.test(pathname))?.load().catch(() => undefined)
}

export const router = createRouter({
  routeTree: tree,
  parseSearch: (text) => parseSearch(text) as Record<string, unknown>,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadDelay: 40,
  defaultPendingMs: 150,
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: Crash,
  defaultNotFoundComponent: NotFound,
})

declare module '@tanstack/react-router' {
  interface Register { router: typeof router }
}
