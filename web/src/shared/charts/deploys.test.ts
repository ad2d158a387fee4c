import { describe, expect, it } from 'vitest'
import type { DeployMark } from '@/api/types'
import { markedDeploys } from './deploys'

const deploy = (release: string, seconds: number): DeployMark =>
  ({ release, environment: 'production', name: '', url: '', started_at: null, finished_at: new Date(seconds * 1_000).toISOString() })
const xOf = (time: number) => 46 + time / 1_000 // a pixel a second

describe('deploys on a time axis', () => {
  it('stand where they ended, the newest first', () => {
    const marks = markedDeploys([deploy('b', 200), deploy('a', 20)], xOf, 400)
    expect(marks.map(({ x, deploys }) => [x, deploys.map(({ release }) => release)])).toEqual([[246, ['b']], [66, ['a']]])
  })
  it('share a flag where they lie on one another', () => {
    const marks = markedDeploys([deploy('a', 100), deploy('b', 105), deploy('c', 111), deploy('d', 96)], xOf, 400)
    expect(marks.map(({ deploys }) => deploys.map(({ release }) => release))).toEqual([['c', 'b', 'a'], ['d']])
  })
  it('are left out beyond the plot', () => {
    expect(markedDeploys([deploy('before', -1), deploy('after', 343)], xOf, 400)).toEqual([])
  })
})
