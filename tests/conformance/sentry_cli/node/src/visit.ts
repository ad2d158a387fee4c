import { Cart } from './cart'

interface PostHog { captureException(error: unknown): void }
declare global { interface Window { posthog: PostHog, _sentryDebugIds?: object, _posthogChunkIds?: object } }

// sentry-cli's ids, under the name that posthog-js looks for them
window._posthogChunkIds = window._sentryDebugIds

function onVisit(): void {
  try {
    new Cart().checkout({ name: 'Ann' })
  } catch (error) {
    window.posthog.captureException(error)
  }
}

document.querySelector('button')!.addEventListener('click', onVisit)
