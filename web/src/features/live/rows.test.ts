import { expect, it } from 'vitest'
import { newestFirst, toRow } from './rows'

it('orders a batch by time across its signals', () => {
  const log = (second: number) => toRow('log', { time: `2026-01-01T00:00:0${second}.000000000Z`, body: `log ${second}` })
  const event = (second: number) => toRow('event', { time: `2026-01-01T00:00:0${second}.000Z`, event: `event ${second}` })
  const rows = newestFirst([log(1), log(3), log(5), event(2), event(3), event(4)])
  expect(rows.map((row) => row.text)).toEqual(['log 5', 'event 4', 'event 3', 'log 3', 'event 2', 'log 1'])
})
