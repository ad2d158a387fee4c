import { useDebouncedValue } from '@mantine/hooks'
import { useGet } from '@/api/hooks'
import type { FieldName, FieldValue, Items } from '@/api/types'
import { humanNumber } from '@/shared/format/numbers'
import type { Signal } from './FilterBar'
import { useScope } from './scope'

interface Option { text: string; note: string; final: boolean }
const WORD = /(?:[^\s"]+"[^"]*"?|\S+)$/
const HALF = /^([\w.@$/-]+)(!=|>=|<=|!~|=|>|<|~)(.*)$/

/** Completes the last word typed: names of fields first, then the values of the chosen one. */
export function useCompletion(signal: Signal, text: string, enabled: boolean) {
  const { base, range } = useScope()
  const word = WORD.exec(text)?.[0] ?? ''
  const half = HALF.exec(word)
  const field = half?.[1] ?? ''
  const [prefix] = useDebouncedValue((half?.[3] ?? '').replaceAll('"', ''), 150)
  const fields = useGet<Items<FieldName>>(`${base}/fields`, { signal, ...range }, { enabled })
  const values = useGet<Items<FieldValue>>(`${base}/fields/values`, { signal, field, prefix, ...range }, { enabled: enabled && field !== '' })

  const wanted = word.toLowerCase()
  const options: Option[] = half
    ? (values.data?.items ?? []).slice(0, 20).map(({ value, count }) => ({ text: `${field}${half[2]}${quote(value)}`, note: humanNumber(count), final: true }))
    : (fields.data?.items ?? [])
        .filter(({ name }) => name.toLowerCase().includes(wanted))
        .sort((a, b) => Number(b.name.toLowerCase().startsWith(wanted)) - Number(a.name.toLowerCase().startsWith(wanted)))
        .slice(0, 20)
        .map(({ name, kind }) => ({ text: `${name}=`, note: kind, final: false }))
  return { options, complete: (option: Option) => text.slice(0, text.length - word.length) + option.text }
}

function quote(value: string): string { return /[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value }
