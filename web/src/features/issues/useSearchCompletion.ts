import { useDebouncedValue } from '@mantine/hooks'
import { useGet } from '@/api/hooks'
import type { Items } from '@/api/types'
import { humanNumber } from '@/shared/format/numbers'
import { useIssueScope } from './queries'
import type { SearchKey, SearchValue } from './types'

export interface Option { text: string; note: string; final: boolean }
/** The last part typed: a key, or a key with the beginning of its value. */
const LAST = /!?(?:tags\[[^\]]*\]?|[^\s":]*)(?::(?:"[^"]*"?|\S*))?$/
const HALF = /^(!?)(tags\[[^\]]+\]|[\w.-]+):(>=|<=|>|<)?(.*)$/

export function useSearchCompletion(text: string, enabled: boolean) {
  const { base, params } = useIssueScope()
  const range = { since: params['since'], until: params['until'] }
  const last = LAST.exec(text)?.[0] ?? ''
  const half = HALF.exec(last)
  const key = half?.[2] ?? ''
  const [prefix] = useDebouncedValue((half?.[4] ?? '').replaceAll('"', ''), 150)
  const keys = useGet<Items<SearchKey>>(`${base}/issue-search/keys`, range, { enabled })
  const values = useGet<Items<SearchValue>>(`${base}/issue-search/values`, { ...range, key, prefix }, { enabled: enabled && key !== '' })

  const negated = last.startsWith('!') ? '!' : ''
  const wanted = last.replace('!', '').toLowerCase()
  const options: Option[] = half
    ? (values.data?.items ?? []).slice(0, 20).map(({ value, count }) => ({ text: `${negated}${key}:${half[3] ?? ''}${quote(value)}`, note: count === null ? '' : humanNumber(count), final: true }))
    : (keys.data?.items ?? [])
        .filter((one) => one.key.toLowerCase().includes(wanted))
        .sort((a, b) => Number(b.key.toLowerCase().startsWith(wanted)) - Number(a.key.toLowerCase().startsWith(wanted)))
        .slice(0, 20)
        .map((one) => ({ text: `${negated}${one.key}:`, note: one.kind, final: false }))
  return { options, complete: (option: Option) => text.slice(0, text.length - last.length) + option.text }
}

function quote(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return /[\s"\\[\],]/.test(value) ? `"${escaped.replaceAll('*', '\\*')}"` : value.replaceAll('*', '\\*')
}
