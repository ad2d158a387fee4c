import * as Sentry from '@sentry/node'
import { Cart } from './cart'

Sentry.init({ dsn: process.env.SENTRY_DSN, release: process.env.SENTRY_RELEASE })

function onOrder(): void {
  const cart = new Cart()
  cart.prices = [20, 22]
  cart.checkout({ name: 'Ann' })
}

setImmediate(onOrder) // nobody catches it: the SDK reports it, and the process ends
