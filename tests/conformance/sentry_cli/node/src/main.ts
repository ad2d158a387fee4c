import * as Sentry from '@sentry/browser'
import { Cart } from './cart'

declare global { interface Window { settings: Sentry.BrowserOptions, ready: boolean } }

Sentry.init(window.settings)

function onPay() {
  const cart = new Cart()
  cart.prices = [20, 22]
  cart.checkout({ name: 'Ann' })
}

document.querySelector('button')!.addEventListener('click', onPay)
window.ready = true
